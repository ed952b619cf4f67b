"""An act is done once under an `Idempotency-Key`: the answer is kept in the transaction of its effect.

Scope: organization, method and route, key. The same body again gets the stored bytes; another body is refused; while
the first is under way, the second is told so and does not wait. Only 2xx answers are kept, so that a refused body can
be mended under the same key. Kept answers hold ids, codes, moments and cents only, since they are stored in the clear.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from fastapi import Request, Response
from sqlalchemy import (
    Column,
    DateTime,
    LargeBinary,
    MetaData,
    Row,
    SmallInteger,
    Table,
    Text,
    Uuid,
    insert,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import JSONB

from claimwright.refusals import Refusal
from claimwright.security.acting import Acting

HEADER: Final = "idempotency-key"
REPLAYED: Final = "idempotent-replayed"
_LONGEST_KEY: Final = 255
_KEPT_HEADERS: Final = frozenset({"content-type", "etag", "location"})
_TRY: Final = text(
    "select number, pg_try_advisory_xact_lock(number) as is_free from unnest(cast(:numbers as bigint[])) as number"
)

answers: Final = Table(
    "http_idempotency",
    MetaData(),
    Column("org_id", Uuid, primary_key=True),
    Column("route", Text, primary_key=True),
    Column("key_sha256", LargeBinary, primary_key=True),
    Column("body_sha256", LargeBinary, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)


class IdempotencyKeyMalformed(Refusal):
    """A key that is empty, too long, or not plain text."""

    code: ClassVar[str] = "idempotency_key_malformed"
    fix: ClassVar[str | None] = "Send 1 to 255 visible ASCII characters, for example a UUID."


class IdempotencyKeyReused(Refusal):
    """A key that was used for another body."""

    code: ClassVar[str] = "idempotency_key_reused"
    fix: ClassVar[str | None] = "Send the first body again, or a new key with this one."


class IdempotencyKeyInFlight(Refusal):
    """A key whose first request is still under way."""

    code: ClassVar[str] = "idempotency_key_in_flight"
    fix: ClassVar[str | None] = "Wait for the seconds in Retry-After and ask again with the same key and body."


@dataclass(frozen=True, slots=True)
class Ask:
    """One request under a key: which, and what it asks."""

    route: str
    key_sha256: bytes
    body_sha256: bytes

    @property
    def lock(self) -> bytes:
        """Return what is held in the database while the request is under way, beside its organization."""
        return self.route.encode() + self.key_sha256


async def ask_of(request: Request) -> Ask | None:
    """Return what a request asks under its key, or None where it has none.

    Errors: IdempotencyKeyMalformed.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not (0 < len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable()):
        raise IdempotencyKeyMalformed("the Idempotency-Key cannot be used")
    return Ask(
        route=f"{request.method} {request.scope['route'].path}",
        key_sha256=hashlib.sha256(key.encode()).digest(),
        body_sha256=hashlib.sha256(await request.body()).digest(),
    )


async def once(work: Acting, request: Request, act: Callable[[], Awaitable[Response]]) -> Response:
    """Return the answer of an act, or the one that was kept for the request's `Idempotency-Key`.

    Call it inside the act's transaction and let a refusal leave that transaction. A request without a key acts.
    Errors: IdempotencyKeyMalformed, IdempotencyKeyReused, IdempotencyKeyInFlight.
    """
    ask = await ask_of(request)
    if ask is None:
        return await act()
    (kept,) = await answered(work, [ask])
    if isinstance(kept, Refusal):
        raise kept
    if kept is not None:
        return kept
    answer = await act()
    await keep(work, [(ask, answer)])
    return answer


async def answered(work: Acting, asks: Sequence[Ask | None]) -> list[Response | Refusal | None]:
    """Return for each request the answer that was kept for its key, or why it has none, or None where it has to act.

    The keys of those that have to act are held until the transaction ends. PostgreSQL frees them after the commit is
    visible, so whoever gets one next sees the kept answer. Of two requests of one call under one key the first acts.
    """
    keyed: dict[bytes, Ask] = {}
    for ask in asks:
        if ask is not None:
            keyed.setdefault(ask.lock, ask)
    if not keyed:
        return [None] * len(asks)
    free = await _held(work, list(keyed))
    kept = await _kept(work, list(keyed.values()))
    told: list[Response | Refusal | None] = []
    for ask in asks:
        if ask is None:
            told.append(None)
        elif not free[ask.lock]:
            told.append(IdempotencyKeyInFlight("the first request under this key is still under way"))
        elif (row := kept.get((ask.route, ask.key_sha256))) is None:
            told.append(None)
            free[ask.lock] = False
        elif row.body_sha256 != ask.body_sha256:
            told.append(IdempotencyKeyReused("this key was used for another body"))
        else:
            told.append(Response(row.body, status_code=row.status, headers={**row.headers, REPLAYED: "true"}))
    return told


async def keep(work: Acting, given: Sequence[tuple[Ask, Response]]) -> None:
    """Keep the answers of acts that were done, in their transaction."""
    rows = [
        {
            "org_id": work.org_id,
            "route": ask.route,
            "key_sha256": ask.key_sha256,
            "body_sha256": ask.body_sha256,
            "status": answer.status_code,
            "headers": {name: value for name, value in answer.headers.items() if name in _KEPT_HEADERS},
            "body": bytes(answer.body),
            "at": work.now,
        }
        for ask, answer in given
        if 200 <= answer.status_code < 300
    ]
    if rows:
        await work.connection.execute(insert(answers), rows)


async def _held(work: Acting, locks: Sequence[bytes]) -> dict[bytes, bool]:
    """Try to hold each key until the transaction ends, and return which are held."""
    numbers = {
        int.from_bytes(hashlib.sha256(work.org_id.bytes + lock).digest()[:8], signed=True): lock for lock in locks
    }
    rows = await work.connection.execute(_TRY, {"numbers": sorted(numbers)})
    return {numbers[row.number]: bool(row.is_free) for row in rows}


async def _kept(work: Acting, asks: Sequence[Ask]) -> dict[tuple[str, bytes], Row[Any]]:
    wanted = [(ask.route, ask.key_sha256) for ask in asks]
    rows = await work.connection.execute(
        select(answers).where(
            answers.c.org_id == work.org_id, tuple_(answers.c.route, answers.c.key_sha256).in_(wanted)
        )
    )
    return {(row.route, row.key_sha256): row for row in rows}
