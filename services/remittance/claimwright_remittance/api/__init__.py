"""Remittance over HTTP."""
