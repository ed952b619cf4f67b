"""The sandbox's schema, forward only."""
