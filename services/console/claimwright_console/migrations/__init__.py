"""Migrations of the schema `console`, forward only."""
