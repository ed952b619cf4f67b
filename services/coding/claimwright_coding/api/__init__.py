"""Coding's HTTP API: cases for coders, through the console."""
