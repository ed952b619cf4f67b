"""The worker that posts files: a few claims a transaction, so that a file of any size holds nobody up.

All that it knows is in the tables. A process that dies between any two statements leaves a file that is `posting`, and
the next one goes on behind the last claim that was committed. Several such transactions are under way at a time: the
next claims are decided while the database writes those before them.
"""

import asyncio
import time
from collections import deque
from typing import Final
from uuid import UUID

from claimwright import failpoints, ids
from claimwright.messaging.work import Transactions
from claimwright.security.access import Access, Organization
from claimwright.telemetry import logging, tracing
from claimwright_remittance.domain.remits.paper import read_kept
from claimwright_remittance.domain.remits.remittance import Remittance
from claimwright_remittance.persistence import claims, files
from claimwright_remittance.persistence.failures import may_pass
from claimwright_remittance.persistence.files import Registered
from claimwright_remittance.usecases.batches import Batch, Overtaken, batches_of
from claimwright_remittance.usecases.finish_file import finish_file
from claimwright_remittance.usecases.hold_remittance import hold_remittance
from claimwright_remittance.usecases.post_claims import post_batch
from claimwright_remittance.usecases.register_file import register_file

ACTOR: Final = "worker:posting"
FILES_AT_ONCE: Final = 50
CLAIMS_AT_ONCE: Final = 400
"""Claims a transaction: many enough that its own cost is small beside theirs, few enough to hold locks for less than a
second."""
BATCHES_AT_ONCE: Final = 3
"""Batches under way: one that commits, one that is written, one that is decided."""
LONGEST_PAUSE_SECONDS: Final = 60.0
ORGANIZATIONS_KNOWN_SECONDS: Final = 5.0
"""How long the first file of a new organization may wait beyond its turn."""

log = logging.get("claimwright_remittance.worker")


