"""Claimwright remittance: what the payer decided is posted to the cent."""
