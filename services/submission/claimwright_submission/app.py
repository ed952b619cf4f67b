"""The parts of the submission service, put together."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from claimwright.clearinghouse.https import HttpsClearinghouse
from claimwright.clearinghouse.routes import Route, load_routes
from claimwright.database.engine import Database
from claimwright.events.topics import ACCESS, CODING, REMITTANCE
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
from claimwright_submission.api import artifacts, callbacks, claims, submissions
from claimwright_submission.api.refusals import STATUS_OF
from claimwright_submission.consumers import handlers
from claimwright_submission.settings import Settings, SubmissionSettings
from claimwright_submission.timers import periodics_for
from claimwright_submission.usecases.send_files import Road
from claimwright_submission.wakes import Wakes

NAME: Final = "submission"
PACE: Final = 0.1
"""Twice the usual: most of a batch's cost is that of any batch, and claims gather longer than this for their file."""


def routers(routes: Sequence[Route], wakes: Wakes, settings: SubmissionSettings) -> tuple[Router, ...]:
    """Return the service's routers."""
    return (
        callbacks.router_for(routes, wakes, mib_most=settings.answer_mib_most),
        claims.router,
        artifacts.router,
        submissions.router_for(routes),
        parked_router,
        long_acts_router,
    )


def description() -> dict[str, Any]:
    """Return the API's OpenAPI document, without a database, a broker or a route."""
    app = create_app(NAME, routers((), Wakes.of(()), SubmissionSettings()), parts=EdgeParts(service=NAME))
    return openapi_of(app)


async def build(settings: Settings) -> Service:
    """Return the service with everything that its process runs."""
    own = settings.submission
    routes = load_routes(settings.routes_file)
    wakes = Wakes.of(routes)
    wake = asyncio.Event()
    database = Database.connect(settings.database, service=NAME)
    access = Access(database)
    keyring = Keyring(settings.keys, access)
    transactions = Transactions(database, keyring, wake, NAME)
    consumers = (
        Consumer("access", (ACCESS,), ACCESS_HANDLERS, transactions=transactions, kafka=settings.kafka),
        Consumer(
            "claims",
            (CODING, REMITTANCE),
            handlers(routes, access, wakes),
            transactions=transactions,
            kafka=settings.kafka,
            pace=PACE,
        ),
    )
    relay = Relay(database=settings.database, kafka=settings.kafka, service=NAME, wake=wake)
    house = Housekeeping(settings.database, settings.retention, service=NAME)
    retries = RetryWorker(consumers, transactions)
    long_acts = LongActWorker(transactions, Replayer(settings.database, settings.kafka, service=NAME))
    roads = [
        Road(
            route,
            HttpsClearinghouse(route, seconds=own.exchange_seconds),
            seconds=own.exchange_seconds,
            claims_most=own.claims_a_file_most,
        )
        for route in routes
    ]

    async def close_roads() -> None:
        for road in roads:
            await road.clearinghouse.close()

    parts = AppParts(
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
        consumers=consumers,
    )
    return Service(
        name=NAME,
        app=create_app(NAME, routers(routes, wakes, own), parts=parts),
        consumers=consumers,
        relay=relay,
        periodics=(
            *periodics_for(roads, transactions, access, wakes, own),
            Periodic("parked", EVERY, retries.act),
            Periodic("retention", HOUSE_EVERY, house.act),
            Periodic("long-acts", LONG_ACTS_EVERY, long_acts.act),
        ),
        shutdown=(close_roads, retries.close, long_acts.close, database.close),
    )
