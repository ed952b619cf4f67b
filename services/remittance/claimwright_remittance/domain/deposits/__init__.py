"""What the bank credited, and which payment of which payer it is."""
