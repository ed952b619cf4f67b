"""What people do about parked events: release, skip with a reason, edit. One event or many, the same way.

Each act locks the keys first, as the consumer and the retry worker do, and looks again then: of two people, or of a
person and a worker, the second finds what the first has left. The caller audits in the same transaction.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import RowMapping, text

from claimwright import ids
from claimwright.messaging import inbox, notices, parking
from claimwright.messaging.edits import Change, Data, data_in, edit
from claimwright.messaging.parking import GAP
from claimwright.messaging.work import Work
from claimwright.refusals import Refusal


class NothingParked(Refusal):
    """An event that is not parked, or not any more."""

    code: ClassVar[str] = "nothing_parked"
    fix: ClassVar[str | None] = "Look at the list again; somebody may have released it."


class NotTheFirst(Refusal):
    """An event that waits for one before it of the same key."""

    code: ClassVar[str] = "not_the_first"
    fix: ClassVar[str | None] = "Release or skip the first event of the key; this one follows by itself."


class VersionMissing(Refusal):
    """The head of a key is whole and waits for an event before it; to drop it would lose the missing one unseen."""

    code: ClassVar[str] = "version_missing"
    fix: ClassVar[str | None] = "Let the service that publishes the missing event tell it again; the key goes on then."


_WHERE: Final = text("select consumer, topic, key, version from parked where id = any(cast(:ids as uuid[]))")
_LOCKED: Final = text(
    """
    select parked.*, (
      select min(version) from parked as other
      where other.consumer = parked.consumer and other.topic = parked.topic and other.key = parked.key
    ) as head
    from parked where id = any(cast(:ids as uuid[])) order by topic, key, version for update of parked
    """
)
_RELEASE: Final = text(
    """
    update parked set state = 'retry', attempts = 0, next_try = clock_timestamp(), told = false where id = :id
    """
)
_DROP: Final = text("delete from parked where id = :id")
_SKIPPED: Final = text(
    """
    update seen_version set version = greatest(version, :version)
    where consumer = :consumer and topic = :topic and key = :key
    """
)
_DECIDE: Final = text(
    """
    insert into parked_decision
      (org_id, id, consumer, event_id, topic, key, version, kind, original, edited, diff, reason, actor, at)
    values (:org_id, :decision_id, :consumer, :event_id, :topic, :key, :version, :kind, cast(:original as jsonb),
            cast(:edited as jsonb), cast(:diff as jsonb), :because, :actor, :at)
    """
)
_EDITED: Final = text("update parked set edit_id = :edit_id where id = :id")


async def release(work: Work, parked_id: UUID) -> RowMapping:
    """Let the first event of a key be tried again at once, and return what it was.

    Errors: NothingParked, NotTheFirst.
    """
    row = _first(await _lock(work, [parked_id]))
    await _release(work, row)
    return row


async def skip(work: Work, parked_id: UUID, *, reason: str) -> RowMapping:
    """Leave the first event of a key out for good, let what waits behind it be tried at once, and return what it was.

    It counts as seen, and is left out again when it comes again.
    Errors: NothingParked, NotTheFirst, VersionMissing.
    """
    row = _first(await _lock(work, [parked_id]))
    if row["reason"] == GAP:
        raise VersionMissing("the event waits for an earlier one of its key")
    await _skip(work, row, reason=reason)
    return row


async def release_all(work: Work, parked_ids: Sequence[UUID]) -> list[RowMapping]:
    """Release those of some events that are still parked and the first of their key, and return them."""
    rows = [row for row in await _lock(work, parked_ids) if _is_first(row)]
    for row in rows:
        await _release(work, row)
    return rows


async def skip_all(work: Work, parked_ids: Sequence[UUID], *, reason: str) -> list[RowMapping]:
    """Skip those of some events that are still parked, the first of their key and not behind a gap; return them."""
    rows = [row for row in await _lock(work, parked_ids) if _is_first(row) and row["reason"] != GAP]
    for row in rows:
        await _skip(work, row, reason=reason)
    return rows


async def edit_data(work: Work, parked_id: UUID, edited: Data, *, reason: str) -> list[Change]:
    """Keep a mended copy of an event's data, which is used from the next try on, and return what it changes.

    What came stays in the row, and the decision keeps both. Nothing is tried by this.
    Errors: NothingParked, EditNotPossible, EditUnreadable.
    """
    rows = await _lock(work, [parked_id])
    if not rows:
        raise NothingParked("the event is not parked")
    row = rows[0]
    original = data_in(row["payload"])
    changes = edit(row["type"], original, edited)
    edit_id = await _decide(work, row, kind="edit", reason=reason, original=original, edited=edited, diff=changes)
    await work.execute(_EDITED, {"id": row["id"], "edit_id": edit_id})
    return changes


async def _lock(work: Work, parked_ids: Sequence[UUID]) -> list[RowMapping]:
    """Lock the keys of some events, in the order that consumers do, then the events, and return what is there now."""
    wanted = {"ids": sorted(parked_ids)}
    places = (await work.execute(_WHERE, wanted)).all()
    for consumer in sorted({place.consumer for place in places}):
        keys = {(place.topic, place.key) for place in places if place.consumer == consumer and place.version > 0}
        if keys:
            await inbox.lock(work.connection, consumer, keys)
    return list((await work.execute(_LOCKED, wanted)).mappings())


def _first(rows: Sequence[RowMapping]) -> RowMapping:
    if not rows:
        raise NothingParked("the event is not parked")
    if not _is_first(rows[0]):
        raise NotTheFirst("an event before it is parked")
    return rows[0]


def _is_first(row: RowMapping) -> bool:
    return bool(row["version"] == row["head"])


async def _release(work: Work, row: RowMapping) -> None:
    await work.execute(_RELEASE, {"id": row["id"]})
    notices.tell_released(work, row, by="person")


async def _skip(work: Work, row: RowMapping, *, reason: str) -> None:
    await _decide(work, row, kind="skip", reason=reason)
    await work.execute(_DROP, {"id": row["id"]})
    if row["version"] > 0:
        await work.execute(_SKIPPED, {name: row[name] for name in ("consumer", "topic", "key", "version")})
        await parking.try_next(work.connection, row["consumer"], (row["topic"], row["key"]))
    notices.tell_skipped(work, row)


async def _decide(
    work: Work,
    row: RowMapping,
    *,
    kind: str,
    reason: str,
    original: Data | None = None,
    edited: Data | None = None,
    diff: Sequence[Mapping[str, Any]] | None = None,
) -> UUID:
    decision_id = ids.new()
    place = {name: row[name] for name in ("consumer", "event_id", "topic", "key", "version")}
    await work.execute(
        _DECIDE,
        {
            **place,
            "org_id": work.org_id,
            "decision_id": decision_id,
            "kind": kind,
            "original": _json(original),
            "edited": _json(edited),
            "diff": _json(diff),
            "because": reason,
            "actor": work.actor,
            "at": work.now,
        },
    )
    return decision_id


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value)
