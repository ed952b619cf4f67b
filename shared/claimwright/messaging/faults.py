"""What an error says about the world and about the event: whether to wait, to try again or to park."""

from enum import StrEnum
from typing import Final

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from claimwright.refusals import Poison, Refusal, Transient

AWAY: Final = (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)
"""What a database that is away can raise, among others; `fault_of` tells them apart."""

_SERVER_AWAY: Final = ("08", "53", "57P", "58")  # connection, resources, shutdown, system
_LOST_RACE: Final = ("40001", "40P01", "55P03")  # serialization, deadlock, lock timeout
_TRY_AGAIN: Final = (*_LOST_RACE, "57014", "25P03", "25P04")  # and other timeouts


class Fault(StrEnum):
    """How an error is answered."""

    WORLD = "world"  # the database is away: try the same again for as long as it takes
    PASSING = "passing"  # try the same again for a short while
    EVENT = "event"  # the event, or our code for it: park its key
    FOR_GOOD = "for_good"  # no later try can help: park its key for a person


def fault_of(error: BaseException) -> Fault:
    """Return how an error is answered."""
    match error:
        case Poison():
            return Fault.FOR_GOOD
        case Transient():
            return Fault.PASSING
        case PoolTimeout() | OSError() | TimeoutError() | InterfaceError() | asyncpg.InterfaceError():
            return Fault.WORLD
        case DBAPIError() if error.connection_invalidated:
            return Fault.WORLD
        case DBAPIError() | asyncpg.PostgresError():
            state = _sql_state(error)
            if state in _TRY_AGAIN:
                return Fault.PASSING
            return Fault.WORLD if state.startswith(_SERVER_AWAY) else Fault.EVENT
        case _:
            return Fault.EVENT


def lost_race(error: BaseException) -> bool:
    """Return whether a transaction stood in another's way and was the one to give up: the same at once may go well."""
    return isinstance(error, DBAPIError | asyncpg.PostgresError) and _sql_state(error) in _LOST_RACE


def reason_of(error: BaseException) -> str:
    """Return the code that a parked event shows; never the text of an error, which may quote a patient."""
    match error:
        case Poison():
            return error.reason
        case Refusal():
            return error.code
        case Transient():
            return f"transient:{type(error).__name__}"
        case _:
            return f"error:{type(error).__name__}"


def _sql_state(error: DBAPIError | asyncpg.PostgresError) -> str:
    source = error.orig if isinstance(error, DBAPIError) else error
    return str(getattr(source, "sqlstate", None) or "")
