"""Coding's own tables: one case a claim."""
