"""A partner's side of a running stack: post encounters, and wait until a claim gets somewhere."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx2

from deploy.stack.routes import Handover, handover_file
from tests.support.builders_intake import a_coverage, an_encounter_document
from tests.support.stack import TestStack

Json = dict[str, Any]
AT_REST = ("CLOSED", "PATIENT_BALANCE", "NOT_BILLABLE", "INCOMPLETE", "SCRUB_FAILED", "PAYER_REJECTED", "CH_REJECTED")
AFTER_SENDING = ("ADJUDICATED", "CLOSED", "PATIENT_BALANCE")
PATIENCE = 60.0


def a_visit(*, member_id: str = "PAID0000001", **changes: object) -> Json:
    """Return an encounter that can be billed, new each time, of a member whose id chooses what the payer does."""
    return an_encounter_document(
        external_id=f"visit-{uuid4().hex}", coverages=[a_coverage(member_id=member_id)], **changes
    )


class Journey:
    """One partner of a running stack."""

    def __init__(self, stack: TestStack, client: httpx2.AsyncClient, *, org_id: str) -> None:
        self.stack = stack
        self.client = client
        self.org_id = org_id

    async def post(self, encounter: Json, **headers: str) -> httpx2.Response:
        """Post one encounter."""
        return await self.client.post("/v1/encounters", json=encounter, headers=headers)

    async def claim_of(self, encounter: Json) -> str:
        """Post one encounter and return the id of its claim."""
        answer = await self.post(encounter)
        assert answer.status_code == 202, answer.text
        claim_id: str = answer.json()["claims"][0]["id"]
        return claim_id

    async def claim(self, claim_id: str) -> Json:
        """Return a claim as the partner sees it."""
        answer = await self.client.get(f"/v1/claims/{claim_id}")
        assert answer.status_code == 200, answer.text
        view: Json = answer.json()
        return view

    async def until(self, claim_id: str, has_come: Callable[[Json], bool], *, within: float = PATIENCE) -> Json:
        """Wait until a claim is as wanted and return it."""
        deadline = time.monotonic() + within
        view: Json = {}
        while time.monotonic() < deadline:
            answer = await self.client.get(f"/v1/claims/{claim_id}")
            if answer.status_code == 200 and has_come(view := answer.json()):
                return view
            await asyncio.sleep(0.1)
        seen = [(event["type"], event["occurred_at"]) for event in view.get("timeline", ())]
        raise AssertionError(f"{claim_id} is {view.get('stage')} after {within:.0f} s: {seen}")

    async def until_stage(
        self, claim_id: str, *stages: str, telling: Collection[str] = (), within: float = PATIENCE
    ) -> Json:
        """Wait until a claim is in one of these stages and its timeline tells events of these types.

        What one service told may be shown before what another told earlier: the sending that a decision overtook is
        given two seconds to be shown.
        """
        view = await self.until(
            claim_id,
            lambda view: view["stage"] in stages and set(telling) <= set(types_in(view)),
            within=within,
        )
        for _ in range(20):
            if view["stage"] not in AFTER_SENDING or "submission.sent.v1" in types_in(view):
                break
            await asyncio.sleep(0.1)
            view = await self.claim(claim_id)
        return view

    async def until_at_rest(self, claim_ids: Sequence[str], *, within: float = PATIENCE) -> list[Json]:
        """Wait until nothing more happens to these claims by itself."""
        return [await self.until(claim_id, is_at_rest, within=within) for claim_id in claim_ids]


def is_at_rest(view: Json) -> bool:
    """Tell whether a claim waits for a person or for nothing: also one that was adjudicated and has a denial case."""
    is_denied = any(case["state"] == "OPEN" for case in view["denials"])
    return view["stage"] in AT_REST or (view["stage"] == "ADJUDICATED" and is_denied)


def types_in(view: Json) -> list[str]:
    """Return the types of a claim's events, in the order of its timeline."""
    return [event["type"] for event in view["timeline"]]


@asynccontextmanager
async def journey_on(stack: TestStack) -> AsyncIterator[Journey]:
    """Speak to a running stack as the partner that the bootstrap made."""
    handover = Handover.read(handover_file(stack.places))
    headers = {"authorization": f"Bearer {handover.api_key}"}
    async with httpx2.AsyncClient(base_url=stack.url_of("intake"), headers=headers, timeout=10) as client:
        # Each service hears of the partner by events of its own; until then it does nothing for the organization.
        for service in ("intake", "coding", "submission", "remittance"):
            await until_known(client, f"{stack.url_of(service)}/v1/parked")
        yield Journey(stack, client, org_id=handover.org_id)


async def until_known(client: httpx2.AsyncClient, url: str = "/v1/events") -> None:
    """Wait until the key's event has reached the service that answers here: it travels like every other."""
    deadline = time.monotonic() + PATIENCE
    while (await client.get(url)).status_code == httpx2.codes.UNAUTHORIZED:
        assert time.monotonic() < deadline, "the partner's key is not known"
        await asyncio.sleep(0.1)
