"""What surrounds transactions: delimiters, addresses, control numbers, and the tree of an interchange."""

from __future__ import annotations

from typing import NamedTuple

from claimwright.x12.models.acknowledgments import InterchangeAck
from claimwright.x12.models.values import NOWHERE, Span


class Delimiters(NamedTuple):
    """The separators of one interchange. `repetition` is empty where the version or the file has none."""

    element: str = "*"
    component: str = ":"
    repetition: str = "^"
    segment: str = "~"
    line_break: str = ""
    """Written after each segment; on reading it is whatever stands between segments."""


class Endpoint(NamedTuple):
    """An address of the envelope: ISA05 and ISA06 or ISA07 and ISA08, and the application code of the group."""

    qualifier: str
    id: str
    application: str = ""
    """GS02 or GS03; the id when empty."""

    @property
    def group_id(self) -> str:
        return self.application or self.id


class Envelope(NamedTuple):
    """Who sends to whom, and how it is to be written."""

    sender: Endpoint
    receiver: Endpoint
    usage_indicator: str = "P"
    """ISA15: P production, T test."""
    wants_interchange_ack: bool = False
    delimiters: Delimiters = Delimiters()


class ControlNumbers(NamedTuple):
    """The numbers that make an artifact unique; the caller draws them and never draws one twice."""

    interchange: int
    group: int
    transaction: int
    """ST02 of the first transaction; further ones in the same interchange count up from it."""


class TransactionSet(NamedTuple):
    """ST to SE."""

    set_id: str
    control_number: str
    guide: str
    set_ordinal: int
    """In the file, from 1."""
    span: Span


class Group(NamedTuple):
    """GS to GE."""

    functional_id: str
    sender: str
    receiver: str
    date: str
    time: str
    control_number: str
    guide: str
    group_ordinal: int
    """In its interchange, from 1; 0 for sets that stand outside any group."""
    sets: tuple[TransactionSet, ...]
    sets_stated: int = 0
    """GE01."""
    span: Span = NOWHERE


class Interchange(NamedTuple):
    """ISA to IEA."""

    sender: Endpoint
    receiver: Endpoint
    date: str
    time: str
    version: str
    control_number: str
    wants_interchange_ack: bool
    usage_indicator: str
    delimiters: Delimiters
    interchange_ordinal: int
    acks: tuple[InterchangeAck, ...] = ()
    groups: tuple[Group, ...] = ()
    span: Span = NOWHERE
