"""Who is taken up and who is asked to come again: a quota an organization, and no queue behind a database that is full.

Asked once the caller is known and before the body is read, so that turning away costs next to nothing, whatever those
that were taken up wait for. Quotas are those of one process; several share the callers between them.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import ceil
from typing import Final
from uuid import UUID

from fastapi import Request, Response

from claimwright.http.models import ProblemDocument
from claimwright.http.parts import AppParts
from claimwright.http.problems import answer_of, document
from claimwright.security.caller import Caller
from claimwright.settings import EdgeSettings
from claimwright.telemetry import metrics

POLICY: Final = "organization"
"""The one policy in `RateLimit-Policy` and `RateLimit`."""
QUOTA: Final = "quota"
"""Where a request's state keeps the quota that its answer tells."""
QUIET: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""What a supervisor asks is answered whatever else is going on."""
_MOST_BUCKETS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Quota:
    """What an organization may still ask. `wait_seconds` is 0 where this request was taken up."""

    limit: int
    window_seconds: int
    left: int
    full_again_seconds: int
    wait_seconds: float

    def headers(self) -> dict[str, str]:
        """Return the two fields of draft-ietf-httpapi-ratelimit-headers-11."""
        return {
            "ratelimit-policy": f'"{POLICY}";q={self.limit};w={self.window_seconds}',
            "ratelimit": f'"{POLICY}";r={self.left};t={self.full_again_seconds}',
        }


class Admission:
    """One process's token buckets: an organization's fills at a steady rate up to its burst, each request takes one."""

    def __init__(self, limits: EdgeSettings, *, now: Callable[[], float] = time.monotonic) -> None:
        """Start with every bucket full."""
        self._limits = limits
        self._now = now
        self._buckets: dict[tuple[UUID, str], tuple[float, float]] = {}

    def take(self, caller: Caller, cost: int = 1) -> Quota:
        """Take from a caller's bucket what a request costs, or nothing where it holds less than that.

        An organization's partners and its people have a bucket each: neither keeps the other from working.
        """
        limits, now = self._limits, self._now()
        key = (caller.org_id, caller.kind)
        held, at = self._buckets.get(key, (float(limits.burst), now))
        held = min(float(limits.burst), held + (now - at) * limits.rate_per_second)
        wait = max(0.0, (cost - held) / limits.rate_per_second)
        if not wait:
            held -= cost
        if key not in self._buckets and len(self._buckets) >= _MOST_BUCKETS:
            self._forget_full(now)
        self._buckets[key] = (held, now)
        return Quota(
            limit=limits.burst,
            window_seconds=ceil(limits.burst / limits.rate_per_second),
            left=int(held),
            full_again_seconds=ceil((limits.burst - held) / limits.rate_per_second),
            wait_seconds=wait,
        )

    def _forget_full(self, now: float) -> None:
        """Drop the buckets that would be full by now: a caller that comes again begins with a full one anyway."""
        full_after = self._limits.burst / self._limits.rate_per_second
        self._buckets = {key: bucket for key, bucket in self._buckets.items() if now - bucket[1] < full_after}


def turned_away(request: Request) -> Response | None:
    """Return the answer to a request that is not taken up now, or None for one that is."""
    if request.scope["path"] in QUIET:
        return None
    parts = request.app.state.parts
    if isinstance(parts, AppParts) and (
        parts.database.oldest_wait_seconds * 1000 > parts.limits.longest_database_wait_ms
    ):
        metrics.of(metrics.HTTP_TURNED_AWAY, "database").inc()
        return busy("The database is busy with what came before")
    return charged(request, cost=1)


def charged(request: Request, *, cost: int) -> Response | None:
    """Take what a request costs from its organization's quota; return the answer where the quota does not hold it."""
    caller = getattr(request.state, "caller", None)
    if cost <= 0 or not isinstance(caller, Caller):
        return None
    admission: Admission = request.app.state.admission
    quota = admission.take(caller, cost)
    setattr(request.state, QUOTA, quota)
    if not quota.wait_seconds:
        return None
    metrics.of(metrics.HTTP_TURNED_AWAY, "organization").inc()
    return document(
        429,
        "quota_used_up",
        "Your organization has asked more than its quota",
        fix="Wait for the seconds in Retry-After; send many encounters in one request.",
        headers={"retry-after": str(max(1, ceil(quota.wait_seconds)))},
    )


def busy(title: str) -> Response:
    """Return the answer to a request that comes while everything is taken."""
    metrics.of(metrics.PROBLEMS, "busy").inc()
    return _busy(title)


@cache
def _busy(title: str) -> Response:
    """Return the answer, made once: while it is given, there is no time to lose."""
    problem = ProblemDocument(
        type="/problems/busy", title=title, status=503, code="busy", fix="Try again in a second.", findings=[]
    )
    return answer_of(problem, {"retry-after": "1"})
