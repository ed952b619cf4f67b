"""Where code sets come from."""
