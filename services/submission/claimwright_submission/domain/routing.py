"""Which road a claim takes to its payer."""

from collections.abc import Sequence
from typing import Final, Protocol, TypeVar
from uuid import UUID

GUIDE: Final = "005010X222A1"
"""The professional claim; the only guide that is written so far."""


class Road(Protocol):
    """As much of a route as decides who may take it."""

    @property
    def org_id(self) -> UUID:
        """Whose route it is."""

    @property
    def kind(self) -> str:
        """Return `sandbox` or `live`."""


RoadT = TypeVar("RoadT", bound=Road)


def route_for(routes: Sequence[RoadT], *, org_id: UUID, is_test: bool) -> RoadT | None:
    """Return an organization's route, or None when there is none that it may use.

    A test organization reaches sandboxes only, a live one reaches no sandbox. Of several the first in the file counts.
    """
    kind = "sandbox" if is_test else "live"
    return next((route for route in routes if route.org_id == org_id and route.kind == kind), None)


def usage_indicator(*, is_test: bool) -> str:
    """Return ISA15: T for a test organization, P for a live one."""
    return "T" if is_test else "P"
