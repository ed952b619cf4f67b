"""What must hold for any bytes: findings, never an exception, and neither time nor memory run away.

One input goes through the judge and through one further road, chosen by its own bytes, so that each execution is short
and a crash is repeated by its input alone.
"""

import time
import zlib
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from claimwright.refusals import Refusal
from claimwright.x12 import (
    BatchAck,
    ClaimSet,
    CodeSet,
    CodeTables,
    Eligibility,
    Finding,
    GroupAck,
    Party,
    Policy,
    Reading,
    Remittance,
    StatusExchange,
    Unreadable,
    acknowledge,
    join,
    judge,
    read_275,
    read_277ca,
    read_835,
    read_837p,
    read_999,
    read_claims,
    read_eligibility,
    read_interchanges,
    read_profile,
    read_status,
    read_ta1,
    tokens,
    write_270,
    write_271,
    write_276,
    write_277,
    write_277ca,
    write_835,
    write_837d,
    write_837i,
    write_837p,
    write_999,
    write_ta1,
)
from claimwright.x12.tools import story
from claimwright.x12.tools.masking import masked
from claimwright.x12.tools.outline import outlines
from claimwright.x12.tools.parcels import split_by_set
from claimwright.x12.tools.veil import plain, veiled
from tests.support.builders_x12 import MOMENT, SENT

SECONDS_MOST = 1.0
"""Of processor time for a small input."""
SECONDS_A_KILOBYTE = 0.05
"""More for each kilobyte: what takes the square of its length is found out, what is only long is not."""
_SOURCE = Party("AY", "FUZZ", id_qualifier="46", id="FUZZ")
_CODES = CodeTables()
for _set in CodeSet:
    _CODES.add(_set, "1", date(2020, 1, 1), date(2026, 12, 31))
_PROFILE, _ = read_profile(
    b"""
[[rules]]
severity = { "x12.segment_count" = "warn", "x12.npi" = "off" }
[rules.require]
guides = ["005010X222A1"]
frequencies = ["1"]
references = ["G1"]
no_references = ["F8"]
other_payer_references = ["F8"]
line_breaks = "none"
delimiters = "*:^~"
usage = "T"
claims_most = 1
lines_most = 1
taxonomy = true
rendering_provider = true
member_id = '[A-Z]{4}\\d+'
days_after_service = 30
"""
)
assert _PROFILE is not None
_TERMS = _PROFILE.on(date(2026, 11, 20))


class TookTooLong(Exception):
    """One input took more processor time than any may."""


def check(data: bytes) -> None:
    """Put one input through the codec.

    Errors: whatever the codec raises and must not; AssertionError for bytes that do not come back; TookTooLong.
    """
    start = time.process_time()
    road = ROADS[zlib.crc32(data) % len(ROADS)]
    try:
        if zlib.crc32(data) % 4 == 0:
            assert join(tokens(data)) == data
        findings = judge(data, codes=_CODES, terms=_TERMS)
        road(data, findings)
    except Unreadable:
        assert judge(data)[0].blocks
    spent = time.process_time() - start
    if spent > SECONDS_MOST + SECONDS_A_KILOBYTE * len(data) / 1000:
        raise TookTooLong(f"{spent:.1f} s for {len(data)} bytes")


def _read_claims(data: bytes, _: list[Finding]) -> None:
    streamed = list(read_claims(data, []))
    whole = read_837p(data)
    assert len(streamed) == sum(len(each.claims) for each in whole.values)
    _tell(whole, story.tell_claims)


def _read_remittances(data: bytes, _: list[Finding]) -> None:
    _tell(read_835(data), story.tell_remittance)


def _read_acknowledgments(data: bytes, _: list[Finding]) -> None:
    _tell(read_999(data), story.tell_group_ack)
    _tell(read_277ca(data), story.tell_batch_ack)
    read_ta1(data)


def _read_questions(data: bytes, _: list[Finding]) -> None:
    _tell(read_eligibility(data), story.tell_eligibility)
    _tell(read_status(data), story.tell_status)
    _tell(read_275(data), story.tell_attachments)
    for outline in outlines(data):
        list(story.tell_outline(outline))
    for interchange in read_interchanges(data).values:
        story.tell_interchange(interchange)


def _tell(reading: Reading[Any], tell: Callable[[Any], Iterable[str]]) -> None:
    for value in reading.values:
        list(tell(value))
        list(tell(veiled(value)))
        plain(value)


def _mask(data: bytes, _: list[Finding]) -> None:
    assert len(list(tokens(masked(data, b"key")))) == len(list(tokens(data)))


def _split(data: bytes, _: list[Finding]) -> None:
    try:
        parts = split_by_set(data)
    except Refusal:
        return
    for part in parts:
        read_interchanges(part)


def _answer(data: bytes, findings: list[Finding]) -> None:
    reading = read_837p(data)
    answers = acknowledge(reading.interchanges, reading.values, findings, source=_SOURCE, moment=MOMENT)
    for written in (
        write_ta1(answers.interchanges, **SENT) if answers.interchanges else None,
        write_999(answers.groups, **SENT) if answers.groups else None,
        write_277ca(answers.batches, **SENT) if answers.batches else None,
    ):
        assert written is None or not written.data or judge(written.data) is not None


_WRITTEN_FROM: tuple[Callable[[bytes], Reading[Any]], ...] = (
    read_837p,
    read_835,
    read_999,
    read_277ca,
    read_eligibility,
    read_status,
)


def _write(data: bytes, _: list[Finding]) -> None:
    """Write what was read, wrong as it may be: findings or bytes, by either policy."""
    values: list[Any] = [value for read in _WRITTEN_FROM for value in read(data).values]
    for value in values:
        for policy in Policy:
            _write_one(value, policy)


def _write_one(value: Any, policy: Policy) -> None:
    match value:
        case ClaimSet():
            write = {"I": write_837i, "D": write_837d}.get(value.header.kind, write_837p)
            write(value, **SENT, policy=policy)
        case Remittance():
            write_835([value], **SENT, policy=policy)
        case GroupAck():
            write_999([value], **SENT)
        case BatchAck():
            write_277ca([value], **SENT)
        case Eligibility():
            (write_270 if value.set_id == "270" else write_271)([value], **SENT, policy=policy)
        case StatusExchange():
            (write_276 if value.set_id == "276" else write_277)([value], **SENT, policy=policy)
        case _:
            return


ROADS: tuple[Callable[[bytes, list[Finding]], None], ...] = (
    _read_claims,
    _read_remittances,
    _read_acknowledgments,
    _read_questions,
    _mask,
    _split,
    _answer,
    _write,
)
