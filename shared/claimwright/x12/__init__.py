"""X12 for health care: read what arrives, judge it, write what payers accept."""
