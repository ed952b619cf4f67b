"""Claimwright intake: encounters arrive, are made whole and become claims."""
