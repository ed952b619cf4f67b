"""The schema `remittance`: load and save values."""
