"""What the clearinghouse remembers."""
