"""The pool of one service, and transactions that are bound to one organization.

Row-level security shows the rows of the organization in `app.org_id`, a setting that lives as long as the transaction.
With none bound every organization table is empty: a forgotten binding fails closed.
"""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any, Final, Self, cast
from uuid import UUID

import asyncpg
from sqlalchemy import URL, QueuePool, event, text
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_connection, AsyncAdapt_asyncpg_dbapi
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from claimwright.database.direct import tls
from claimwright.settings import DatabaseSettings
from claimwright.telemetry import metrics

SYSTEM: Final = "system"
"""The actor of work that no person or partner asked for directly."""

_ASIDE: Final = 2
_TRUSTED_SECONDS: Final = 1.0
"""How long a connection is taken to be alive without asking, if nobody closed it."""
_HOLD: Final = text("select pg_try_advisory_lock(hashtextextended(cast(:name as text), 9))")
_LET_GO: Final = text("select pg_advisory_unlock(hashtextextended(cast(:name as text), 9))")
_BIND: Final = text("select set_config('app.org_id', :org_id, true), set_config('app.actor', :actor, true)")
_COMMITS: Final[ContextVar[list[UUID | None] | None]] = ContextVar("commits", default=None)


class BindingConnection(asyncpg.Connection):
    """A connection that says whose rows a transaction may see in the round trip that begins it."""

    binding: str | None = None
    """What the next transaction begins with, as SQL."""

    async def execute(self, query: str, *args: Any, **options: Any) -> str:
        """Run a query; the one that begins a transaction takes the binding with it."""
        if self.binding is not None and query.startswith("BEGIN"):
            query, self.binding = query + self.binding, None
        return await super().execute(query, *args, **options)


@contextmanager
def watching_commits() -> Iterator[list[UUID | None]]:
    """Give the organizations of the transactions that this task commits in the block, as they are committed."""
    commits: list[UUID | None] = []
    token = _COMMITS.set(commits)
    try:
        yield commits
    finally:
        _COMMITS.reset(token)


class Database:
    """One service's pool of connections, as the role `svc_<service>`.

    `aside` is a second, small pool, for lookups that a transaction waits for: taken from the same pool, they would wait
    for the transactions that wait for them.
    """

    def __init__(self, engine: AsyncEngine, aside: AsyncEngine, settings: DatabaseSettings, *, service: str) -> None:
        self.engine = engine
        self.aside = aside
        self.settings = settings
        self.service = service
        self._waiting: dict[object, float] = {}

    @classmethod
    def connect(cls, settings: DatabaseSettings, *, service: str) -> Self:
        """Make the pools; the first connection is opened by the first transaction."""
        pool, aside = (_pool(settings, service, size) for size in (settings.pool_size, _ASIDE))
        return cls(pool, aside, settings, service=service)

    @asynccontextmanager
    async def transaction(self, org_id: UUID | None, actor: str = SYSTEM) -> AsyncIterator[AsyncConnection]:
        """Begin a transaction that sees one organization's rows, or with None no organization's; commit at its end."""
        place = object()
        asked = self._waiting[place] = time.monotonic()
        try:
            async with self.engine.begin() as connection:
                del self._waiting[place]
                metrics.DATABASE_WAIT_SECONDS.observe(time.monotonic() - asked)
                driver = _driver(connection)
                driver.binding = None if org_id is None else _binding(org_id, actor)
                try:
                    yield connection
                finally:
                    driver.binding = None  # of a transaction without a statement it is left over
        finally:
            self._waiting.pop(place, None)
        if (commits := _COMMITS.get()) is not None:
            commits.append(org_id)

    @property
    def oldest_wait_seconds(self) -> float:
        """Return how long the first of those that wait for a connection has waited; 0 while the pool has one left."""
        if not self._waiting:
            return 0.0
        pool = self.engine.pool
        is_full = isinstance(pool, QueuePool) and pool.checkedout() >= self.settings.pool_size
        return time.monotonic() - next(iter(self._waiting.values())) if is_full else 0.0

    @asynccontextmanager
    async def lookup(self) -> AsyncIterator[AsyncConnection]:
        """Begin a short transaction beside those that may be waiting for it; it sees no organization's rows."""
        async with self.aside.begin() as connection:
            yield connection

    @asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[bool]:
        """Hold a name that one process at a time may hold, and yield whether this one has it; it ends with the block.

        It is held by a connection outside of any transaction, so it is free the moment its process is dead. Whoever
        must not do a thing twice needs more than this: a connection may be lost while its process goes on.
        """
        async with self.engine.connect() as pooled:
            connection = await pooled.execution_options(isolation_level="AUTOCOMMIT")
            is_held: bool = (await connection.execute(_HOLD, {"name": name})).scalar_one()
            try:
                yield is_held
            finally:
                if is_held:
                    await connection.execute(_LET_GO, {"name": name})

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()
        await self.aside.dispose()


