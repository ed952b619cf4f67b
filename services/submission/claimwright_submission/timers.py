"""What the service does by itself, again and again: send, ask, read answers, look into mailboxes."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Sequence

from claimwright.database.engine import SYSTEM
from claimwright.http.parts import AccessLookups
from claimwright.messaging.work import Transactions
from claimwright.process import Periodic
from claimwright_submission.settings import SubmissionSettings
from claimwright_submission.usecases.fetch_mailbox import fetch_mailbox
from claimwright_submission.usecases.read_answers import read_next_answers
from claimwright_submission.usecases.release_held import release_held
from claimwright_submission.usecases.send_files import (
    Road,
    ask_about_file,
    build_next_file,
    look_at_route,
    send_file,
)
from claimwright_submission.wakes import Wakes


def periodics_for(
    roads: Sequence[Road],
    transactions: Transactions,
    access: AccessLookups,
    wakes: Wakes,
    settings: SubmissionSettings,
) -> list[Periodic]:
    """Return the timers of these roads; each road has its own, so that a slow clearinghouse holds up nobody else."""
    made = []
    for road in roads:
        name = road.route.id
        wake = wakes.files[name]
        files = _files(road, transactions, access, wake, gather_seconds=settings.files_gather_seconds)
        made.append(Periodic(f"files {name}", settings.files_every_seconds, files, wake))
        made.append(Periodic(f"mailbox {name}", settings.mailbox_every_seconds, _mailbox(road, transactions)))
    organizations = dict.fromkeys(road.route.org_id for road in roads)

    async def read_answers() -> bool:
        # The answers to one file come one behind the other; read together they cost hardly more than one of them.
        await asyncio.sleep(settings.answers_gather_seconds)
        wakes.answers.clear()  # what has come until here is read now
        found = False
        for org_id in organizations:
            found = await read_next_answers(transactions, org_id) or found
        return found

    return [*made, Periodic("answers", settings.answers_every_seconds, read_answers, wakes.answers)]


def _files(
    road: Road, transactions: Transactions, access: AccessLookups, wake: asyncio.Event, *, gather_seconds: float
) -> Callable[[], Awaitable[bool]]:
    gathered_at = -math.inf

    async def act() -> bool:
        nonlocal gathered_at
        look = await look_at_route(transactions, road)
        for artifact_id in look.due.unknown:
            await ask_about_file(transactions, road, artifact_id)
        if not (look.due.ready or look.waits.for_file or look.waits.for_route):
            return False
        organization = await access.organization(road.route.org_id)
        # A test organization's claims never take a live road, whatever the routes file says, and the other way round.
        if organization is None or organization.is_test is not (road.route.kind == "sandbox"):
            return False
        more = False
        if look.waits.for_route:
            async with transactions.begin(org_id=road.route.org_id, actor=SYSTEM) as work:
                more = await release_held(work, road.route, is_test=organization.is_test)
        for artifact_id in look.due.ready:
            await send_file(transactions, road, artifact_id)
        # A claim that comes alone leaves at once; those that come thickly gather, so that files fill instead.
        await asyncio.sleep(max(0.0, gathered_at + gather_seconds - time.monotonic()))
        wake.clear()  # what has come until here goes into this file
        more = await build_next_file(transactions, road) or more
        gathered_at = -math.inf if more else time.monotonic()
        return more

    return act


def _mailbox(road: Road, transactions: Transactions) -> Callable[[], Awaitable[bool]]:
    async def act() -> bool:
        return await fetch_mailbox(transactions, road)

    return act
