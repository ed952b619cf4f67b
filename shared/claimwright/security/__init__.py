"""Who may do what, how it is known, what seals a patient's data, and who opened it."""
