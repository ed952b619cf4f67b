"""Claimwright coding: codes are right on the day of service, or a person is told what is wrong."""
