"""What remittance does, one act a file."""
