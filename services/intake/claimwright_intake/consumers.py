"""Which events intake keeps: everything that another service says of a claim."""

from collections.abc import Mapping
from typing import Final

from claimwright.events.catalog import MODEL_NAMED
from claimwright.events.envelope import EventData
from claimwright.events.topics import CODING, REMITTANCE, SUBMISSION
from claimwright.messaging.work import Handler
from claimwright_intake.usecases.keep_claim_event import keep_claim_event

TOPICS: Final = (CODING, SUBMISSION, REMITTANCE)

HANDLERS: Final[Mapping[type[EventData], Handler]] = {
    model: keep_claim_event for model in MODEL_NAMED.values() if model.TOPIC in TOPICS and model.KEY == "claim_id"
}
"""What concerns a whole file has no place on a claim's timeline."""
