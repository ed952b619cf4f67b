"""The schema `remittance`, forwards only."""
