"""When answers are due: each a number of days after the file, and how long a day takes here."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class AnswerKind(StrEnum):
    """What comes back for a file, in the order in which it usually does."""

    INTERCHANGE_ACK = "TA1"
    IMPLEMENTATION_ACK = "999"
    CLEARINGHOUSE_ACK = "277CA clearinghouse"
    PAYER_ACK = "277CA payer"
    REMITTANCE = "835"


_DAYS_UNTIL: Final[Mapping[AnswerKind, float]] = {
    AnswerKind.INTERCHANGE_ACK: 0.01,
    AnswerKind.IMPLEMENTATION_ACK: 0.02,
    AnswerKind.CLEARINGHOUSE_ACK: 0.05,
    AnswerKind.PAYER_ACK: 1,
    AnswerKind.REMITTANCE: 14,
}
"""Usual waits: half an hour for the 999, a day for the payer's answer, two weeks for the money."""


def due_at(kind: AnswerKind, received_at: datetime, *, milliseconds_a_day: float) -> datetime:
    """Return the moment at which an answer is due, with a day of the payer's lasting so many milliseconds."""
    return received_at + timedelta(milliseconds=_DAYS_UNTIL[kind] * milliseconds_a_day)
