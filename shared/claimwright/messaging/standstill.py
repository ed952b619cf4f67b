"""Consumers that stopped since too many of their events failed: kept, shown, and let go on by a person.

The stop is a row, so that a restart does not go on by itself, the other processes of the service stop too, and one act
lets all of them go on.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from claimwright import clock
from claimwright.database.engine import Database
from claimwright.messaging.ceiling import Ceiling, Reached
from claimwright.refusals import Refusal
from claimwright.telemetry import logging, metrics

LOOK_EVERY: Final = 1.0
TOO_MANY_PARKED: Final = "parks_too_often"

_STOP: Final = text(
    """
    insert into consumer_stop (consumer, topic, partition, failed, looked_at, reason, stopped_at)
    values (:consumer, :topic, :partition, :failed, :looked_at, :reason, :now)
    on conflict (consumer) do update set topic = excluded.topic, partition = excluded.partition,
      failed = excluded.failed, looked_at = excluded.looked_at, reason = excluded.reason,
      stopped_at = excluded.stopped_at, resumed_at = null
      where consumer_stop.resumed_at is not null
    """
)
_STOPPED: Final = text(
    """
    select consumer, topic, partition, failed, looked_at, reason, stopped_at from consumer_stop
    where resumed_at is null order by consumer
    """
)
_RESUME: Final = text(
    "update consumer_stop set resumed_at = :now where consumer = :consumer and resumed_at is null returning consumer"
)
_log = logging.get(__name__)


class NotStopped(Refusal):
    """A consumer that does not stand still."""

    code: ClassVar[str] = "consumer_not_stopped"
    fix: ClassVar[str | None] = "Look at the list of consumers; somebody may have let it go on."


@dataclass(frozen=True, slots=True)
class Stop:
    """A consumer that stands still: where, since when, and by which figures."""

    consumer: str
    topic: str
    partition: int
    failed: int
    looked_at: int
    reason: str
    stopped_at: datetime


async def stops(connection: AsyncConnection) -> list[Stop]:
    """Return the consumers of this service that stand still."""
    return [Stop(**row._mapping) for row in await connection.execute(_STOPPED)]


async def resume(connection: AsyncConnection, consumer: str) -> None:
    """Let a consumer go on in every process, within two seconds; the caller audits it.

    Errors: NotStopped.
    """
    found = await connection.execute(_RESUME, {"consumer": consumer, "now": clock.now()})
    if found.one_or_none() is None:
        raise NotStopped("the consumer does not stand still")


class Standstill:
    """Keeps one process's ceiling and the row in step."""

    def __init__(self, database: Database, consumer: str, ceiling: Ceiling) -> None:
        self._database = database
        self._consumer = consumer
        self._ceiling = ceiling
        self._looked_at = float("-inf")
        self._is_kept = False
        self._shown = metrics.of(metrics.CONSUMER_STOPPED, consumer)
        self._shown.set(0)

    async def look(self, *, at_once: bool = False) -> None:
        """Keep a stop that this process has found, or learn of one that another found or a person has ended.

        Asks the database once a second at most. Errors: what a database that is away raises.
        """
        found_here = self._ceiling.reached is not None and not self._is_kept
        if not (at_once or found_here) and time.monotonic() - self._looked_at < LOOK_EVERY:
            return
        async with self._database.transaction(None) as connection:
            if found_here and self._ceiling.reached is not None:
                await self._keep(connection, self._ceiling.reached)
            stop = next((one for one in await stops(connection) if one.consumer == self._consumer), None)
        self._looked_at = time.monotonic()
        self._is_kept = stop is not None
        self._shown.set(0 if stop is None else 1)
        if stop is None and self._ceiling.reached is not None:
            _log.warning("consumer_goes_on", consumer=self._consumer)
            self._ceiling.go_on()
        elif stop is not None and self._ceiling.reached is None:
            self._ceiling.reach(Reached((stop.topic, stop.partition), stop.failed, stop.looked_at))

    async def _keep(self, connection: AsyncConnection, reached: Reached) -> None:
        topic, partition = reached.partition
        _log.error("consumer_stopped", consumer=self._consumer, code=TOO_MANY_PARKED, events=reached.failed)
        await connection.execute(
            _STOP,
            {
                "consumer": self._consumer,
                "topic": topic,
                "partition": partition,
                "failed": reached.failed,
                "looked_at": reached.looked_at,
                "reason": TOO_MANY_PARKED,
                "now": clock.now(),
            },
        )
