"""Every event of every topic goes into the read models."""

from collections.abc import Mapping
from typing import Final

from claimwright.events.catalog import MODEL_NAMED
from claimwright.events.envelope import EventData
from claimwright.events.parking import NOTICES
from claimwright.events.topics import Service, topics_read_by
from claimwright.messaging.work import Handler, Together
from claimwright_console.usecases.record_events import record_events
from claimwright_console.usecases.record_notice import record_notice

NAME: Final = "console"
"""The consumer's name: its offsets, its inbox rows and its parked keys stand under it."""

TOPICS: Final = tuple(topic.name for topic in topics_read_by(Service.CONSOLE))

HANDLERS: Final[Mapping[type[EventData], Handler]] = {
    **dict.fromkeys(MODEL_NAMED.values(), Together(record_events)),
    **dict.fromkeys(NOTICES, record_notice),
}
