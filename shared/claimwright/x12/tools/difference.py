"""What two files say differently, by meaning: claims are matched by their numbers, not by their place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from claimwright.x12.models.claims import ClaimSet
from claimwright.x12.models.eligibility import Eligibility
from claimwright.x12.models.remittances import Remittance
from claimwright.x12.models.status import StatusExchange
from claimwright.x12.tools.veil import plain


class Difference(NamedTuple):
    """One thing that is otherwise: a whole claim when `field` is empty."""

    what: str
    field: str
    first: str | None
    second: str | None


def differences(first: Sequence[Any], second: Sequence[Any]) -> list[Difference]:
    """Return how the second file differs from the first.

    Shape: both are values of readers, of one kind. A claim number that stands twice is matched in order.
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
    parts[name] = plain(value)


def _fields(what: str, first: Any, second: Any) -> Iterator[Difference]:
    ours, theirs = dict(_flat("", first)), dict(_flat("", second))
    for field in dict.fromkeys([*ours, *theirs]):
        if ours.get(field) != theirs.get(field):
            yield Difference(what, field, ours.get(field), theirs.get(field))


def _flat(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _flat(f"{path}.{name}" if path else name, each)
    elif isinstance(value, list):
        for place, each in enumerate(value, start=1):
            yield from _flat(f"{path}[{place}]", each)
    else:
        yield path, str(value)
