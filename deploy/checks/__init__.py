"""Checks of the repository that no ready-made tool does."""
