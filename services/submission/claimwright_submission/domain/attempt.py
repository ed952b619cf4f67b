"""One try to send a file: unknown is not failed, and nothing is sent again that may have arrived.

All claims of a file share its transport. The table below is complete: a pair of state and news that it does not name
changes nothing, so that news may come twice and late.

Source: docs/domain/lifecycle.md, rows 16 to 19, and the rules that never bend, 6.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final


class Transport(StrEnum):
    """Where a file of ours is. Only READY may be sent; in SENDING and UNKNOWN bytes may have left."""

    READY = "ready"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    REFUSED = "refused"


class News(StrEnum):
    """What was heard of a file's transport."""

    STARTED = "started"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNREACHED = "unreached"
    NO_ANSWER = "no_answer"
    SENDER_LOST = "sender_lost"
    SEEN = "seen"
    NOT_SEEN = "not_seen"
    ACKNOWLEDGED = "acknowledged"


class Told(StrEnum):
    """What is published for each claim of the file, and for the file."""

    SENT = "sent"
    OUTCOME_UNKNOWN = "outcome_unknown"
    RESOLVED_AS_SENT = "resolved_as_sent"
    RESOLVED_AS_NOT_SENT = "resolved_as_not_sent"
    TRANSPORT_FAILED = "transport_failed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Step:
    """A move to a new state and what is told about it."""

    to: Transport
    told: Told | None = None


_STEPS: Final[Mapping[tuple[Transport, News], Step]] = {
    (Transport.READY, News.STARTED): Step(Transport.SENDING),
    (Transport.SENDING, News.ACCEPTED): Step(Transport.SENT, Told.SENT),
    (Transport.SENDING, News.REFUSED): Step(Transport.REFUSED, Told.REFUSED),
    (Transport.SENDING, News.UNREACHED): Step(Transport.READY, Told.TRANSPORT_FAILED),
    (Transport.SENDING, News.NO_ANSWER): Step(Transport.UNKNOWN, Told.OUTCOME_UNKNOWN),
    (Transport.SENDING, News.SENDER_LOST): Step(Transport.UNKNOWN, Told.OUTCOME_UNKNOWN),
    # The answer to what we sent can overtake the answer to our sending.
    (Transport.SENDING, News.ACKNOWLEDGED): Step(Transport.SENT, Told.SENT),
    (Transport.UNKNOWN, News.SEEN): Step(Transport.SENT, Told.RESOLVED_AS_SENT),
    (Transport.UNKNOWN, News.NOT_SEEN): Step(Transport.READY, Told.RESOLVED_AS_NOT_SENT),
    (Transport.UNKNOWN, News.ACKNOWLEDGED): Step(Transport.SENT, Told.RESOLVED_AS_SENT),
    # A sender that was believed lost comes back with its answer after all.
    (Transport.UNKNOWN, News.ACCEPTED): Step(Transport.SENT, Told.RESOLVED_AS_SENT),
    (Transport.UNKNOWN, News.REFUSED): Step(Transport.REFUSED, Told.REFUSED),
    (Transport.UNKNOWN, News.UNREACHED): Step(Transport.READY, Told.RESOLVED_AS_NOT_SENT),
    # The clearinghouse had not seen it when asked, and acknowledges it now.
    (Transport.READY, News.ACKNOWLEDGED): Step(Transport.SENT, Told.SENT),
    (Transport.READY, News.ACCEPTED): Step(Transport.SENT, Told.SENT),
    # What it would not take by our reading of its answer it has after all.
    (Transport.REFUSED, News.ACKNOWLEDGED): Step(Transport.SENT, Told.SENT),
    (Transport.REFUSED, News.SEEN): Step(Transport.SENT, Told.SENT),
}


def after(state: Transport, news: News) -> Step | None:
    """Return the step that news makes from a state, or None when it changes nothing."""
    return _STEPS.get((state, news))


_FIRST_WAIT: Final = timedelta(seconds=1)
_LONGEST_WAIT: Final = timedelta(minutes=5)


def wait_before_next_try(tries: int) -> timedelta:
    """Return how long to wait after a number of tries: twice as long each time, at most five minutes."""
    return min(_LONGEST_WAIT, _FIRST_WAIT * (1 << min(max(tries, 1) - 1, 10)))
