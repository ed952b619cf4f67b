"""Claimwright sandbox: a clearinghouse with payers for tests and trials."""
