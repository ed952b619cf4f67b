"""What two files say differently, by meaning: claims are matched by their numbers, not by their place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from claimwright.x12.models.claims import ClaimSet
from claimwright.x12.models.eligibility import Eligibility
from claimwright.x12.models.remittances import Remittance
from claimwright.x12.models.status import StatusExchange
from claimwright.x12.models.values import PLACES, Money, Quantity
from claimwright.x12.tools.veil import veiled

# The value to compare by, and how the file wrote it.
_Leaf = tuple[object, str]


class Difference(NamedTuple):
    """One thing that is otherwise: a whole claim when `field` is empty."""

    what: str
    field: str
    first: str | None
    second: str | None
    is_confidential: bool = False
    """The field tells who somebody is, or is free text: its values are not to be shown."""


def differences(first: Sequence[Any], second: Sequence[Any]) -> list[Difference]:
    """Return how the second file differs from the first.

    Shape: both are values of readers, not veiled. A claim number that stands twice is matched in order. Amounts and
    counts are compared as numbers, so that 125 and 125.00 are the same; one that is left out is not the same as zero.
    """
    ours, theirs = _parts(first), _parts(second)
    found = []
    for what in dict.fromkeys([*ours, *theirs]):
        if what not in theirs:
            found.append(Difference(what, "", "is here", None))
        elif what not in ours:
            found.append(Difference(what, "", None, "is here"))
        else:
            found += _fields(what, ours[what], theirs[what])
    return found


def _parts(values: Sequence[Any]) -> dict[str, Any]:
    """Return the claims by number, and what stands around them by its own number."""
    parts: dict[str, Any] = {}
    for value in values:
        if isinstance(value, ClaimSet):
            _add(parts, f"batch {value.header.reference}", value.header._replace(control_number="", date="", time=""))
            for claim in value.claims:
                _add(parts, f"claim {claim.patient_control_number}", claim)
        elif isinstance(value, Eligibility):
            _add(parts, f"coverage {value.reference}", value._replace(people=(), control_number="", date="", time=""))
            for place, person in enumerate(value.people, start=1):
                traces = "/".join(trace.trace_number for trace in person.traces)
                _add(parts, f"person {traces or place}", person)
        elif isinstance(value, StatusExchange):
            _add(parts, f"status {value.reference}", value._replace(providers=(), control_number="", date="", time=""))
            for _, person_asked, asked in value.claims():
                name = f"claim {asked.patient_control_number or asked.trace_number}"
                _add(parts, name, asked)
                _add(parts, f"patient of {name}", person_asked._replace(claims=()))
        elif isinstance(value, Remittance):
            _add(parts, f"payment {value.trace_number}", value._replace(groups=(), control_number=""))
            for paid in value.claims:
                _add(parts, f"claim {paid.patient_control_number}", paid)
        else:
            _add(parts, type(value).__name__, value)
    return parts


def _add(parts: dict[str, Any], what: str, value: Any) -> None:
    count = 1
    name = what
    while name in parts:
        count += 1
        name = f"{what} ({count})"
    parts[name] = value


def _fields(what: str, first: Any, second: Any) -> Iterator[Difference]:
    ours, theirs = dict(_flat("", first)), dict(_flat("", second))
    found = [
        field for field in dict.fromkeys([*ours, *theirs]) if _compared(ours.get(field)) != _compared(theirs.get(field))
    ]
    if not found:
        return
    shown = (ours, dict(_flat("", veiled(first)))), (theirs, dict(_flat("", veiled(second))))
    for field in found:
        is_confidential = any(open_.get(field) != hidden.get(field) for open_, hidden in shown)
        yield Difference(what, field, _written(ours.get(field)), _written(theirs.get(field)), is_confidential)


def _compared(leaf: _Leaf | None) -> object:
    return leaf and leaf[0]


def _written(leaf: _Leaf | None) -> str | None:
    return leaf and leaf[1]


def _flat(path: str, value: Any) -> Iterator[tuple[str, _Leaf]]:
    """Yield each field that is not empty, with its path."""
    if isinstance(value, (Money, Quantity)):
        if value.text:
            yield path, (value.text if value.value.is_nan() else value.value, value.text)
    elif isinstance(value, tuple):
        names = getattr(value, "_fields", None)
        if names is None:
            for place, each in enumerate(value, start=1):
                yield from _flat(f"{path}[{place}]", each)
            return
        for name, each in zip(names, value, strict=True):
            if name not in PLACES and each not in ("", None):
                yield from _flat(f"{path}.{name}" if path else name, each)
    else:
        yield path, (value, str(value))
