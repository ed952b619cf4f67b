"""Which failures of posting pass, however the database's word came: through SQLAlchemy, or by the driver alone."""

import asyncpg
import pytest
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.exc import DBAPIError

from claimwright.refusals import Transient
from claimwright_remittance.persistence.failures import may_pass

PASSES: dict[str, Exception] = {
    "the server is shut down": asyncpg.AdminShutdownError("gone"),
    "the connection broke": asyncpg.ConnectionDoesNotExistError("gone"),
    "a lock was not to be had": asyncpg.LockNotAvailableError("held"),
    "the connection is closed": asyncpg.InterfaceError("closed"),
}
STAYS: dict[str, Exception] = {
    "a rule of the table": asyncpg.CheckViolationError("no"),
    "there already": asyncpg.UniqueViolationError("twice"),
    "a number too large": asyncpg.NumericValueOutOfRangeError("large"),
    "no value of this type": asyncpg.DataError("no uuid"),
}


def by_sqlalchemy(cause: Exception) -> Exception:
    original = AsyncAdapt_asyncpg_dbapi.Error("")
    original.__cause__ = cause
    return DBAPIError("select", {}, original)


@pytest.mark.parametrize("name", PASSES)
def test_what_passes_is_tried_again(name: str) -> None:
    # Seen to fail: while an error of the driver itself was none of the database's, a shutdown held a whole payment.
    assert may_pass(PASSES[name])
    assert may_pass(by_sqlalchemy(PASSES[name]))


@pytest.mark.parametrize("name", STAYS)
def test_what_the_data_broke_is_told_to_people(name: str) -> None:
    assert not may_pass(STAYS[name])
    assert not may_pass(by_sqlalchemy(STAYS[name]))


def test_our_own_words_count_too() -> None:
    assert may_pass(Transient("key_unknown"))
    assert may_pass(ConnectionResetError())
    assert not may_pass(KeyError("line"))
