"""Transactions without a model of their own, told by their loops: 278, 834, 820 and whatever else comes.

Nobody is named but organizations: the sentences can be shown as they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from claimwright.x12.envelope import EnvelopeReader, inside_sets
from claimwright.x12.models.values import NO_MONEY, NOWHERE, Money, Span, money, money_of
from claimwright.x12.place import SEGMENT_ID
from claimwright.x12.readers.parts import PAD, Elements
from claimwright.x12.tokens import Limits, Segment, Source, tokens
from claimwright.x12.tools.veil import is_person
from claimwright.x12.tools.words import Lines, dollars

MODELED = frozenset({"837", "835", "999", "997", "277", "276", "270", "271", "275"})
"""Sets that have a model, and are told by it."""

_NAMES = {
    "278": "Health care services review",
    "834": "Enrollment",
    "820": "Premium payment",
}
_LEVELS = {
    "20": "reviewer",
    "21": "requester",
    "22": "subscriber",
    "23": "dependent",
    "19": "provider",
    "EV": "event",
    "SS": "service",
}
_REVIEWS = {
    "AR": "admission",
    "HS": "health services",
    "SC": "specialty care",
    "IN": "individual",
    "PA": "prior authorization",
}
_DECISIONS = {
    "A1": "certified",
    "A2": "certified in part",
    "A3": "not certified",
    "A4": "pended",
    "A6": "certified otherwise",
    "C": "cancelled",
    "CT": "call the payer",
    "NA": "needs no review",
}
_CHANGES = {"001": "changed", "021": "added", "024": "ended", "025": "reinstated", "030": "listed", "002": "deleted"}
_INDENT = "  "
# What stands for an id that is none: it may be the rest of a text that holds the terminator.
_NO_ID = "?"


class Level(NamedTuple):
    """HL as written."""

    number: str
    parent: str
    kind: str
    child: str


class Outline(NamedTuple):
    """One transaction set by its loops."""

    set_id: str
    control_number: str
    guide: str
    segment_count: int
    """With ST and SE, as SE01 counts."""
    segment_counts: tuple[tuple[str, int], ...]
    """How often each segment stands between ST and SE."""
    levels: tuple[Level, ...] = ()
    purpose: str = ""
    """BHT02 or BGN01."""
    reference: str = ""
    """BHT03, BGN02 or, of a payment, TRN02."""
    organizations: tuple[tuple[str, str], ...] = ()
    """Role and name of each organization outside the members, in file order."""
    subscribers: int = 0
    dependents: int = 0
    """INS01 Y and N of an 834."""
    changes: tuple[tuple[str, int], ...] = ()
    """INS03 of an 834."""
    coverages: tuple[tuple[str, int], ...] = ()
    """HD03 of an 834."""
    reviews: tuple[tuple[str, int], ...] = ()
    """UM01 of a 278."""
    decisions: tuple[tuple[str, int], ...] = ()
    """HCR01 of a 278."""
    payment: Money = NO_MONEY
    """BPR02 of an 820."""
    payment_method: str = ""
    items: int = 0
    items_total: Money = NO_MONEY
    """RMR04, all of them."""
    adjustments_total: Money = NO_MONEY
    """ADX01, all of them."""
    set_ordinal: int = 0
    span: Span = NOWHERE


def outlines(source: Source, limits: Limits | None = None) -> Iterator[Outline]:
    """Yield an outline of each transaction set that has no model, as soon as the set ends.

    Errors: Unreadable, for bytes without segments and for what exceeds the limits.
    """
    envelope = EnvelopeReader(limits=limits)
    draft: _Draft | None = None
    for segment in inside_sets(tokens(source, limits), envelope):
        if segment.id == "ST":
            if draft is not None:
                yield draft.value()
            draft = None if segment.element(1).strip() in MODELED else _Draft(segment, envelope)
        elif draft is not None:
            draft.take(segment, segment.elements + PAD)
            if segment.id == "SE":
                yield draft.value()
                draft = None
    if draft is not None:
        yield draft.value()


class _Draft:
    def __init__(self, segment: Segment, envelope: EnvelopeReader) -> None:
        self.first = self.last = segment
        self.set_ordinal = envelope.set_ordinal
        self.guide = envelope.guide()
        self.counts: Counter[str] = Counter()
        self.levels: list[Level] = []
        self.header: tuple[str, str] = ("", "")
        self.organizations: list[tuple[str, str]] = []
        self.insured: Counter[str] = Counter()
        self.changes: Counter[str] = Counter()
        self.coverages: Counter[str] = Counter()
        self.reviews: Counter[str] = Counter()
        self.decisions: Counter[str] = Counter()
        self.counted = {"HD": (self.coverages, 3), "UM": (self.reviews, 1), "HCR": (self.decisions, 1)}
        self.payment, self.method = NO_MONEY, ""
        self.items: list[Decimal] = []
        self.adjusted: list[Decimal] = []

    def take(self, segment: Segment, e: Elements) -> None:
        name = segment.id
        if name != "SE":
            self.counts[name if SEGMENT_ID.fullmatch(name) else _NO_ID] += 1
        self.last = segment
        match name:
            case "HL":
                self.levels.append(Level(e[1].strip(), e[2].strip(), e[3].strip(), e[4].strip()))
            case "BHT" | "BGN":
                place = 2 if name == "BHT" else 1
                self.header = (e[place].strip(), e[place + 1].strip())
            case "TRN" if self.payment.text and not self.header[1]:
                self.header = ("", e[2].strip())
            case "N1" | "NM1":
                self._named(name, e)
            case "INS":
                self.insured[e[1].strip()] += 1
                self.changes[e[3].strip()] += 1
            case "HD" | "UM" | "HCR":
                counter, place = self.counted[name]
                counter[e[place].strip()] += 1
            case "BPR":
                self.payment, self.method = money(e[2]), e[4].strip()
            case "RMR":
                self.items.append(money(e[4]).value)
            case "ADX":
                self.adjusted.append(money(e[1]).value)

    def _named(self, name: str, e: Elements) -> None:
        """Keep an organization; who stands among members, or is known by a social security number, is a person."""
        is_organization = e[3].strip() != "34" if name == "N1" else not is_person(e[1].strip(), e[2])
        text = e[2] if name == "N1" else e[3]
        if is_organization and text.strip() and not self.insured and not self.counts["ENT"]:
            self.organizations.append((e[1].strip(), text.strip()))

    def value(self) -> Outline:
        return Outline(
            set_id=self.first.element(1).strip(),
            control_number=self.first.element(2).strip(),
            guide=self.guide,
            segment_count=self.last.ordinal - self.first.ordinal + 1,
            segment_counts=tuple(sorted(self.counts.items())),
            levels=tuple(self.levels),
            purpose=self.header[0],
            reference=self.header[1],
            organizations=tuple(self.organizations),
            subscribers=self.insured["Y"],
            dependents=self.insured["N"],
            changes=tuple(sorted(self.changes.items())),
            coverages=tuple(sorted(self.coverages.items())),
            reviews=tuple(sorted(self.reviews.items())),
            decisions=tuple(sorted(self.decisions.items())),
            payment=self.payment,
            payment_method=self.method,
            items=len(self.items),
            items_total=money_of(sum(self.items, Decimal(0))) if self.items else NO_MONEY,
            adjustments_total=money_of(sum(self.adjusted, Decimal(0))) if self.adjusted else NO_MONEY,
            set_ordinal=self.set_ordinal,
            span=Span(self.first.ordinal, self.last.ordinal, self.first.offset, self.last.byte_end),
        )


def tell_outline(outline: Outline) -> Lines:
    """Tell a set in a few sentences: who to whom, how many of what, and the sums that it has."""
    name = _NAMES.get(outline.set_id, f"Transaction {outline.set_id or '?'}")
    reference = f" {outline.reference}" if outline.reference else ""
    yield f"{name}{reference}, {_many(outline.segment_count, 'segment')}"
    for role, each in outline.organizations:
        yield f"{_INDENT}{each} ({role})"
    if outline.levels:
        kinds = Counter(level.kind for level in outline.levels)
        told = (_many(count, _LEVELS.get(kind, f"level {kind}")) for kind, count in kinds.items())
        yield f"{_INDENT}{', '.join(told)}"
    if outline.reviews:
        yield f"{_INDENT}reviews: {_counted(outline.reviews, _REVIEWS)}"
    if outline.decisions:
        yield f"{_INDENT}decisions: {_counted(outline.decisions, _DECISIONS)}"
    if outline.subscribers or outline.dependents:
        people = f"{_many(outline.subscribers, 'subscriber')} and {_many(outline.dependents, 'dependent')}"
        yield f"{_INDENT}{people}: {_counted(outline.changes, _CHANGES)}"
    if outline.coverages:
        yield f"{_INDENT}coverages: {_counted(outline.coverages, {})}"
    if outline.payment.text:
        yield f"{_INDENT}pays {dollars(outline.payment.value)} ({outline.payment_method or '?'})"
    if outline.items:
        adjusted = outline.adjustments_total
        by = f", adjusted by {dollars(adjusted.value)}" if adjusted.text else ""
        yield f"{_INDENT}for {_many(outline.items, 'item')} of {dollars(outline.items_total.value)}{by}"


def _counted(counts: tuple[tuple[str, int], ...], words: dict[str, str]) -> str:
    return ", ".join(f"{count} {words.get(code, code or 'without a code')}" for code, count in counts)


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
