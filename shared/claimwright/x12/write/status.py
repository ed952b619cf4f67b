"""Questions about the status of claims and their answers, 276 and 277, from values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from claimwright.x12.models.envelopes import ControlNumbers, Envelope
from claimwright.x12.models.status import (
    StatusClaim,
    StatusExchange,
    StatusLine,
    StatusPerson,
    StatusProvider,
    StatusReport,
)
from claimwright.x12.models.values import Party
from claimwright.x12.write.levels import Levels, write_exchanges, write_name
from claimwright.x12.write.segments import Element, Policy, SegmentWriter, Written

STATUS_GUIDE = "005010X212"
_PURPOSES = {"276": ("13", ""), "277": ("08", "DG")}
"""BHT02 and BHT06."""
_TRACE_KINDS = {"276": "1", "277": "2"}
_CODES_MOST = 3


def write_276(
    inquiries: Sequence[StatusExchange],
    *,
    envelope: Envelope,
    control: ControlNumbers,
    moment: datetime,
    policy: Policy = Policy.REFUSE,
    self_check: bool = True,
) -> Written:
    """Write one 276 for each pair of payer and receiver (005010X212).

    Without `self_check` there is no judge: the bytes are returned as written.

    Errors: none; when a finding blocks, there are no bytes.
    """
    return write_exchanges(
        "276",
        inquiries,
        partial(_exchange, set_id="276", moment=moment),
        guide=STATUS_GUIDE,
        envelope=envelope,
        control=control,
        moment=moment,
        policy=policy,
        self_check=self_check,
    )


def write_277(
    answers: Sequence[StatusExchange],
    *,
    envelope: Envelope,
    control: ControlNumbers,
    moment: datetime,
    policy: Policy = Policy.REFUSE,
    self_check: bool = True,
) -> Written:
    """Write one 277 for each pair of payer and receiver (005010X212); otherwise as `write_276`."""
    return write_exchanges(
        "277",
        answers,
        partial(_exchange, set_id="277", moment=moment),
        guide=STATUS_GUIDE,
        envelope=envelope,
        control=control,
        moment=moment,
        policy=policy,
        self_check=self_check,
    )


def _exchange(writer: SegmentWriter, value: StatusExchange, set_id: str, moment: datetime) -> None:
    if value.wants_more:
        writer.say("x12.value_unplaced", "BHT", 6)
    purpose, transaction_type = _PURPOSES[set_id]
    writer.add(
        *("BHT", "0010", purpose, value.reference),
        *(moment.strftime("%Y%m%d"), moment.strftime("%H%M"), transaction_type),
    )
    levels = Levels(writer)
    payer = levels.open("20", has_children=True)
    _party(writer, value.source)
    receiver = levels.open("21", payer, has_children=bool(value.providers))
    _party(writer, value.receiver)
    if value.trace_number or value.statuses:
        writer.add("TRN", "2", value.trace_number)
    _statuses(writer, value.statuses)
    for provider in value.providers:
        _provider(writer, levels, receiver, provider, set_id)
    writer.claim = 0


def _provider(writer: SegmentWriter, levels: Levels, receiver: int, provider: StatusProvider, set_id: str) -> None:
    number = levels.open("19", receiver, has_children=bool(provider.people))
    for party in provider.parties:
        _party(writer, party)
    if provider.trace_number or provider.statuses:
        writer.add("TRN", "1", provider.trace_number)
    _statuses(writer, provider.statuses)
    for person in levels.open_people(provider.people, number):
        _person(writer, person, _TRACE_KINDS[set_id])


def _party(writer: SegmentWriter, party: Party) -> None:
    """Write NM1 and, behind it, whatever the value holds; what the guide does not want there is found at judging."""
    write_name(writer, party)
    writer.details(party.details)
    writer.address(party.address)
    writer.references(party.references)
    writer.contacts(party.contacts)
    if party.taxonomy:
        writer.add("PRV", "PE", "PXC", party.taxonomy)


def _person(writer: SegmentWriter, person: StatusPerson, kind: str) -> None:
    party = person.party
    if party.birth_date or party.gender:
        writer.add("DMG", "D8" if party.birth_date else "", party.birth_date, party.gender)
    _party(writer, party)
    writer.details(person.details)
    for claim in person.claims:
        _claim(writer, claim, kind)


def _claim(writer: SegmentWriter, claim: StatusClaim, kind: str) -> None:
    writer.claim += 1
    writer.add("TRN", kind, claim.trace_number)
    _statuses(writer, claim.statuses)
    writer.references(claim.references)
    if claim.charge.text:
        writer.add("AMT", "T3", writer.money("AMT", claim.charge, 2))
    writer.dates(claim.dates)
    writer.details(claim.details)
    for line in claim.lines:
        _line(writer, line)


def _line(writer: SegmentWriter, line: StatusLine) -> None:
    writer.add(
        "SVC",
        writer.procedure(line.procedure, "SVC", 1),
        writer.money("SVC", line.charge, 2),
        writer.money("SVC", line.paid, 3),
        line.revenue_code,
        "",
        "",
        writer.quantity("SVC", line.units, 7),
    )
    _statuses(writer, line.statuses)
    writer.references(line.references)
    writer.dates(line.dates)
    writer.details(line.details)


def _statuses(writer: SegmentWriter, statuses: Sequence[StatusReport]) -> None:
    for each in statuses:
        if not 0 < len(each.codes) <= _CODES_MOST:
            writer.say("x12.value_missing" if not each.codes else "x12.value_unplaced", "STC", 1)
        codes: list[Element] = [*each.codes, "", "", ""]
        writer.add(
            "STC",
            codes[0],
            each.date,
            each.action,
            writer.money("STC", each.charge, 4),
            writer.money("STC", each.paid, 5),
            each.decided_on,
            each.payment_method,
            each.payment_date,
            each.payment_number,
            codes[1],
            codes[2],
            each.message,
        )
