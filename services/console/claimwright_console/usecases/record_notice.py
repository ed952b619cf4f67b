"""Take a notice about a parked event into the read models: what waits for a person, in whatever service."""

from claimwright.events.envelope import Received
from claimwright.events.parking import EventParked, EventReleased, EventSkipped
from claimwright.events.topics import TOPIC_NAMED
from claimwright.messaging.work import Work
from claimwright_console.persistence import parked_events
from claimwright_console.usecases.record_events import record_events


async def record_notice(work: Work, received: Received) -> None:
    """Keep the notice among all events, and what waits now.

    A parked event's notices come in their order: they are of one key of one topic.
    """
    await record_events([(work, received)])
    service = TOPIC_NAMED[received.topic].owner.value
    match received.data:
        case EventParked() as data:
            await parked_events.add(
                work,
                service=service,
                parked_id=data.parked_id,
                consumer=data.consumer,
                topic=data.topic,
                parked_key=data.parked_key,
                event_type=data.event_type,
                reason=data.reason,
                parked_at=data.parked_at,
            )
        case EventReleased(parked_id=parked_id) | EventSkipped(parked_id=parked_id):
            await parked_events.remove(work, service, parked_id)
        case _:
            raise TypeError(f"{received.type} is no notice")
