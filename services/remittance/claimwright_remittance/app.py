"""The parts of the remittance service, put together."""

import asyncio
from functools import partial
from typing import Any, Final

from claimwright.clearinghouse.https import HttpsClearinghouse
from claimwright.clearinghouse.routes import load_routes
from claimwright.database.engine import Database
from claimwright.events.topics import ACCESS, SUBMISSION
from claimwright.http.app import create_app, openapi_of
from claimwright.http.long_acts import router as long_acts_router
from claimwright.http.parked import router as parked_router
from claimwright.http.parts import EdgeParts
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
from claimwright_remittance.api import (
    acceptances,
    bank_files,
    callbacks,
    contracts,
    days,
    deposits,
    files,
    ledgers,
    paper_eobs,
    patient_shares,
    policies,
    remit_claims,
    remittances,
    suspense,
)
from claimwright_remittance.api.refusals import STATUS_OF
from claimwright_remittance.consumers import HANDLERS
from claimwright_remittance.deposit_worker import DepositWorker
from claimwright_remittance.folder_worker import FolderWorker
from claimwright_remittance.follow_up_worker import FollowUpWorker
from claimwright_remittance.gateways.watched_folder import WatchedFolder
from claimwright_remittance.ledger_worker import LedgerWorker
from claimwright_remittance.parts import RemittanceParts
from claimwright_remittance.settings import Settings
from claimwright_remittance.totals_worker import TotalsWorker
from claimwright_remittance.usecases.fetch_mailbox import fetch_mailbox
from claimwright_remittance.worker import PostingWorker

NAME: Final = "remittance"
ROUTERS: Final[tuple[Router, ...]] = (
    callbacks.router,
    files.router,
    paper_eobs.router,
    ledgers.router,
    suspense.router,
    remit_claims.router,
    contracts.router,
    patient_shares.router,
    acceptances.router,
    bank_files.router,
    deposits.router,
    days.router,
    policies.router,
    remittances.router,
    parked_router,
    long_acts_router,
)

POSTING_EVERY_SECONDS: Final = 0.5
"""How long a file may wait that another process took in; one look is an indexed query an organization."""
FOLLOW_UPS_EVERY_SECONDS: Final = 30.0
"""How late an alarm may be that is due on a day; one look is an indexed query an organization."""
DEPOSITS_EVERY_SECONDS: Final = 5.0
"""How long a deposit and a remittance that are both here may wait for each other; one look is two indexed queries."""

LEDGER_EVERY_SECONDS: Final = 900.0
"""How late an imbalance may be shown; one look reads the whole ledger of every organization."""
TOTALS_EVERY_SECONDS: Final = 60.0
"""How long what an upgrade left to be summed up may wait for its turn; one look is an indexed query an organization."""


def description() -> dict[str, Any]:
    """Return the API's OpenAPI document, without a database or a broker."""
    return openapi_of(create_app(NAME, ROUTERS, parts=EdgeParts(service=NAME)))


async def build(settings: Settings) -> Service:
    """Return the service with everything that its process runs."""
    wake, file_came = asyncio.Event(), asyncio.Event()
    database = Database.connect(settings.database, service=NAME)
    access = Access(database)
    keyring = Keyring(settings.keys, access)
    transactions = Transactions(database, keyring, wake, NAME)
    consumers = (
        Consumer("access", (ACCESS,), ACCESS_HANDLERS, transactions=transactions, kafka=settings.kafka),
        Consumer(NAME, (SUBMISSION,), HANDLERS, transactions=transactions, kafka=settings.kafka),
    )
    relay = Relay(database=settings.database, kafka=settings.kafka, service=NAME, wake=wake)
    worker = PostingWorker(transactions, access)
    deposit_worker = DepositWorker(transactions, access, settings.remittance.terms)
    house = Housekeeping(settings.database, settings.retention, service=NAME)
    retries = RetryWorker(consumers, transactions)
    long_acts = LongActWorker(transactions, Replayer(settings.database, settings.kafka, service=NAME))
    routes = load_routes(settings.routes_file)
    roads = [(route, HttpsClearinghouse(route, seconds=settings.remittance.exchange_seconds)) for route in routes]

    async def close_roads() -> None:
        for _, clearinghouse in roads:
            await clearinghouse.close()

    mailboxes = [
        Periodic(
            f"mailbox {route.id}",
            settings.remittance.mailbox_every_seconds,
            partial(fetch_mailbox, transactions, route, clearinghouse),
        )
        for route, clearinghouse in roads
    ]
    watched = settings.remittance.watched_folder
    folders = []
    if watched is not None:
        watched_folder = WatchedFolder(watched, settings.remittance.watched_settle_seconds)
        folder_worker = FolderWorker(transactions, access, watched_folder, settings.remittance.terms)
        folders.append(Periodic("folder", settings.remittance.watched_every_seconds, folder_worker.act))
    parts = RemittanceParts(
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
        routes={route.id: route for route in routes},
        terms=settings.remittance.terms,
        file_came=file_came,
    )
    return Service(
        name=NAME,
        app=create_app(NAME, ROUTERS, parts=parts),
        consumers=consumers,
        relay=relay,
        periodics=(
            Periodic("follow-ups", FOLLOW_UPS_EVERY_SECONDS, FollowUpWorker(transactions, access).act),
            Periodic("posting", POSTING_EVERY_SECONDS, worker.act, wake=file_came),
            Periodic("deposits", DEPOSITS_EVERY_SECONDS, deposit_worker.act),
            Periodic("ledger", LEDGER_EVERY_SECONDS, LedgerWorker(transactions, access).act),
            Periodic("totals", TOTALS_EVERY_SECONDS, TotalsWorker(transactions, access).act),
            *mailboxes,
            *folders,
            Periodic("parked", EVERY, retries.act),
            Periodic("retention", HOUSE_EVERY, house.act),
            Periodic("long-acts", LONG_ACTS_EVERY, long_acts.act),
        ),
        shutdown=(close_roads, retries.close, long_acts.close, database.close),
    )
