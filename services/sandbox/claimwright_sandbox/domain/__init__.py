"""What payers and a clearinghouse decide, as values in and values out."""
