"""Events of earlier versions, read as the newest one: retained outboxes are replayed, so every version stays readable.

When an event gets a new meaning it gets a new name with the next version, and one `Upcaster` here. Its old model goes,
its contract files stay. Releases take two steps, so that old and new processes can run side by side: first the new
model and its upcaster, for whoever reads; in the release after it, the publisher.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from claimwright.events.envelope import Purpose

Change = Callable[[Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Upcaster:
    """How an event of one version reads as one of the next: its clear data, and the sealed parts that changed.

    Each change takes and gives JSON data, loses no cent, and asks for nothing that the old version did not hold.
    """

    old: str
    new: str
    data: Change
    parts: Mapping[Purpose, Change] = field(default_factory=dict)


UPCASTERS: Final[dict[str, Upcaster]] = {}
"""By the name that they read. No event has a second version yet."""


def newest_name(wire_name: str) -> str:
    """Return under which name a version is read today."""
    upcaster = UPCASTERS.get(wire_name)
    return wire_name if upcaster is None else newest_name(upcaster.new)


def newest_data(wire_name: str, data: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Return the newest name and form of an event's clear data."""
    upcaster = UPCASTERS.get(wire_name)
    return (wire_name, data) if upcaster is None else newest_data(upcaster.new, upcaster.data(data))


def newest_part(wire_name: str, purpose: Purpose, plain: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the newest form of what was sealed in an event for one purpose."""
    upcaster = UPCASTERS.get(wire_name)
    if upcaster is None:
        return plain
    change = upcaster.parts.get(purpose)
    return newest_part(upcaster.new, purpose, plain if change is None else change(plain))
