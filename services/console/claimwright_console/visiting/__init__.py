"""What pages and the API share: who is visiting, and the console's own parts."""
