"""What is done about money that a payer did not pay."""
