"""What remittance decides, as values from values."""
