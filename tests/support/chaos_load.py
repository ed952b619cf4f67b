"""A partner that posts without waiting for anybody: open-loop, each post at its own moment, again until it is accepted.

One post in ten comes twice under the same key, one claim in twenty is corrected by its partner: half of them were
incomplete, and half are rejected by the payer and mended. What was answered is noted in a journal, a line an answer,
which is what the checker believes.
"""

import asyncio
import hashlib
import json
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2

from tests.support.journey import Journey, a_visit

CLOSED = "claim.closed.v1"
RELEASED = "patient_balance.released.v1"
DENIED = "denial.opened.v1"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of visit: what its member id asks the payer for, how it ends, and what its partner has to mend."""

    member: str
    end: str
    weight: int
    mended_from: str | None = None


KINDS = (
    Kind("PAID", CLOSED, 55),
    Kind("PARTIAL", RELEASED, 25),
    Kind("DENY_50", DENIED, 15),
    Kind("PAID", CLOSED, 3, mended_from="INCOMPLETE"),
    Kind("277CA_A7", CLOSED, 2, mended_from="PAYER_REJECTED"),
)


class Load:
    """Posts of one partner and their journal."""

    def __init__(self, journey: Journey, journal: Path, *, seed: int) -> None:
        self._journey = journey
        self._journal = journal
        self._chance = random.Random(f"load {seed}")
        self._tasks: set[asyncio.Task[None]] = set()
        self.ends: dict[str, str] = {}
        self.posted = self.late = self.cut_off = self.refused = 0
        self.first_answers: list[tuple[float, float]] = []

    async def calm_rate(self, visits: int, until_ended: Callable[[dict[str, str]], Awaitable[object]]) -> float:
        """Post some visits as fast as they are taken, and return how many claims a second came to their ends."""
        began = time.monotonic()
        one_of_eight = asyncio.Semaphore(8)

        async def post() -> None:
            async with one_of_eight:
                await self._visit(KINDS[0], time.monotonic(), again_after=None)

        await asyncio.gather(*(post() for _ in range(visits)))
        await until_ended(self.ends)
        return visits / (time.monotonic() - began)

    async def run(self, done: asyncio.Event, *, rate: float) -> None:
        """Post `rate` visits a second until told to end, whatever became of those before."""
        began = time.monotonic()
        number = 0
        while not done.is_set():
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self._begin(due)
            number += 1

    def _begin(self, due: float) -> None:
        kind = self._chance.choices(KINDS, [kind.weight for kind in KINDS])[0]
        again = self._chance.random() < 0.1
        task = asyncio.create_task(self._visit(kind, due, again_after=self._chance.random() * 2 if again else None))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self, *, seconds: float) -> None:
        """Wait until all that was begun has been accepted and mended. Errors: TimeoutError."""
        async with asyncio.timeout(seconds):
            await asyncio.gather(*self._tasks)

    async def stop(self) -> None:
        """Give up what is still on its way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _visit(self, kind: Kind, due: float, *, again_after: float | None) -> None:
        visit = a_visit(member_id=f"{kind.member}-{self.posted % 1000:03}")
        coverages = visit["coverages"]
        if kind.mended_from == "INCOMPLETE":
            visit["coverages"] = []
        self.posted += 1
        key = uuid4().hex
        answer = await self._accepted(visit, key, kind.end)
        self.first_answers.append((due, time.monotonic() - due))
        claim: str = answer["claims"][0]["id"]
        self.ends[claim] = kind.end
        if again_after is not None:
            await asyncio.sleep(again_after)
            await self._accepted(visit, key, kind.end)
        if kind.mended_from is not None:
            coverage = coverages[0] | {"member_id": "PAID0000001"}
            await self._mend(answer["id"], claim, kind.mended_from, {"coverages": [coverage]})

    async def _accepted(self, visit: dict[str, Any], key: str, end: str) -> dict[str, Any]:
        """Post until it is accepted, as a patient partner would, and note the answer."""
        pause = 0.3
        while True:
            answer = await self._ask("POST", "/v1/encounters", json=visit, headers={"idempotency-key": key})
            if answer is not None and answer.status_code == httpx2.codes.ACCEPTED:
                body: dict[str, Any] = answer.json()
                self._note(answer, body, key, end)
                return body
            self.refused += answer is not None
            await asyncio.sleep(pause * self._chance.uniform(0.7, 1.3))
            pause = min(pause * 1.6, 4.0)

    async def _mend(self, encounter: str, claim: str, stage: str, change: dict[str, Any]) -> None:
        """Wait until a claim is where its partner has to act, and change it once."""
        while (await self._seen(f"/v1/claims/{claim}")).json()["stage"] != stage:  # noqa: ASYNC110 it is another process that moves it
            await asyncio.sleep(0.5)
        current = await self._seen(f"/v1/encounters/{encounter}")
        headers = {
            "if-match": current.headers["etag"],
            "content-type": "application/merge-patch+json",
            "idempotency-key": uuid4().hex,
        }
        while True:
            answer = await self._ask("PATCH", f"/v1/encounters/{encounter}", json=change, headers=headers)
            if answer is not None and answer.is_success:
                return
            # An answer that was cut off may have been a success, and then the version has moved on.
            if answer is not None and answer.status_code == httpx2.codes.PRECONDITION_FAILED:
                return
            await asyncio.sleep(0.3)

    async def _seen(self, path: str) -> httpx2.Response:
        """Look until there is an answer: what was accepted is there, and who shows it may be away."""
        while True:
            answer = await self._ask("GET", path)
            if answer is not None and answer.is_success:
                return answer
            await asyncio.sleep(0.3)

    async def _ask(self, method: str, path: str, **request: Any) -> httpx2.Response | None:
        """Ask once; None when no answer came."""
        try:
            return await self._journey.client.request(method, path, **request)
        except httpx2.TransportError:
            self.cut_off += 1
            return None

    def _note(self, answer: httpx2.Response, body: dict[str, Any], key: str, end: str) -> None:
        line = {
            "claim": body["claims"][0]["id"],
            "encounter": body["id"],
            "key": key,
            "status": answer.status_code,
            "body": hashlib.sha256(answer.content).hexdigest(),
            "end": end,
        }
        with self._journal.open("a") as file:
            file.write(json.dumps(line) + "\n")


@asynccontextmanager
async def load_on(journey: Journey, journal: Path, *, seed: int) -> AsyncIterator[Load]:
    """A load whose posts end with the block, whatever became of them."""
    load = Load(journey, journal, seed=seed)
    try:
        yield load
    finally:
        await load.stop()
