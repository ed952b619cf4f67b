"""Handing one event to a service's handler, whichever kind that is."""

from claimwright.events.envelope import Received
from claimwright.messaging.work import Handler, Together, Work


async def hand(handler: Handler, work: Work, received: Received) -> None:
    """Let a handler take one event."""
    await (handler.act([(work, received)]) if isinstance(handler, Together) else handler(work, received))
