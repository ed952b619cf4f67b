"""What is left to patients, and when they may be asked for it."""
