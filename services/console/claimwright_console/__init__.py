"""Claimwright console: what flows, what is stuck and what to do next; the access authority."""
