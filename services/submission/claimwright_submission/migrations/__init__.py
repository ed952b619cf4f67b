"""The schema `submission`, forward only."""
