"""Clearinghouses: which routes there are, and one port to send, ask and fetch by.

`routes` holds no I/O beyond reading its file, `port` none at all; `https` is the real thing.
"""
