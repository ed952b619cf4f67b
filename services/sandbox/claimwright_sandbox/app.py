"""The parts of the sandbox put together."""

import asyncio
from base64 import b64decode
from typing import Any

import httpx2
from fastapi import FastAPI

from claimwright import clock
from claimwright.clearinghouse.routes import load_routes
from claimwright.database.engine import Database
from claimwright.http.app import create_app, openapi_of
from claimwright.http.parts import EdgeParts
from claimwright.process import Periodic, Service
from claimwright.settings import read_secret
from claimwright_sandbox.api import clock as clock_routes
from claimwright_sandbox.api import files, mailbox
from claimwright_sandbox.api.refusals import STATUS_OF
from claimwright_sandbox.gateways.callbacks import Callbacks
from claimwright_sandbox.parts import Sandbox
from claimwright_sandbox.persistence.vault import Vault
from claimwright_sandbox.settings import Settings
from claimwright_sandbox.submitters import Submitters
from claimwright_sandbox.usecases.deliver_answers import deliver_answers
from claimwright_sandbox.usecases.make_answers import LastFile, make_answers

_CALLBACK_SECONDS = 5.0
_LOOK_EVERY_SECONDS = 0.5
"""How late it may be seen that the clock was moved or that a callback may be tried again; what comes in wakes."""


def description() -> dict[str, Any]:
    """Return the API's OpenAPI document, without a database."""
    return openapi_of(_app())


def _app() -> FastAPI:
    routers = (files.router, mailbox.router, clock_routes.router)
    return create_app("sandbox", routers, parts=EdgeParts(service="sandbox", status_of=STATUS_OF))


async def build(settings: Settings) -> Service:
    """Return the clearinghouse, ready to serve."""
    database = Database.connect(settings.database, service="sandbox")
    own = settings.sandbox
    sandbox = Sandbox(
        database=database,
        vault=Vault(b64decode(read_secret(own.key_file).get_secret_value())),
        submitters=Submitters.of_routes(
            load_routes(settings.routes_file), submission_url=own.submission_url, remittance_url=own.remittance_url
        ),
        milliseconds_a_day=own.pace,
    )
    client = httpx2.AsyncClient(timeout=_CALLBACK_SECONDS)
    callbacks = Callbacks(client)
    app = _app()
    app.state.sandbox = sandbox

    answer_made = asyncio.Event()
    last = LastFile()

    async def make_some() -> bool:
        async with database.transaction(None) as connection:
            made = await make_answers(connection, vault=sandbox.vault, last=last, now=clock.now())
        if made.count:
            answer_made.set()
        elif made.next_due_at is not None:
            seconds = (made.next_due_at - clock.now()).total_seconds()
            if seconds < _LOOK_EVERY_SECONDS:  # else it is due after the next look, which sees it again
                asyncio.get_running_loop().call_later(max(0.0, seconds), sandbox.file_came.set)
        return made.count > 0

    async def deliver_some() -> bool:
        return await deliver_answers(
            database, callbacks.deliver, submitters=sandbox.submitters, vault=sandbox.vault, now=clock.now()
        )

    return Service(
        "sandbox",
        app,
        periodics=(
            Periodic("make answers", _LOOK_EVERY_SECONDS, make_some, sandbox.file_came),
            Periodic("deliver answers", _LOOK_EVERY_SECONDS, deliver_some, answer_made),
        ),
        shutdown=(client.aclose, database.close),
    )
