"""Tests, a tier a folder."""
