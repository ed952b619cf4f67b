"""What the writers of questions and answers share: the way from values to checked bytes, HL levels, and names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from claimwright.x12.envelope_forms import FUNCTIONAL_IDS
from claimwright.x12.models.eligibility import CoveredPerson, Eligibility
from claimwright.x12.models.envelopes import ControlNumbers, Envelope
from claimwright.x12.models.status import StatusExchange, StatusPerson
from claimwright.x12.models.values import Party
from claimwright.x12.write.checks import verified_values
from claimwright.x12.write.envelopes import interchange, set_control
from claimwright.x12.write.segments import Policy, SegmentWriter, Written

E = TypeVar("E", Eligibility, StatusExchange)
P = TypeVar("P", CoveredPerson, StatusPerson)


def write_exchanges(
    set_id: str,
    values: Sequence[E],
    write: Callable[[SegmentWriter, E], None],
    *,
    guide: str,
    envelope: Envelope,
    control: ControlNumbers,
    moment: datetime,
    policy: Policy,
    self_check: bool,
) -> Written:
    """Write one set for each value, and hold what is read back against the values unless told not to."""
    writers = []
    for value in values:
        writer = SegmentWriter(envelope.delimiters, policy)
        if value.set_id != set_id:
            writer.say("x12.value_kind", "ST", 1)
        write(writer, value)
        writers.append(writer)
    written = interchange(
        writers,
        set_id=set_id,
        functional_id=FUNCTIONAL_IDS[set_id],
        guide=guide,
        names_guide=True,
        envelope=envelope,
        control=control,
        moment=moment,
    )
    if not self_check:
        return written
    wanted = [
        each._replace(
            date=moment.strftime("%Y%m%d"),
            time=moment.strftime("%H%M"),
            guide=guide,
            control_number=set_control(control, place),
        )
        for place, each in enumerate(values)
    ]
    return verified_values(written, wanted, policy, envelope.delimiters)


class Levels:
    """Numbers the HL segments of one transaction set, from 1 upward."""

    def __init__(self, writer: SegmentWriter) -> None:
        self._writer = writer
        self._count = 0

    def open(self, kind: str, parent: int = 0, *, has_children: bool | None = None) -> int:
        """Write HL and return its number; `has_children` is None where the guide leaves HL04 out."""
        self._count += 1
        child = "" if has_children is None else str(int(has_children))
        self._writer.add("HL", str(self._count), str(parent) if parent else "", kind, child)
        return self._count

    def open_people(self, people: Sequence[P], provider: int, *, leaf: bool | None = None) -> Iterator[P]:
        """Open the level of each person, and yield the person to be written there.

        A dependent stands below the subscriber before it. `leaf` is what its HL04 says.
        """
        subscriber = 0
        for place, person in enumerate(people):
            below = people[place + 1 : place + 2]
            if person.is_dependent:
                if not subscriber:
                    self._writer.say("x12.value_missing", "HL", 2)
                self.open("23", subscriber, has_children=leaf)
            else:
                subscriber = self.open("22", provider, has_children=bool(below) and below[0].is_dependent)
            yield person


def write_name(writer: SegmentWriter, party: Party) -> None:
    """Write NM1. What has no place in these transactions becomes a finding."""
    writer.add(
        "NM1",
        party.role,
        party.kind,
        party.last_name,
        party.first_name,
        party.middle_name,
        "",
        party.suffix,
        party.id_qualifier,
        party.id,
    )
    if party.dates:
        writer.say("x12.value_unplaced", "DTP")
