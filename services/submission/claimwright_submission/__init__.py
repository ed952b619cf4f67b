"""Claimwright submission: claims leave as 837 files, and every acknowledgment finds its claim."""
