"""The three kinds of wrong that are raised: refusals, and the two faults that the backbone knows.

What is wrong in data that we were given is a finding (`claimwright.findings`) and never raised.
"""

from typing import ClassVar


class Refusal(Exception):
    """An act that the present state does not allow; the caller can do something about it.

    A subclass stands beside what raises it, has a stable `code`, and its text holds ids and codes only.
    `api/refusals.py` of each service keeps the one table from refusal to HTTP status.
    """

    code: ClassVar[str] = "refused"
    fix: ClassVar[str | None] = None


class Transient(Exception):
    """The world failed in a way that passes: try again, after `retry_after` seconds if given."""

    def __init__(self, reason: str, *, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Poison(Exception):
    """This event can never be handled here: park its key and go on with the others."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
