"""An act is done once under an `Idempotency-Key`: the answer is kept in the transaction of its effect.

Scope: organization, method and route, key. The same body again gets the stored bytes; another body is refused; while
the first is under way, the second is told so and does not wait. Only 2xx answers are kept, so that a refused body can
be mended under the same key. Kept answers hold ids, codes, moments and cents only, since they are stored in the clear.
"""

import hashlib
from collections.abc import Awaitable, Callable
from typing import ClassVar, Final

from fastapi import Request, Response
from sqlalchemy import Column, DateTime, LargeBinary, MetaData, SmallInteger, Table, Text, Uuid, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB

from claimwright.refusals import Refusal
from claimwright.security.acting import Acting

HEADER: Final = "idempotency-key"
REPLAYED: Final = "idempotent-replayed"
_LONGEST_KEY: Final = 255
_KEPT_HEADERS: Final = frozenset({"content-type", "etag", "location"})

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


async def once(work: Acting, request: Request, act: Callable[[], Awaitable[Response]]) -> Response:
    """Return the answer of an act, or the one that was kept for the request's `Idempotency-Key`.

    Call it inside the act's transaction and let a refusal leave that transaction. A request without a key acts.
    Errors: IdempotencyKeyMalformed, IdempotencyKeyReused, IdempotencyKeyInFlight.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return await act()
    if not (0 < len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable()):
        raise IdempotencyKeyMalformed("the Idempotency-Key cannot be used")
    route = f"{request.method} {request.scope['route'].path}"
    key_sha256 = hashlib.sha256(key.encode()).digest()
    body_sha256 = hashlib.sha256(await request.body()).digest()
    await _lock_or_refuse(work, route, key_sha256)
    kept = await _kept(work, route, key_sha256, body_sha256)
    if kept is not None:
        return kept
    answer = await act()
    if 200 <= answer.status_code < 300:
        await work.connection.execute(
            insert(answers).values(
                org_id=work.org_id,
                route=route,
                key_sha256=key_sha256,
                body_sha256=body_sha256,
                status=answer.status_code,
                headers={name: value for name, value in answer.headers.items() if name in _KEPT_HEADERS},
                body=bytes(answer.body),
                at=work.now,
            )
        )
    return answer


async def _lock_or_refuse(work: Acting, route: str, key_sha256: bytes) -> None:
    """Hold the key until the transaction ends, or say that somebody holds it.

    PostgreSQL frees the lock after the commit is visible, so whoever gets it next sees the kept answer.
    """
    name = hashlib.sha256(work.org_id.bytes + route.encode() + key_sha256).digest()
    lock = int.from_bytes(name[:8], signed=True)
    free = (await work.connection.execute(select(func.pg_try_advisory_xact_lock(lock)))).scalar_one()
    if not free:
        raise IdempotencyKeyInFlight("the first request under this key is still under way")


async def _kept(work: Acting, route: str, key_sha256: bytes, body_sha256: bytes) -> Response | None:
    found = await work.connection.execute(
        select(answers).where(
            answers.c.org_id == work.org_id, answers.c.route == route, answers.c.key_sha256 == key_sha256
        )
    )
    row = found.one_or_none()
    if row is None:
        return None
    if row.body_sha256 != body_sha256:
        raise IdempotencyKeyReused("this key was used for another body")
    return Response(row.body, status_code=row.status, headers={**row.headers, REPLAYED: "true"})
