"""Coding's schema, version by version; forward only."""
