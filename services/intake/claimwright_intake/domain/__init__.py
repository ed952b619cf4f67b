"""What an encounter is, what is wrong with it, and what is missing from it: values in, values out."""