class PostingWorker:
    """Posts what files wait, one file after the other. A file that fails waits longer each time; the others go on."""

    def __init__(self, transactions: Transactions, access: Access, *, claims_at_once: int = CLAIMS_AT_ONCE) -> None:
        self._transactions = transactions
        self._access = access
        self._claims_at_once = claims_at_once
        # One connection says who posts the file, and a pool of few leaves one for whoever else asks.
        self._batches_at_once = max(1, min(BATCHES_AT_ONCE, transactions.database.settings.pool_size - 2))
        self._paused: dict[UUID, tuple[float, float]] = {}
        self._ended_apart: set[UUID] = set()
        self._organizations: tuple[float, tuple[Organization, ...]] = 0.0, ()

    async def act(self) -> bool:
        """Post the files that wait now, and return whether any was posted, since more may have come meanwhile."""
        has_posted = False
        for organization in await self._known_organizations():
            async with self._transactions.begin(org_id=organization.org_id, actor=ACTOR) as work:
                waiting = await files.unfinished(work, FILES_AT_ONCE)
            for file_id in waiting:
                if self._is_paused(file_id):
                    continue
                has_posted = await self._try(organization.org_id, file_id) or has_posted
        return has_posted

    async def _known_organizations(self) -> tuple[Organization, ...]:
        """Return all organizations as they were some seconds ago: a file may come from one of them at any moment."""
        asked_at, known = self._organizations
        if not known or time.monotonic() - asked_at > ORGANIZATIONS_KNOWN_SECONDS:
            known = await self._access.organizations()
            self._organizations = time.monotonic(), known
        return known

    def _is_paused(self, file_id: UUID) -> bool:
        _, until = self._paused.get(file_id, (0.0, 0.0))
        return time.monotonic() < until

    async def _try(self, org_id: UUID, file_id: UUID) -> bool:
        try:
            async with self._transactions.database.alone(f"posting {file_id}") as is_ours:
                if not is_ours:  # another process posts it
                    return False
                await self.post_file(org_id, file_id)
        except Exception as error:
            pause = min(LONGEST_PAUSE_SECONDS, 2 * self._paused.get(file_id, (0.5, 0.0))[0])
            self._paused[file_id] = pause, time.monotonic() + pause
            log.error("posting_failed", file_id=ids.text(ids.FILE, file_id), exc_info=error)
            return False
        self._paused.pop(file_id, None)
        self._ended_apart.discard(file_id)
        return True

    async def post_file(self, org_id: UUID, file_id: UUID) -> None:
        """Read, test, post and finish one file, from wherever its posting stands."""
        async with self._transactions.begin(org_id=org_id, actor=ACTOR) as work:
            paper = await files.paper_of(work, file_id)
        if paper is None:
            return
        content, kind = paper
        # In a thread of its own: a file of many claims would keep the event loop from everything else.
        read = await asyncio.to_thread(read_kept, content, kind)
        async with self._transactions.begin(org_id=org_id, actor=ACTOR) as work:
            await register_file(work, file_id, read)
            registered = await files.registered(work, file_id)
        remittances = {each.remittance.set_ordinal: each.remittance for each in read.sets}
        to_post = [each for each in registered if each.state == "posting"]
        is_finished = False
        for each in to_post:
            is_last = each is to_post[-1] and file_id not in self._ended_apart
            has_posted = await self._post_or_hold(org_id, each, remittances[each.set_ordinal], finishes=is_last)
            is_finished = is_last and has_posted
        if not is_finished:
            async with self._transactions.begin(org_id=org_id, actor=ACTOR) as work:
                await finish_file(work, file_id)

    async def _post_or_hold(
        self, org_id: UUID, standing: Registered, remittance: Remittance, *, finishes: bool
    ) -> bool:
        """Post a transaction, and the file's end with the last of it where this `finishes` the file.

        Where trying once more would fail once more, it is set aside; returns whether it was posted. What failed with
        the file's end beside it is tried once more without, since it may be the end alone that fails.
        """
        try:
            await self._post_in_batches(org_id, standing, remittance, finishes=finishes)
        except Overtaken:
            log.info("posting_overtaken", file_id=ids.text(ids.FILE, standing.file_id))
        except Exception as error:
            if may_pass(error):
                raise
            if finishes and standing.file_id not in self._ended_apart:
                self._ended_apart.add(standing.file_id)
                raise
            log.error("remittance_set_aside", file_id=ids.text(ids.FILE, standing.file_id), exc_info=error)
            async with self._transactions.begin(org_id=org_id, actor=ACTOR) as work:
                await hold_remittance(work, standing.id, remittance.place)
        else:
            return True
        return False

    async def _post_in_batches(
        self, org_id: UUID, standing: Registered, remittance: Remittance, *, finishes: bool
    ) -> None:
        """Post what is left of a transaction, a few batches under way at a time; see `usecases.batches`."""
        under_way: deque[asyncio.Task[None]] = deque()
        try:
            for batch in batches_of(len(remittance.claims), first=standing.claims_posted, most=self._claims_at_once):
                if len(under_way) == self._batches_at_once:
                    await under_way.popleft()
                is_end = finishes and batch.is_last
                posting = self._post_one(org_id, standing, remittance, batch, finishes=is_end)
                under_way.append(asyncio.create_task(posting))
                await batch.is_locked.wait()
            while under_way:
                await under_way.popleft()
        finally:
            # Behind a batch that failed each fails at its turn. None is cancelled: a statement for which nobody waits
            # any more may go on in the database with its locks, in the way of whoever posts the file next.
            await asyncio.gather(*under_way, return_exceptions=True)

    async def _post_one(
        self, org_id: UUID, standing: Registered, remittance: Remittance, batch: Batch, *, finishes: bool
    ) -> None:
        has_committed = False
        try:
            # In a thread of its own, as all reading, and before the transaction, which should not wait for it.
            said = await asyncio.to_thread(remittance.claims.__getitem__, slice(batch.first, batch.end))
            async with self._transactions.begin(org_id=org_id, actor=ACTOR) as work:
                await files.let_rest(work)
                begun = await claims.traceparents(work, {claim.patient_control_number for claim in said})
                links = [context for text in begun if (context := tracing.parse(text)) is not None]
                with tracing.span("post remittance", links=links[: tracing.MOST_LINKS]):
                    for first in range(tracing.MOST_LINKS, len(links), tracing.MOST_LINKS):
                        # A span takes so many links and drops the rest: the other claims' traces end in spans within.
                        with tracing.span("post more of it", links=links[first : first + tracing.MOST_LINKS]):
                            pass
                    await post_batch(work, standing, remittance, batch, said)
                    if finishes:
                        await finish_file(work, standing.file_id)
                    failpoints.failpoint("posting.before_commit")
            has_committed = True
        finally:
            batch.end_with(has_committed=has_committed)
        failpoints.failpoint("posting.after_commit")
