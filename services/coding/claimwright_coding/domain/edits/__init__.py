"""The edits: one idea a file. Each takes a claim's content and the dated codes and yields findings.

Their codes follow the common clearinghouse rejections; no finding's words hold anything from the claim.
"""
