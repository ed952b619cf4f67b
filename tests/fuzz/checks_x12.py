"""What must hold for any bytes: findings, never an exception, and neither time nor memory run away.

One input goes through the judge and through one further road, chosen by its own bytes, so that each execution is short
and a crash is repeated by its input alone. Each call of the codec has one second of processor time, whatever the input
of up to `BYTES_MOST` is.
"""

import time
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date
from typing import Any, ParamSpec, TypeVar

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

BYTES_MOST = 100_000
"""Of an input: the second is for as much; what is longer may take longer in proportion."""
SECONDS_MOST = 1.0
"""Of processor time, for one call."""
_VALUES_MOST = 16
"""Of one kind, which are written again one by one: each call has its second, but they shall come to an end."""
P = ParamSpec("P")
T = TypeVar("T")
Road = Callable[[bytes, list[Finding]], None]
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
    """One call took more processor time than any may."""


class Stopwatch:
    """Times calls of the codec, and keeps the slowest."""

    def __init__(self) -> None:
        self.seconds, self.what, self.size = 0.0, "", 0

    def take(self, seconds: float, what: str, size: int) -> None:
        if seconds > self.seconds:
            self.seconds, self.what, self.size = seconds, what, size


SLOWEST = Stopwatch()
_size = 0


def timed(call: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """Call something of the codec.

    Errors: TookTooLong, beside what it raises itself.
    """
    start = time.process_time()
    try:
        return call(*args, **named)
    finally:
        spent = time.process_time() - start
        SLOWEST.take(spent, call.__name__, _size)
        if spent > SECONDS_MOST and not _is_quick_alone(call, *args, **named):
            raise TookTooLong(f"{call.__name__}: {spent:.1f} s for {_size} bytes")


def _is_quick_alone(call: Callable[P, Any], *args: P.args, **named: P.kwargs) -> bool:
    """Tell whether a call that took too long is quick when it is repeated: it was the machine or the fuzzer then."""
    for _ in range(2):
        start = time.process_time()
        with suppress(Refusal):
            call(*args, **named)
        if time.process_time() - start <= SECONDS_MOST:
            return True
    return False


def check(data: bytes) -> None:
    """Put one input through the codec.

    Errors: whatever the codec raises and must not; AssertionError for bytes that do not come back; TookTooLong.
    """
    road = ROADS[zlib.crc32(data) % len(ROADS)]
    down(road, data)


def down(road: Road, data: bytes) -> None:
    """Judge one input and put it down one road; errors as `check`."""
    global _size  # noqa: PLW0603 (what a time is told with)
    _size = len(data)
    try:
        if zlib.crc32(data) % 4 == 0:
            assert timed(_copied, data) == data
        findings = timed(judge, data, codes=_CODES, terms=_TERMS)
        road(data, findings)
    except Unreadable:
        assert any(each.blocks for each in judge(data))


def _copied(data: bytes) -> bytes:
    return join(tokens(data))


def _streamed(data: bytes) -> int:
    return sum(1 for _ in read_claims(data, []))


def _read_claims(data: bytes, _: list[Finding]) -> None:
    streamed = timed(_streamed, data)
    whole = timed(read_837p, data)
    assert streamed == sum(len(each.claims) for each in whole.values)
    _tell(whole, story.tell_claims)


def _read_remittances(data: bytes, _: list[Finding]) -> None:
    _tell(timed(read_835, data), story.tell_remittance)


def _read_acknowledgments(data: bytes, _: list[Finding]) -> None:
    _tell(timed(read_999, data), story.tell_group_ack)
    _tell(timed(read_277ca, data), story.tell_batch_ack)
    timed(read_ta1, data)


def _read_questions(data: bytes, _: list[Finding]) -> None:
    _tell(timed(read_eligibility, data), story.tell_eligibility)
    _tell(timed(read_status, data), story.tell_status)
    _tell(timed(read_275, data), story.tell_attachments)
    timed(_told_outlines, data)
    for interchange in timed(read_interchanges, data).values:
        story.tell_interchange(interchange)


def _told_outlines(data: bytes) -> None:
    for outline in outlines(data):
        for _ in story.tell_outline(outline):
            pass


def _tell(reading: Reading[Any], tell: Callable[[Any], Iterable[str]]) -> None:
    timed(_shown, reading, tell)
    timed(_hidden, reading, tell)
    timed(plain, reading.values)


def _shown(reading: Reading[Any], tell: Callable[[Any], Iterable[str]]) -> None:
    for value in reading.values:
        for _ in tell(value):
            pass


def _hidden(reading: Reading[Any], tell: Callable[[Any], Iterable[str]]) -> None:
    for value in reading.values:
        for _ in tell(veiled(value)):
            pass


def _mask(data: bytes, _: list[Finding]) -> None:
    assert len(list(tokens(timed(masked, data, b"key")))) == len(list(tokens(data)))


def _split(data: bytes, _: list[Finding]) -> None:
    try:
        parts = timed(split_by_set, data)
    except Refusal:
        return
    for part in parts[:_VALUES_MOST]:
        read_interchanges(part)


def _answer(data: bytes, findings: list[Finding]) -> None:
    reading = timed(read_837p, data)
    answers = timed(acknowledge, reading.interchanges, reading.values, findings, source=_SOURCE, moment=MOMENT)
    for written in (
        timed(write_ta1, answers.interchanges, **SENT) if answers.interchanges else None,
        timed(write_999, answers.groups, **SENT) if answers.groups else None,
        timed(write_277ca, answers.batches, **SENT) if answers.batches else None,
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


def write_what_was_read(data: bytes, _: list[Finding]) -> None:
    """Write what was read, wrong as it may be: findings or bytes, by either policy."""
    values: list[Any] = [value for read in _WRITTEN_FROM for value in timed(read, data).values[:_VALUES_MOST]]
    for value in values:
        for policy in Policy:
            _write_one(value, policy)


def _write_one(value: Any, policy: Policy) -> None:
    match value:
        case ClaimSet():
            write = {"I": write_837i, "D": write_837d}.get(value.header.kind, write_837p)
            timed(write, value, **SENT, policy=policy)
        case Remittance():
            timed(write_835, [value], **SENT, policy=policy)
        case GroupAck():
            timed(write_999, [value], **SENT)
        case BatchAck():
            timed(write_277ca, [value], **SENT)
        case Eligibility():
            timed(write_270 if value.set_id == "270" else write_271, [value], **SENT, policy=policy)
        case StatusExchange():
            timed(write_276 if value.set_id == "276" else write_277, [value], **SENT, policy=policy)
        case _:
            return


ROADS: tuple[Road, ...] = (
    _read_claims,
    _read_remittances,
    _read_acknowledgments,
    _read_questions,
    _mask,
    _split,
    _answer,
    write_what_was_read,
)
