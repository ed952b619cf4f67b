"""What was ever released of the events, and whether today's contracts still go with all of it.

`python -m deploy.contracts` keeps today's as released; `compatibility` compares two versions of a schema.
"""
