"""Which road a claim takes to its payer."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from claimwright.clearinghouse.routes import Route

GUIDE: Final = "005010X222A1"
"""The professional claim; the only guide that is written so far."""


def route_for(routes: Sequence[Route], *, org_id: UUID, is_test: bool) -> Route | None:
    """Return an organization's route, or None when there is none that it may use.

    A test organization reaches sandboxes only, a live one reaches no sandbox. Of several the first in the file counts.
    """
    kind = "sandbox" if is_test else "live"
    return next((route for route in routes if route.org_id == org_id and route.kind == kind), None)


def usage_indicator(*, is_test: bool) -> str:
    """Return ISA15: T for a test organization, P for a live one."""
    return "T" if is_test else "P"
