"""Files cut into smaller ones, and files of one kind put together: totals kept, counts made anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from claimwright.refusals import Refusal
from claimwright.x12.envelope import ENVELOPE_IDS
from claimwright.x12.models.claims import Claim, ClaimSet
from claimwright.x12.tokens import Segment, Source, tokens


class NotMergeable(Refusal):
    """The files hold no transactions, or don't go from one sender to one receiver, or use different delimiters."""

    code = "x12.not_mergeable"
    fix = "Merge files of one sender, one receiver and one style of writing."


class _Set(NamedTuple):
    """One transaction set with the headers that it stood under."""

    interchange: Segment
    group: Segment
    segments: list[Segment]


def split_by_set(source: Source) -> Iterator[bytes]:
    """Yield each transaction set of a file as an interchange of its own, under its own headers."""
    for each in _sets(tokens(source)):
        yield _interchange([each])


def merge(sources: Iterable[Source]) -> bytes:
    """Put the transaction sets of several files into one interchange under the headers of the first.

    Sets of one functional id share a group; ST02 and SE02 are numbered anew.
    Errors: NotMergeable.
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


def _sets(segments: Iterator[Segment]) -> Iterator[_Set]:
    interchange = group = None
    current: list[Segment] = []
    for segment in segments:
        if segment.id == "ISA":
            interchange = segment
        elif segment.id == "GS":
            group = segment
        elif segment.id == "ST":
            current = [segment]
        elif segment.id == "SE" and current:
            current.append(segment)
            if interchange is not None and group is not None:
                yield _Set(interchange, group, current)
            current = []
        elif current and segment.id not in ENVELOPE_IDS:
            current.append(segment)


def _parties(each: _Set) -> tuple[str, ...]:
    isa = each.interchange
    return (*(isa.element(place) for place in (5, 6, 7, 8, 12, 15)), *isa.delimiters[:4])


def _interchange(sets: Sequence[_Set], *, renumber: bool = False) -> bytes:
    head = sets[0].interchange
    rows = [head.elements]
    groups: dict[str, list[_Set]] = {}
    for each in sets:
        groups.setdefault(each.group.element(1) + each.group.element(8), []).append(each)
    for number, members in enumerate(groups.values(), start=1):
        header = list(members[0].group.elements)
        # A GS that was cut short still gets its group an end.
        header += [""] * (7 - len(header))
        if renumber:
            header[6] = str(number)
        rows.append(header)
        for place, each in enumerate(members, start=1):
            rows += _rows(each, f"{place:04d}" if renumber else each.segments[0].element(2))
        rows.append(["GE", str(len(members)), header[6]])
    rows.append(["IEA", str(len(groups)), head.element(13)])
    end = head.tail + sets[0].group.gap
    return b"".join((head.delimiters.element.join(row) + end).encode("latin-1") for row in rows)


def _rows(each: _Set, number: str) -> list[list[str]]:
    first, *body, _ = each.segments
    opened = [*first.elements[:2], number, *first.elements[3:]]
    return [opened, *(segment.elements for segment in body), ["SE", str(len(each.segments)), number]]
