"""The parts of the intake service, put together."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from claimwright.database.engine import Database
from claimwright.events.topics import ACCESS
from claimwright.http.app import create_app, openapi_of
from claimwright.http.group_commit import GroupCommit
from claimwright.http.long_acts import router as long_acts_router
from claimwright.http.parked import router as parked_router
from claimwright.http.parts import EdgeParts
from claimwright.http.routes import Router
from claimwright.messaging.consumer import PACE_OF_VIEWS, Consumer
from claimwright.messaging.long_act_worker import EVERY as LONG_ACTS_EVERY
from claimwright.messaging.long_act_worker import LongActWorker
from claimwright.messaging.relay import Relay
from claimwright.messaging.replay import Replayer
from claimwright.messaging.retention import EVERY as HOUSE_EVERY
from claimwright.messaging.retention import Housekeeping
from claimwright.messaging.retry import EVERY, RetryWorker
from claimwright.messaging.work import Transactions
from claimwright.process import Periodic, Service
from claimwright.security.access import HANDLERS as ACCESS_HANDLERS
from claimwright.security.access import Access
from claimwright.security.keys import Keyring
from claimwright_intake.api import claims, encounters, files
from claimwright_intake.api.parts import IntakeParts
from claimwright_intake.api.postings import post_together
from claimwright_intake.api.refusals import STATUS_OF
from claimwright_intake.consumers import HANDLERS, TOPICS
from claimwright_intake.settings import Settings
from claimwright_intake.usecases.move_feed_horizon import FeedHorizon
from claimwright_intake.usecases.read_files import FileReading

NAME: Final = "intake"
ROUTERS: Final[tuple[Router, ...]] = (encounters.router, files.router, claims.router, parked_router, long_acts_router)

FEED_EVERY_SECONDS: Final = 0.25
"""What a partner's feed is behind at most, beside the relay; one look is a single indexed query."""
FILES_EVERY_SECONDS: Final = 0.5


def description() -> dict[str, Any]:
    """Return the API's OpenAPI document, without a database or a broker."""
    return openapi_of(create_app(NAME, ROUTERS, parts=EdgeParts(service=NAME)))


async def build(settings: Settings) -> Service:
    """Return the service with everything that its process runs."""
    wake = asyncio.Event()
    database = Database.connect(settings.database, service=NAME)
    access = Access(database)
    keyring = Keyring(settings.keys, access)
    transactions = Transactions(database, keyring, wake, NAME)
    consumers = (
        Consumer("access", (ACCESS,), ACCESS_HANDLERS, transactions=transactions, kafka=settings.kafka),
        Consumer("claims", TOPICS, HANDLERS, transactions=transactions, kafka=settings.kafka, pace=PACE_OF_VIEWS),
    )
    relay = Relay(database=settings.database, kafka=settings.kafka, service=NAME, wake=wake)
    house = Housekeeping(settings.database, settings.retention, service=NAME)
    retries = RetryWorker(consumers, transactions)
    long_acts = LongActWorker(transactions, Replayer(settings.database, settings.kafka, service=NAME))
    horizon = FeedHorizon(database)

    async def organizations() -> Sequence[UUID]:
        return [organization.org_id for organization in await access.organizations()]

    parts = IntakeParts(
        service=NAME,
        limits=settings.edge,
        status_of=STATUS_OF,
        readiness={
            "access": access.why_not_ready,
            "relay": relay.why_not_ready,
            **{consumer.name: consumer.why_not_ready for consumer in consumers},
        },
        database=database,
        transactions=transactions,
        access=access,
        keyring=keyring,
        postings=GroupCommit(
            transactions,
            post_together,
            most=settings.intake.group_most,
            wait_seconds=settings.intake.group_wait_ms / 1000,
        ),
        consumers=consumers,
    )
    return Service(
        name=NAME,
        app=create_app(NAME, ROUTERS, parts=parts),
        consumers=consumers,
        relay=relay,
        periodics=(
            Periodic("files", FILES_EVERY_SECONDS, FileReading(transactions, organizations).step),
            Periodic("feed", FEED_EVERY_SECONDS, horizon.move),
            Periodic("parked", EVERY, retries.act),
            Periodic("retention", HOUSE_EVERY, house.act),
            Periodic("long-acts", LONG_ACTS_EVERY, long_acts.act),
        ),
        shutdown=(horizon.close, retries.close, long_acts.close, database.close),
    )
