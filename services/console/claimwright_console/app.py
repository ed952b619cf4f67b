"""The console put together: settings are read once, here, and handed on."""

from typing import Any, Final

from claimwright.events.envelope import PLATFORM
from claimwright.http import long_acts as long_acts_api
from claimwright.http import parked as parked_api
from claimwright.http.app import create_app, openapi_of
from claimwright.http.parts import AppParts, EdgeParts
from claimwright.messaging.consumer import PACE_OF_VIEWS, Consumer
from claimwright.messaging.long_act_worker import LongActWorker
from claimwright.messaging.relay import Relay
from claimwright.messaging.replay import Replayer
from claimwright.messaging.retention import EVERY as HOUSE_EVERY
from claimwright.messaging.retention import Aged, Housekeeping
from claimwright.messaging.retry import RetryWorker
from claimwright.process import Periodic, Service
from claimwright_console.api import access as access_api
from claimwright_console.api import of_services
from claimwright_console.api.refusals import STATUS_OF
from claimwright_console.api.trace_receiver import TraceReceiver
from claimwright_console.consumers import HANDLERS, NAME, TOPICS
from claimwright_console.core import core
from claimwright_console.gateways.owners import Owners
from claimwright_console.gateways.traces import TraceStore
from claimwright_console.gateways.watch import EVERY_SECONDS, Watch
from claimwright_console.pages import board, claim, claims, log, parked, signing_in, static_files, traces
from claimwright_console.pages.payments import days, deposits, files, suspense, variances
from claimwright_console.pages.problems import show_problems_as_pages
from claimwright_console.settings import Settings
from claimwright_console.usecases.publish_signing_key import load_signer
from claimwright_console.visiting.boards import Boards
from claimwright_console.visiting.parts import ConsoleParts

MOST_IN_FLIGHT: Final = 1_024
"""More than usual: every open pipeline page holds one request open for as long as it is looked at."""
_RETRY_EVERY_SECONDS: Final = 1.0
AGED: Final = (
    Aged("session", "org_id, sha256", "seen_at", days=90),
    Aged("sign_in_link", "org_id, sha256", "expires_at", days=1),
)
"""The audit trail keeps who signed in and when; these rows only open the door."""


ROUTERS: Final = (
    static_files.router,
    signing_in.router,
    board.router,
    claims.router,
    claim.router,
    files.router,
    suspense.router,
    deposits.router,
    variances.router,
    days.router,
    log.router,
    parked.router,
    traces.router,
    access_api.router,
    of_services.router,
    parked_api.router,
    long_acts_api.router,
)


def description() -> dict[str, Any]:
    """Return the API's OpenAPI document, without a database or a broker; pages are not part of it."""
    return openapi_of(create_app(Settings.SERVICE, ROUTERS, parts=EdgeParts(service=Settings.SERVICE)))


async def build(settings: Settings) -> Service:
    """Return the console as a process runs it."""
    base = core(settings)
    consumer = Consumer(
        NAME, TOPICS, HANDLERS, transactions=base.transactions, kafka=settings.kafka, pace=PACE_OF_VIEWS
    )
    relay = Relay(database=settings.database, kafka=settings.kafka, service=Settings.SERVICE, wake=base.wake)
    house = Housekeeping(settings.database, settings.retention, service=Settings.SERVICE, aged=AGED)
    retries = RetryWorker((consumer,), base.transactions)
    replayer = Replayer(settings.database, settings.kafka, service=Settings.SERVICE)
    long_acts = LongActWorker(base.transactions, replayer)
    owners = Owners(_addresses(settings))
    watch = Watch(owners)
    store = None if settings.is_production else TraceStore()

    app = create_app(
        Settings.SERVICE,
        ROUTERS,
        parts=AppParts(
            service=Settings.SERVICE,
            status_of=STATUS_OF,
            database=base.database,
            transactions=base.transactions,
            access=base.access,
            keyring=base.keyring,
            consumers=(consumer,),
            readiness={
                "access": base.access.why_not_ready,
                "consumer": consumer.why_not_ready,
                "relay": relay.why_not_ready,
            },
            limits=settings.edge.model_copy(
                update={"most_in_flight": max(MOST_IN_FLIGHT, settings.edge.most_in_flight)}
            ),
        ),
    )
    app.state.console = ConsoleParts(
        base_url=settings.base_url,
        encryption_keys=settings.keys,
        owners=owners,
        watch=watch,
        boards=Boards(base.transactions, watch),
        traces=store,
    )
    show_problems_as_pages(app)
    if store is not None:
        app.add_middleware(TraceReceiver, traces=store)

    async def load_key() -> None:
        async with base.transactions.begin(org_id=PLATFORM, actor="console") as work:
            owners.signer = await load_signer(work)

    return Service(
        name=Settings.SERVICE,
        app=app,
        consumers=(consumer,),
        relay=relay,
        periodics=(
            Periodic("watch", EVERY_SECONDS, watch.look),
            Periodic("retry", _RETRY_EVERY_SECONDS, retries.act),
            Periodic("retention", HOUSE_EVERY, house.act),
            Periodic("long-acts", _RETRY_EVERY_SECONDS, long_acts.act),
        ),
        startup=(load_key,),
        shutdown=(retries.close, long_acts.close, owners.close, base.database.close),
    )


def _addresses(settings: Settings) -> dict[str, str]:
    """Return where each service that reads or keeps events listens, in the order of a claim's way."""
    own = settings.console
    return {
        "intake": own.intake_url,
        "coding": own.coding_url,
        "submission": own.submission_url,
        "remittance": own.remittance_url,
        "console": f"http://{settings.http_host}:{own.http_port}",
    }
