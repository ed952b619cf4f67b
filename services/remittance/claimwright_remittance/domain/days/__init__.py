"""Accounting days: open until somebody closes them, and then for good."""
