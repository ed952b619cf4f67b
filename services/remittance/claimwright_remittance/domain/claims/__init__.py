"""One claim with all that was billed, heard and posted for it."""
