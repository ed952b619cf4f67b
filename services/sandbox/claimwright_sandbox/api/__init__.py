"""What submitters may ask over HTTPS."""
