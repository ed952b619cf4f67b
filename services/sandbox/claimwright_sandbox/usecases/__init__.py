"""One act of the clearinghouse a file."""
