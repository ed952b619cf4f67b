"""Files cut into smaller ones, and files of one kind put together: nothing lost, counts made anew.

A set that its file ends without SE has none in its part either, so that it can still be told from a whole one. A TA1
goes with the first set of its interchange.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from claimwright.refusals import Refusal
from claimwright.x12.models.claims import Claim, ClaimSet, kind_of
from claimwright.x12.tokens import Segment, Source, tokens

_NUMBER_MOST = 999_999_999
_VERSION = "005010"


class NotMergeable(Refusal):
    """The files hold no transactions, or don't go from one sender to one receiver, or use different delimiters."""

    code = "x12.not_mergeable"
    fix = "Merge files of one sender, one receiver and one style of writing."


class NoTransactions(Refusal):
    """There is no ST in the file."""

    code = "x12.no_transactions"
    fix = "The file holds no transaction, so there is nothing to write."


class NoEnvelope(Refusal):
    """A set stands outside any interchange or group, so that nobody can tell who sends it to whom."""

    code = "x12.no_envelope"
    fix = "A transaction stands without ISA or GS: put it into an interchange first. Nothing is written."


class LooseSegments(Refusal):
    """Segments stand in no set, or a TA1 in an interchange without sets, and would be lost."""

    code = "x12.loose_segments"
    fix = "Segments stand outside every transaction and would be lost: take them out first. Nothing is written."


class CutShort(Refusal):
    """A set has no SE."""

    code = "x12.cut_short"
    fix = "A transaction has no SE, so its last claim may be cut short: get the whole file. Nothing is written."


class NotClaims(Refusal):
    """A set holds no claims of version 005010, so that it can't be cut by claim; nor by payer, if it is no 835."""

    code = "x12.not_claims"
    fix = "Cut such a file by set: --by set. Nothing is written."


class _Set(NamedTuple):
    """One transaction set with the headers that it stood under."""

    interchange: Segment
    group: Segment
    segments: list[Segment]
    """From ST on, without SE."""
    is_ended: bool
    acks: list[Segment]
    """The TA1s of its interchange, if it is the first set there."""


class PartNumbers:
    """Interchange control numbers for the parts of a file: the first keeps its own, the others count up from it."""

    def __init__(self) -> None:
        self._used: set[int] = set()
        self._last = 0

    def next(self, original: str) -> int:
        """Return a number that no other part of the file has, at least the original's where that is one."""
        text = original.strip()
        number = max(int(text) if text.isascii() and text.isdigit() else 1, self._last + 1)
        while number in self._used or number > _NUMBER_MOST:
            number = number + 1 if number < _NUMBER_MOST else 1
        self._used.add(number)
        self._last = number
        return number


def split_by_set(source: Source) -> list[bytes]:
    """Return each transaction set of a file as an interchange of its own, under its own headers.

    ISA13 counts up from the original's; GS06 and ST02 stay, so that answers to the parts name what the file named.
    Errors: NoTransactions, NoEnvelope, LooseSegments; Unreadable.
    """
    numbers = PartNumbers()
    return [_interchange([each], number=numbers.next(each.interchange.element(13))) for each in _sets(tokens(source))]


def split_by_payer(source: Source) -> list[tuple[str, bytes]]:
    """Return the remittances of each payer of a file, whole, with what tells the payer: an 835 has one payer.

    A part has the interchanges and groups that its sets stood in, counted anew. ISA13 counts up from the original's;
    GS06 and ST02 stay.
    Errors: NotClaims for a set that is no 835, NoTransactions, NoEnvelope, LooseSegments; Unreadable.
    """
    parts: dict[tuple[str, str], dict[int, list[_Set]]] = {}
    for each in _sets(tokens(source)):
        name = each.segments[0].element(1).strip()
        if name != "835":
            raise NotClaims(f"A set {name} is not cut by payer together with remittances (835).")
        parts.setdefault(_payer(each), {}).setdefault(id(each.interchange), []).append(each)
    numbers = PartNumbers()
    return [
        (
            payer,
            b"".join(
                _interchange(sets, number=numbers.next(sets[0].interchange.element(13)))
                for sets in interchanges.values()
            ),
        )
        for (_, payer), interchanges in parts.items()
    ]


def is_remittances(source: Source) -> bool:
    """Tell whether the first set of a file is an 835."""
    return next((each.element(1).strip() == "835" for each in tokens(source) if each.id == "ST"), False)


def _payer(remittance: _Set) -> tuple[str, str]:
    """Return what tells the payer of an 835, and what kind of word that is.

    That is its id; else the number of the company that started the payment, its tax id; else its name.
    """
    name = next((each for each in remittance.segments if each.id == "N1" and each.element(1).strip() == "PR"), None)
    trace = next((each for each in remittance.segments if each.id == "TRN"), None)
    told = (
        ("N104", name.element(4) if name is not None else ""),
        ("TRN03", trace.element(3) if trace is not None else ""),
        ("N102", name.element(2) if name is not None else ""),
    )
    return next(((place, word.strip()) for place, word in told if word.strip()), ("", ""))


def refuse_unless_claims(source: Source) -> None:
    """Refuse what can't be taken apart into claims without loss.

    Errors: NotClaims, NoTransactions, NoEnvelope, LooseSegments, CutShort; Unreadable.
    """
    for each in _sets(tokens(source)):
        name = each.segments[0].element(1).strip()
        guide = (each.segments[0].element(3) or each.group.element(8)).strip()
        if name != "837":
            raise NotClaims(f"A set {name} is not cut by claim or payer; claims (837) are.")
        if not guide.startswith(_VERSION) or not kind_of(guide):
            raise NotClaims("An 837 of this guide is not cut by claim or payer; those of 005010 are.")
        if all(segment.id != "CLM" for segment in each.segments):
            raise NotClaims("A transaction holds no claim.")
        if each.acks:
            raise LooseSegments
        if not each.is_ended:
            raise CutShort


