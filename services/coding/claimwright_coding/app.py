"""The parts of the coding service, put together."""

import asyncio
from typing import Any, Final

from claimwright.database.engine import Database
from claimwright.events.topics import ACCESS
from claimwright.http.app import create_app, openapi_of
from claimwright.http.long_acts import router as long_acts_router
from claimwright.http.parked import router as parked_router
from claimwright.http.parts import AppParts, EdgeParts
from claimwright.http.routes import Router
from claimwright.messaging.consumer import Consumer
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
from claimwright_coding.api import cases
from claimwright_coding.consumers import TOPICS, handlers
from claimwright_coding.gateways.icd10_master import load_icd10_master
from claimwright_coding.settings import Settings

NAME: Final = "coding"
PACE: Final = 0.1
"""Twice the usual: most of a batch's cost is that of any batch, and claims gather longer than this for their file."""
ROUTERS: Final[tuple[Router, ...]] = (cases.router, parked_router, long_acts_router)


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
    codes = load_icd10_master()
    consumers = (
        Consumer("access", (ACCESS,), ACCESS_HANDLERS, transactions=transactions, kafka=settings.kafka),
        Consumer("coding", TOPICS, handlers(codes), transactions=transactions, kafka=settings.kafka, pace=PACE),
    )
    relay = Relay(database=settings.database, kafka=settings.kafka, service=NAME, wake=wake)
    house = Housekeeping(settings.database, settings.retention, service=NAME)
    retries = RetryWorker(consumers, transactions)
    long_acts = LongActWorker(transactions, Replayer(settings.database, settings.kafka, service=NAME))
    parts = AppParts(
        service=NAME,
        limits=settings.edge,
        readiness={
            "access": access.why_not_ready,
            "relay": relay.why_not_ready,
            **{consumer.name: consumer.why_not_ready for consumer in consumers},
        },
        database=database,
        transactions=transactions,
        access=access,
        keyring=keyring,
        consumers=consumers,
    )
    return Service(
        name=NAME,
        app=create_app(NAME, ROUTERS, parts=parts),
        consumers=consumers,
        relay=relay,
        periodics=(
            Periodic("parked", EVERY, retries.act),
            Periodic("retention", HOUSE_EVERY, house.act),
            Periodic("long-acts", LONG_ACTS_EVERY, long_acts.act),
        ),
        shutdown=(retries.close, long_acts.close, database.close),
    )
