"""Which events intake keeps: everything that another service says of a claim."""

from collections.abc import Mapping
from typing import Final

from claimwright.events.catalog import MODEL_NAMED
from claimwright.events.envelope import EventData
from claimwright.events.topics import CODING, REMITTANCE, SUBMISSION
from claimwright.messaging.work import Handler, Together
from claimwright_intake.usecases.keep_claim_events import keep_claim_events

TOPICS: Final = (CODING, SUBMISSION, REMITTANCE)

_KEEP: Final = Together(keep_claim_events)

HANDLERS: Final[Mapping[type[EventData], Handler]] = {
    model: _KEEP for model in MODEL_NAMED.values() if model.TOPIC in TOPICS and model.KEY == "claim_id"
}
"""What concerns a whole file has no place on a claim's timeline."""
