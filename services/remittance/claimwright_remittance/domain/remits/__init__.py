"""What a payer said: the 835 as values, whether it adds up, what it answers, and what was decided."""
