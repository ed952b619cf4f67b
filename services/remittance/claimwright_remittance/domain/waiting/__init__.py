"""What is waited for by the clock."""
