"""What people and screens do with X12 files: tell them, compare them, cut them, disguise them, make up new ones."""
