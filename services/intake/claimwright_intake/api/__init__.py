"""Intake's HTTP API, for integration partners."""
