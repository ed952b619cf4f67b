"""What a consumer has taken in: each event once, and each key's events in order with none missing."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from claimwright import clock
from claimwright.database.engine import Database, fetch

Aggregate = tuple[str, str]
"""A topic and a record key."""


class Entered(NamedTuple):
    """What entering a batch found."""

    new: frozenset[UUID]
    """The events that were not there."""
    seen: dict[Aggregate, int]
    """The last version seen of each key, which is locked now; 0 for none."""


# An update that changes nothing is the lock on a key, also on one that was never seen.
_LOCK: Final = """
    insert into seen_version as kept (consumer, topic, key, version)
    select $1, topic, key, 0 from unnest($2::text[], $3::text[]) as given(topic, key)
    order by topic collate "C", key collate "C"
    on conflict (consumer, topic, key) do update set version = kept.version
    returning topic, key, version
    """
# Sorted ids: two batches that hold the same events wait for each other in one order only. The events are entered before
# the keys are locked, since the first of the two is read to its end first.
_ENTER: Final = f"""
    with locked as ({_LOCK}), taken as (
      insert into inbox (consumer, event_id)
      select $1, event_id from unnest($4::uuid[]) as given(event_id) order by event_id
      on conflict do nothing
      returning event_id
    )
    select event_id, null as topic, null as key, null as version from taken
    union all select null, topic, key, version from locked
    """  # noqa: S608 a statement of ours
_SAW: Final = """
    update seen_version set version = given.version
    from unnest($2::text[], $3::text[], $4::bigint[]) as given(topic, key, version)
    where consumer = $1 and seen_version.topic = given.topic and seen_version.key = given.key
    """

_DAY_MS: Final = 86_400_000
_SURE_TO_STAY: Final = timedelta(days=31)
"""What is younger no housekeeping drops; an older partition may have gone since it was provided."""


class Inbox:
    """One consumer's inbox and the versions it has seen."""

    def __init__(self, database: Database, consumer: str) -> None:
        self._database = database
        self._consumer = consumer
        self._months: set[tuple[int, int]] = set()

    async def provide(self, event_ids: Collection[UUID]) -> None:
        """Make the partitions that these ids fall into, in transactions of their own, where they are not known yet."""
        one_a_day = {(event_id.int >> 80) // _DAY_MS: event_id for event_id in event_ids}
        moments = {_month(event_id): _moment(event_id) for event_id in one_a_day.values()}
        for month in sorted(moments.keys() - self._months):
            async with self._database.transaction(None) as connection:
                await connection.execute(text("select provide_inbox_partition(:moment)"), {"moment": moments[month]})
            if moments[month] > clock.now() - _SURE_TO_STAY:
                self._months.add(month)

    async def enter(
        self, connection: AsyncConnection, event_ids: Collection[UUID], aggregates: Collection[Aggregate]
    ) -> Entered:
        """Enter events and lock keys until the end of the transaction.

        Waits for another transaction that enters the same event, and then sees it taken: nobody handles it twice.
        """
        topics, keys = _columns(sorted(aggregates))
        rows = await fetch(connection, _ENTER, self._consumer, topics, keys, list(event_ids))
        return Entered(
            new=frozenset(row["event_id"] for row in rows if row["event_id"] is not None),
            seen={(row["topic"], row["key"]): row["version"] for row in rows if row["event_id"] is None},
        )

    async def lock(self, connection: AsyncConnection, aggregates: Collection[Aggregate]) -> dict[Aggregate, int]:
        """Lock keys until the end of the transaction, and return the last version seen of each; 0 for none."""
        return await lock(connection, self._consumer, aggregates)

    async def saw(self, connection: AsyncConnection, versions: Mapping[Aggregate, int]) -> None:
        """Keep the last version seen of keys that are locked."""
        ordered = sorted(versions)
        topics, keys = _columns(ordered)
        await fetch(connection, _SAW, self._consumer, topics, keys, [versions[aggregate] for aggregate in ordered])


async def lock(connection: AsyncConnection, consumer: str, aggregates: Collection[Aggregate]) -> dict[Aggregate, int]:
    """Lock keys of a consumer until the end of the transaction, and return the last version seen of each."""
    rows = await fetch(connection, _LOCK, consumer, *_columns(sorted(aggregates)))
    return {(row["topic"], row["key"]): row["version"] for row in rows}


async def forget(connection: AsyncConnection, consumer: str, topics: Sequence[str]) -> None:
    """Forget all that a consumer has taken in of some topics, so that a replay builds its projection anew.

    The inbox does not know topics: it is emptied, and what comes again of other topics is told by its version.
    """
    await connection.execute(text("delete from inbox where consumer = :consumer"), {"consumer": consumer})
    await connection.execute(
        text("delete from seen_version where consumer = :consumer and topic = any(:topics)"),
        {"consumer": consumer, "topics": list(topics)},
    )


def _columns(aggregates: Sequence[Aggregate]) -> tuple[list[str], list[str]]:
    return [topic for topic, _ in aggregates], [key for _, key in aggregates]


def _moment(event_id: UUID) -> datetime:
    return datetime.fromtimestamp((event_id.int >> 80) / 1000, UTC)


def _month(event_id: UUID) -> tuple[int, int]:
    moment = _moment(event_id)
    return moment.year, moment.month
