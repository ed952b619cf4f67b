"""Payments: did every dollar land? One page a module; all of it is asked of the remittance service."""
