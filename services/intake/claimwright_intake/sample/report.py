"""What became of claims: by stage, by dollar and by second, once each has come to rest."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from claimwright.events.lifecycle_words import Balance, Stage
from claimwright_intake.sample.address import Intake

Json = dict[str, Any]

_LOOK_EVERY_SECONDS: Final = 0.5
_AT_ONCE: Final = 8

RESTS: Final = frozenset({
    Stage.INCOMPLETE, Stage.NOT_BILLABLE, Stage.SCRUB_FAILED, Stage.HELD, Stage.CODING_QUERY, Stage.FILE_REJECTED,
    Stage.CH_REJECTED, Stage.PAYER_REJECTED, Stage.NEXT_PAYER_PENDING, Stage.PATIENT_BALANCE, Stage.CLOSED,
    Stage.VOIDED, Stage.REPLACED,
})  # fmt: skip
"""Stages in which nothing happens by itself any more: it is over, or somebody has to act."""

_RECEIVED: Final = "encounter.received.v1"
_POSTED: Final = "claim.adjudicated.v1"


@dataclass(frozen=True, slots=True)
class Report:
    """What became of some claims.

    `open_cents` is what is open beside the patients' share, so that charged = paid + adjusted + patient + open. Seconds
    are from the encounter's coming in to the first payer's posted decision.
    """

    encounters: int
    claims: int
    still_moving: int
    by_stage: Mapping[str, int]
    charge_cents: int
    paid_cents: int
    adjusted_cents: int
    patient_cents: int
    open_cents: int
    posted: int
    seconds_p50: float | None
    seconds_p95: float | None

    def as_json(self) -> Json:
        """Return the report as a program reads it."""
        return {name: getattr(self, name) for name in self.__slots__} | {"by_stage": dict(self.by_stage)}


def is_at_rest(claim: Json) -> bool:
    """Return whether nothing happens to a claim by itself any more."""
    stage = Stage(claim["stage"])
    if stage is Stage.ADJUDICATED:
        # Closing or the patient's share follows at once, unless a denial is open or another payer is next.
        is_denied = any(case["state"] == "OPEN" for case in claim["denials"])
        return is_denied or claim["balance"] == Balance.OTHER_PAYER
    return stage in RESTS


async def all_claims(intake: Intake) -> list[str]:
    """Return every claim of the organization, by the feed, in the order in which they came."""
    claims: dict[str, None] = {}
    query: dict[str, str] = {"limit": "500"}
    while True:
        page = await intake.get("/v1/events", query)
        claims.update(dict.fromkeys(item["claim_id"] for item in page["items"]))
        if not page["items"]:
            return list(claims)
        query["after"] = page["next"]


async def wait_and_report(
    intake: Intake,
    claim_ids: Sequence[str],
    *,
    wait_seconds: float,
    on_look: Callable[[int, int], None] = lambda *_: None,
) -> Report:
    """Look at the claims until all have come to rest or the time is over, and report them as they are then.

    `on_look` is told how many of how many are at rest.
    """
    seen: dict[str, Json] = {}
    moving = list(claim_ids)
    end = asyncio.get_running_loop().time() + wait_seconds
    while moving:
        for claim in await _look(intake, moving):
            seen[claim["id"]] = claim
        moving = [claim_id for claim_id in moving if not is_at_rest(seen[claim_id])]
        on_look(len(claim_ids) - len(moving), len(claim_ids))
        if not moving or asyncio.get_running_loop().time() > end:
            break
        await asyncio.sleep(_LOOK_EVERY_SECONDS)
    return report_of(list(seen.values()))


async def _look(intake: Intake, claim_ids: Sequence[str]) -> list[Json]:
    free = asyncio.Semaphore(_AT_ONCE)

    async def one(claim_id: str) -> Json:
        async with free:
            return await intake.get(f"/v1/claims/{claim_id}")

    return list(await asyncio.gather(*(one(claim_id) for claim_id in claim_ids)))


def report_of(claims: Sequence[Json]) -> Report:
    """Return the report of claims as intake shows them."""
    seconds = sorted(each for claim in claims if (each := _seconds_to_posted(claim)) is not None)
    return Report(
        encounters=len({claim["encounter_id"] for claim in claims}),
        claims=len(claims),
        still_moving=sum(1 for claim in claims if not is_at_rest(claim)),
        by_stage=dict(Counter(claim["stage"] for claim in claims).most_common()),
        charge_cents=sum(claim["charge_cents"] for claim in claims),
        paid_cents=sum(claim["paid_cents"] for claim in claims),
        adjusted_cents=sum(claim["adjusted_cents"] for claim in claims),
        patient_cents=sum(claim["patient_cents"] for claim in claims),
        open_cents=sum(claim["open_cents"] - claim["patient_cents"] for claim in claims),
        posted=len(seconds),
        seconds_p50=percentile(seconds, 50),
        seconds_p95=percentile(seconds, 95),
    )


def percentile(ordered: Sequence[float], percent: int) -> float | None:
    """Return the smallest value that so many percent of the values do not exceed; None of no values."""
    if not ordered:
        return None
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def _seconds_to_posted(claim: Json) -> float | None:
    moments: dict[str, datetime] = {}
    for event in claim["timeline"]:
        moments.setdefault(event["type"], datetime.fromisoformat(event["occurred_at"]))
    if _RECEIVED not in moments or _POSTED not in moments:
        return None
    return round((moments[_POSTED] - moments[_RECEIVED]).total_seconds(), 3)
