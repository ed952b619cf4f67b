"""The implementation guides as tables of our own: ids, usages, counts, inner codes. No words of the guides.

`dictionary` says what elements a segment has and of which form; each guide says which of them it uses, where.
"""
