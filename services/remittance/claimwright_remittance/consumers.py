"""What remittance does about events: it keeps what was billed, and takes back what is not billed after all."""

from collections.abc import Mapping, Sequence
from typing import Final

from claimwright.events import EventData, Received
from claimwright.events.parts import BilledClaim, BilledParties
from claimwright.events.submission import ClaimDropped, ClaimQueued
from claimwright.messaging.work import Handler, Together, Work
from claimwright_remittance.usecases.drop_claim import drop_claim
from claimwright_remittance.usecases.keep_billed_claims import Coming, keep_billed_claims


async def _on_queued(taken: Sequence[tuple[Work, Received]]) -> None:
    await keep_billed_claims([await _coming(work, received) for work, received in taken])


async def _coming(work: Work, received: Received) -> Coming:
    data = received.data
    if not isinstance(data, ClaimQueued):
        raise TypeError(f"{type(data).__name__} is no ClaimQueued")
    return Coming(
        work,
        data,
        parties=await work.open(received, BilledParties),
        part=await work.open(received, BilledClaim),
        event_id=received.id,
        traceparent=received.traceparent,
    )


async def _on_dropped(work: Work, received: Received) -> None:
    data = received.data
    if not isinstance(data, ClaimDropped):
        raise TypeError(f"{type(data).__name__} is no ClaimDropped")
    await drop_claim(work, data, event_id=received.id)


HANDLERS: Final[Mapping[type[EventData], Handler]] = {ClaimQueued: Together(_on_queued), ClaimDropped: _on_dropped}