def _pool(settings: DatabaseSettings, service: str, size: int) -> AsyncEngine:
    engine = create_async_engine(
        URL.create(
            "postgresql+asyncpg",
            username=f"svc_{service}",
            password=settings.password.get_secret_value(),
            host=settings.host,
            port=settings.port,
            database=settings.name,
        ),
        pool_size=size,
        max_overflow=0,
        pool_timeout=5,
        pool_use_lifo=True,  # the one that was used last is warm, here and in the server
        hide_parameters=True,  # a parameter may be a patient's, and errors are logged
        connect_args={
            "ssl": tls(settings),
            "timeout": 5,
            "connection_class": BindingConnection,
            "server_settings": {
                "application_name": f"claimwright-{service}",
                "search_path": service,
                "standard_conforming_strings": "on",  # `_quoted` leaves backslashes as they are
            },
        },
    )
    _watch_connections(engine)
    return engine


def _watch_connections(engine: AsyncEngine) -> None:
    """Give out no connection that is dead.

    Asking takes three round trips, so one that was used a moment ago is not asked: that it was closed is known anyway.
    """

    @event.listens_for(engine.sync_engine, "checkin")
    def note(_connection: Any, record: Any) -> None:
        record.info["given_back"] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def check(connection: Any, record: Any, _proxy: Any) -> None:
        if connection.driver_connection.is_closed():
            raise DisconnectionError
        if time.monotonic() - record.info.get("given_back", time.monotonic()) > _TRUSTED_SECONDS:
            try:
                connection.ping()
            except Exception as error:
                raise DisconnectionError from error


def _driver(connection: AsyncConnection) -> BindingConnection:
    driver = None if connection.sync_connection is None else connection.sync_connection.connection.driver_connection
    if not isinstance(driver, BindingConnection):
        raise TypeError("a connection that was not made here")
    return driver


def _binding(org_id: UUID, actor: str) -> str:
    return f"select set_config('app.org_id', '{org_id}', true), set_config('app.actor', {_quoted(actor)}, true)"


def _quoted(text: str) -> str:
    """Return a text as a literal of SQL.

    Errors: ValueError for a text with NUL, which would end the query.
    """
    if "\0" in text:
        raise ValueError("a text with NUL")
    return "'" + text.replace("'", "''") + "'"


async def fetch(connection: AsyncConnection, query: str, *values: object) -> list[asyncpg.Record]:
    """Run one statement (`$1`, `$2` …) inside a transaction by the driver alone, which keeps it prepared.

    For what is run thousands of times a second: SQLAlchemy's part of a statement costs more than all the rest of it.
    Errors: those of asyncpg, without SQLAlchemy's around them.
    """
    driver = _driver(connection)
    if not driver.is_in_transaction():
        await _begin(connection)
    return await driver.fetch(query, *values)


async def _begin(connection: AsyncConnection) -> None:
    """Begin the transaction that SQLAlchemy begins with its own first statement."""
    sync = connection.sync_connection
    adapted: Any = None if sync is None else sync.connection.dbapi_connection
    if not isinstance(adapted, AsyncAdapt_asyncpg_connection):
        raise TypeError("a connection that was not made here")
    try:
        await cast("Any", adapted)._start_transaction()
    except AsyncAdapt_asyncpg_dbapi.Error as error:
        raise error.__cause__ or error from None


async def bind(connection: AsyncConnection, org_id: UUID | None, actor: str = SYSTEM) -> None:
    """Let the rest of the transaction see the rows of this organization only, or of none."""
    await connection.execute(_BIND, {"org_id": "" if org_id is None else str(org_id), "actor": actor})
