"""Where every cent is: accounts, entries that sum to zero, and the postings that each cause makes."""
