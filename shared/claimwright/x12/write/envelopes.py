"""The interchange around written transactions: ISA of fixed widths, one group, counts and control numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from claimwright.x12.envelope_forms import ID_KINDS
from claimwright.x12.findings import Finding, Severity, blocks
from claimwright.x12.models.envelopes import ControlNumbers, Delimiters, Envelope
from claimwright.x12.write.segments import Policy, SegmentWriter, Written

_NUMBER_MOST = 999_999_999
_ID_LONGEST = 15


def set_control(control: ControlNumbers, place: int) -> str:
    """Return ST02 of the set at `place` from 0 in its group."""
    return f"{control.transaction + place:04d}"


def interchange(
    sets: Sequence[SegmentWriter],
    *,
    set_id: str,
    functional_id: str,
    guide: str,
    names_guide: bool,
    envelope: Envelope,
    control: ControlNumbers,
    moment: datetime,
) -> Written:
    """Wrap transaction sets, each still without ST and SE, into one group and one interchange."""
    findings = [*_envelope_findings(envelope, control, moment, len(sets)), *(f for each in sets for f in each.findings)]
    if blocks(findings):
        return Written(b"", tuple(findings))
    separator = envelope.delimiters.element
    rows = [_isa(envelope, control, moment), _gs(functional_id, guide, envelope, control, moment)]
    for place, each in enumerate(sets):
        number = set_control(control, place)
        rows.append(separator.join(["ST", set_id, number, *([guide] if names_guide else [])]))
        rows += each.rows
        rows.append(separator.join(["SE", str(len(each.rows) + 2), number]))
    rows.append(separator.join(["GE", str(len(sets)), str(control.group)]))
    rows.append(separator.join(["IEA", "1", f"{control.interchange:09d}"]))
    return Written(_bytes(rows, envelope.delimiters), tuple(findings))


def interchange_of_acks(
    acks: SegmentWriter, *, envelope: Envelope, control: ControlNumbers, moment: datetime
) -> Written:
    """Wrap TA1 segments into an interchange without groups."""
    findings = [*_envelope_findings(envelope, control, moment, 1), *acks.findings]
    if blocks(findings):
        return Written(b"", tuple(findings))
    end = envelope.delimiters.element.join(["IEA", "0", f"{control.interchange:09d}"])
    rows = [_isa(envelope, control, moment), *acks.rows, end]
    return Written(_bytes(rows, envelope.delimiters), tuple(findings))


def _isa(envelope: Envelope, control: ControlNumbers, moment: datetime) -> str:
    delimiters = envelope.delimiters
    return delimiters.element.join(
        [
            "ISA",
            *("00", " " * 10, "00", " " * 10),
            *(f"{envelope.sender.qualifier:2}", f"{envelope.sender.id:15}"),
            *(f"{envelope.receiver.qualifier:2}", f"{envelope.receiver.id:15}"),
            *(moment.strftime("%y%m%d"), moment.strftime("%H%M")),
            *(delimiters.repetition, "00501", f"{control.interchange:09d}"),
            *("1" if envelope.wants_interchange_ack else "0", envelope.usage_indicator, delimiters.component),
        ]
    )


def _gs(functional_id: str, guide: str, envelope: Envelope, control: ControlNumbers, moment: datetime) -> str:
    return envelope.delimiters.element.join(
        [
            *("GS", functional_id, envelope.sender.group_id, envelope.receiver.group_id),
            *(moment.strftime("%Y%m%d"), moment.strftime("%H%M"), str(control.group), "X", guide),
        ]
    )


def _bytes(rows: list[str], delimiters: Delimiters) -> bytes:
    end = delimiters.segment + delimiters.line_break
    return (end.join(rows) + end).encode("latin-1")


def _envelope_findings(envelope: Envelope, control: ControlNumbers, moment: datetime, sets: int) -> list[Finding]:
    signs = envelope.delimiters[:4]
    unfit = SegmentWriter(envelope.delimiters, Policy.REFUSE)
    for name, place, text in (
        ("ISA", 6, envelope.sender.id),
        ("ISA", 8, envelope.receiver.id),
        ("GS", 2, envelope.sender.group_id),
        ("GS", 3, envelope.receiver.group_id),
    ):
        unfit.check(name, place, text)
    checks = (
        ("x12.delimiters", "ISA", 0, all(len(sign) == 1 and not sign.isalnum() for sign in signs)),
        ("x12.delimiters", "ISA", 0, len(set(signs)) == len(signs) and not any(sign.isspace() for sign in signs[:3])),
        ("x12.value_moment", "ISA", 9, moment.tzinfo is not None),
        ("x12.value_moment", "ISA", 13, 0 < control.interchange <= _NUMBER_MOST),
        ("x12.value_moment", "GS", 6, 0 < control.group <= _NUMBER_MOST),
        ("x12.value_moment", "ST", 2, control.transaction > 0 and control.transaction + sets - 1 <= _NUMBER_MOST),
        ("x12.isa_sender", "ISA", 6, 0 < len(envelope.sender.id) <= _ID_LONGEST),
        ("x12.isa_receiver", "ISA", 8, 0 < len(envelope.receiver.id) <= _ID_LONGEST),
        ("x12.isa_sender_kind", "ISA", 5, envelope.sender.qualifier in ID_KINDS),
        ("x12.isa_receiver_kind", "ISA", 7, envelope.receiver.qualifier in ID_KINDS),
        ("x12.isa_usage", "ISA", 15, envelope.usage_indicator in ("P", "T")),
    )
    for code, name, element, is_right in checks:
        if not is_right:
            unfit.say(code, name, element, severity=Severity.FATAL)
    return unfit.findings
