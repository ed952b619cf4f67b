"""What an error is answered with, and what of it is shown."""

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from claimwright.messaging.faults import Fault, fault_of, reason_of
from claimwright.refusals import Poison, Refusal, Transient


class AlreadyDone(Refusal):
    code = "test.already_done"


class _ServerSays(Exception):
    def __init__(self, sqlstate: str) -> None:
        super().__init__("Key (name)=(Mary Canary) already exists.")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (Poison("x"), Fault.FOR_GOOD),
        (Transient("x"), Fault.PASSING),
        (AlreadyDone(), Fault.EVENT),
        (KeyError("x"), Fault.EVENT),
        (ConnectionRefusedError(), Fault.WORLD),
        (PoolTimeout(), Fault.WORLD),
        (DBAPIError("select", None, _ServerSays("57P01")), Fault.WORLD),
        (DBAPIError("select", None, _ServerSays("53300")), Fault.WORLD),
        (DBAPIError("select", None, _ServerSays("40P01")), Fault.PASSING),
        (DBAPIError("select", None, _ServerSays("55P03")), Fault.PASSING),
        (IntegrityError("insert", None, _ServerSays("23505")), Fault.EVENT),
    ],
)
def test_an_error_is_sorted(error: Exception, fault: Fault) -> None:
    assert fault_of(error) is fault


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Poison("event_data_unreadable"), "event_data_unreadable"),
        (AlreadyDone("clm_1 is done"), "test.already_done"),
        (IntegrityError("insert", None, _ServerSays("23505")), "error:IntegrityError"),
        (ValueError("Mary Canary"), "error:ValueError"),
    ],
)
def test_a_parked_event_shows_a_code_and_never_an_errors_words(error: Exception, reason: str) -> None:
    assert reason_of(error) == reason
