"""Which failures go away by themselves, and which come back however often the same is tried."""

from typing import Final

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from claimwright.refusals import Transient

_OF_THE_DATA: Final = ("22", "23")
"""Classes of SQLSTATE: what was to be stored can't be, or breaks a rule of its table."""


def may_pass(error: Exception) -> bool:
    """Return whether the same may succeed later: the database or something else that it needs is away."""
    cause = error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig is not None else error
    if isinstance(cause, asyncpg.exceptions.DataError):
        return False
    if isinstance(error, DBAPIError) or isinstance(cause, asyncpg.PostgresError | asyncpg.InterfaceError):
        state = getattr(cause, "sqlstate", None)
        return state is None or state[:2] not in _OF_THE_DATA
    return isinstance(error, Transient | OSError | NoConnectionFree)
