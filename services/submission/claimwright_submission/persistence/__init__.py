"""What is kept of submissions, files and answers, and in which rows."""
