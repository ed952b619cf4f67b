"""Traces, metrics and logs of ids and codes; what is a patient's never leaves the process this way."""
