"""Send the files of one route, each in short transactions with the network between them.

1. The claims are fixed, the numbers drawn and the sealed bytes kept (`build_file`): the file is READY.
2. It is leased: from here on bytes may leave.
3. The bytes that were kept are sent, and no others.
4. What came of it is taken in.

A process that dies after 1 leaves a file that is sent later; one that dies after 2 leaves a file that nobody knows of
whether it left, and it is asked for before anything else is done with it. Nothing is ever sent on a guess.

Source: docs/domain/lifecycle.md, the rules that never bend, 6.
"""

from dataclasses import dataclass
from time import monotonic
from typing import Final
from uuid import UUID, uuid4

from claimwright import ids
from claimwright.clearinghouse.port import (
    Accepted,
    Asking,
    Clearinghouse,
    NotSeen,
    Outgoing,
    Refused,
    Seen,
    Sending,
    Unknown,
    Unreached,
)
from claimwright.clearinghouse.routes import Route
from claimwright.database.engine import SYSTEM
from claimwright.failpoints import failpoint
from claimwright.messaging.work import Transactions
from claimwright.telemetry import logging, tracing
from claimwright_submission.domain.attempt import News, Transport, after, wait_before_next_try
from claimwright_submission.persistence import artifacts, submissions
from claimwright_submission.persistence.artifacts import Due
from claimwright_submission.persistence.submissions import Waits
from claimwright_submission.usecases.build_file import build_file
from claimwright_submission.usecases.conclude_sending import Heard, conclude_sending

_LEASE_BEYOND_SENDING: Final = 2.0
"""A lease lasts this many times as long as an exchange with the clearinghouse may take."""

_MAY_START: Final = tuple(state for state in Transport if after(state, News.STARTED) is not None)

_log = logging.get(__name__)


class StoredBytesChanged(RuntimeError):
    """The bytes that were kept are not those that were built; they must not leave."""


@dataclass(frozen=True, slots=True)
class Road:
    """One route and its far end; `seconds` bounds an exchange with it, `claims_most` what one file may hold."""

    route: Route
    clearinghouse: Clearinghouse
    seconds: float
    claims_most: int


async def build_next_file(transactions: Transactions, road: Road) -> bool:
    """Build a file of what waits for a route and send it; return whether more waits now.

    What comes after it was begun waits for the next look, so that under load files get fuller and not more.
    """
    async with transactions.begin(org_id=road.route.org_id, actor=SYSTEM) as work:
        built = await build_file(work, road.route, most=road.claims_most)
    if built is None:
        return False
    failpoint("edi.after_store")
    await send_file(transactions, road, built.artifact_id)
    return built.is_more_waiting


async def send_file(transactions: Transactions, road: Road, artifact_id: UUID) -> None:
    """Send one ready file once, and take in what came of it."""
    token = uuid4()
    begun = monotonic()
    outgoing = await _leased(transactions, road, artifact_id, token)
    if outgoing is None:
        return
    if monotonic() - begun > road.seconds * (_LEASE_BEYOND_SENDING - 1):
        # The exchange would outlast the lease, and others would take the file for lost while it leaves.
        async with transactions.begin(org_id=road.route.org_id, actor=SYSTEM) as work:
            await conclude_sending(work, artifact_id, _heard(Unreached("sender_stalled"), token))
        return
    with tracing.span("send file", attributes={"claimwright.file_id": ids.text(ids.ARTIFACT, artifact_id)}):
        result = await road.clearinghouse.send(outgoing)
    failpoint("edi.after_send")
    async with transactions.begin(org_id=road.route.org_id, actor=SYSTEM) as work:
        await conclude_sending(work, artifact_id, _heard(result, token))
    failpoint("edi.after_mark")
    _log.info(
        "file_tried",
        artifact_id=ids.text(ids.ARTIFACT, artifact_id),
        route_id=road.route.id,
        outcome=type(result).__name__.lower(),
        reason=getattr(result, "reason", None),
    )


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a route found to do."""

    due: Due
    waits: Waits


async def look_at_route(transactions: Transactions, road: Road) -> Look:
    """Return what there is to do for a route, and note which files have lost their sender."""
    async with transactions.begin(org_id=road.route.org_id, actor=SYSTEM) as work:
        due = await artifacts.due(work, road.route.id)
        for artifact_id in due.abandoned:
            await conclude_sending(work, artifact_id, Heard(News.SENDER_LOST, reason="sender_lost"))
        if due.abandoned:  # they are asked for at once
            due = await artifacts.due(work, road.route.id)
        return Look(due, await submissions.waits(work, road.route.id))


async def ask_about_file(transactions: Transactions, road: Road, artifact_id: UUID) -> None:
    """Ask the clearinghouse about a file of unknown outcome."""
    org_id = road.route.org_id
    async with transactions.begin(org_id=org_id, actor=SYSTEM) as work:
        artifact = await artifacts.locked(work, artifact_id)
        if artifact is None or artifact.transport is not Transport.UNKNOWN:
            return
        # Noted before asking, so that a process that dies while asking does not ask without a pause.
        await artifacts.ask_again_at(work, artifact, work.now + wait_before_next_try(artifact.tries))
        may_still_leave = await artifacts.may_still_leave(work, artifact_id, grace_seconds=road.seconds)
    heard = _learned(await road.clearinghouse.ask(artifact.sha256))
    if heard is None or (heard.news is News.NOT_SEEN and may_still_leave):
        return
    async with transactions.begin(org_id=org_id, actor=SYSTEM) as work:
        await conclude_sending(work, artifact_id, heard)


async def _leased(transactions: Transactions, road: Road, artifact_id: UUID, token: UUID) -> Outgoing | None:
    """Take a file for sending and return its bytes, or None when another has it or it has left."""
    async with transactions.begin(org_id=road.route.org_id, actor=SYSTEM) as work:
        found = await artifacts.lease(
            work, artifact_id, token=token, seconds=road.seconds * _LEASE_BEYOND_SENDING, of=_MAY_START
        )
        if found is None:
            return None
        artifact, sealed = found
        data = await artifacts.opened(work, artifact_id, sealed)
        outgoing = Outgoing.of(name=artifact.file_name, data=data)
        if outgoing.sha256 != artifact.sha256:
            raise StoredBytesChanged(artifact.interchange_control)
    return outgoing


def _learned(answer: Asking) -> Heard | None:
    match answer:
        case Seen(file_id):
            return Heard(News.SEEN, file_id=file_id)
        case NotSeen():
            return Heard(News.NOT_SEEN)
        case Unknown():
            return None


def _heard(result: Sending, token: UUID) -> Heard:
    match result:
        case Accepted(file_id):
            return Heard(News.ACCEPTED, file_id=file_id, lease_token=token)
        case Refused(reason):
            return Heard(News.REFUSED, reason=reason, lease_token=token)
        case Unreached(reason):
            return Heard(News.UNREACHED, reason=reason, lease_token=token)
        case Unknown(reason):
            return Heard(News.NO_ANSWER, reason=reason, lease_token=token)