def merge(sources: Iterable[Source]) -> bytes:
    """Put the transaction sets of several files into one interchange under the headers of the first.

    Sets share a group where functional id, sender, receiver, agency and guide are the same; GS06, ST02 and SE02 are
    numbered anew.
    Errors: NotMergeable, NoTransactions, NoEnvelope, LooseSegments; Unreadable.
    """
    sets = [each for source in sources for each in _sets(tokens(source))]
    if len({_parties(each) for each in sets}) != 1:
        raise NotMergeable
    return _interchange(sets, renumber=True)


def split_claims(batch: ClaimSet, by: str) -> Iterator[tuple[str, ClaimSet]]:
    """Yield a batch for each claim or for each payer, with the name of what it holds."""
    parts: dict[str, list[Claim]] = {}
    for place, claim in enumerate(batch.claims, start=1):
        name = claim.subscriber.payer.id if by == "payer" else f"{place:05d}"
        parts.setdefault(name, []).append(claim)
    for name, claims in parts.items():
        yield name, batch._replace(claims=tuple(claims))


def _sets(segments: Iterator[Segment]) -> list[_Set]:
    """Return all sets. One ends at its SE, else where the next one or the end of the group or file is."""
    gathered = _Gathered()
    for segment in segments:
        gathered.take(segment)
    gathered.close()
    if gathered.acks and gathered.found:
        raise LooseSegments
    if not gathered.found:
        raise NoTransactions
    return gathered.found


class _Gathered:
    """Sets as they come, each with its headers; what has no set to go with is refused."""

    def __init__(self) -> None:
        self.found: list[_Set] = []
        self.acks: list[Segment] = []
        """TA1s that no set has taken along yet."""
        self._interchange: Segment | None = None
        self._group: Segment | None = None
        self._current: list[Segment] | None = None

    def take(self, segment: Segment) -> None:
        name = segment.id
        if name in ("ISA", "IEA", "GS", "GE", "ST"):
            self.close()
            self._head(segment)
        elif name == "SE" and self._current is not None:
            self.close(is_ended=True)
        elif name == "TA1" and self._interchange is not None and self._current is None:
            self._acknowledge(segment)
        elif self._current is not None:
            if segment.elements:
                self._current.append(segment)
        elif any(each.strip() for each in segment.elements):
            raise LooseSegments

    def close(self, *, is_ended: bool = False) -> None:
        """End the open set, if there is one."""
        if self._current is None:
            return
        if self._interchange is None or self._group is None:
            raise NoEnvelope
        self.found.append(_Set(self._interchange, self._group, self._current, is_ended, self.acks))
        self.acks, self._current = [], None

    def _head(self, segment: Segment) -> None:
        match segment.id:
            case "ST":
                self._current = [segment]
            case "GS" | "GE":
                self._group = segment if segment.id == "GS" else None
            case _:
                if self.acks and segment.id == "ISA":
                    raise LooseSegments
                self._interchange, self._group = (segment if segment.id == "ISA" else None), None

    def _acknowledge(self, segment: Segment) -> None:
        """Let a TA1 go with the set before it in its interchange, else with the next one."""
        if self.found and self.found[-1].interchange is self._interchange:
            self.found[-1].acks.append(segment)
        else:
            self.acks.append(segment)


def _parties(each: _Set) -> tuple[str, ...]:
    isa = each.interchange
    return (*(isa.element(place) for place in (5, 6, 7, 8, 12, 15)), *isa.delimiters[:4])


def _interchange(sets: Sequence[_Set], *, number: int | None = None, renumber: bool = False) -> bytes:
    head = sets[0].interchange
    control = head.element(13) if number is None else f"{number:09d}"
    # An ISA that was cut short still gets its interchange an end.
    isa = head.elements + [""] * (14 - len(head.elements))
    rows = [[*isa[:13], control, *isa[14:]]]
    rows += [ack.elements for each in sets for ack in each.acks]
    groups: dict[tuple[str, ...] | int, list[_Set]] = {}
    for each in sets:
        # Numbers that stay tell a set from others of its own group alone.
        alike = tuple(each.group.element(place) for place in (1, 2, 3, 7, 8))
        groups.setdefault(alike if renumber else id(each.group), []).append(each)
    for ordinal, members in enumerate(groups.values(), start=1):
        header = list(members[0].group.elements)
        # A GS that was cut short still gets its group an end.
        header += [""] * (7 - len(header))
        if renumber:
            header[6] = str(ordinal)
        rows.append(header)
        for place, each in enumerate(members, start=1):
            rows += _rows(each, f"{place:04d}" if renumber else each.segments[0].element(2))
        rows.append(["GE", str(len(members)), header[6]])
    rows.append(["IEA", str(len(groups)), control])
    gap = sets[0].group.gap
    end = head.tail + (gap if not gap.strip() else "")
    return b"".join((head.delimiters.element.join(row) + end).encode("latin-1") for row in rows)


def _rows(each: _Set, number: str) -> list[list[str]]:
    first, *body = each.segments
    opened = [*first.elements[:2], number, *first.elements[3:]]
    ended = [["SE", str(len(each.segments) + 1), number]] if each.is_ended else []
    return [opened, *(segment.elements for segment in body), *ended]
