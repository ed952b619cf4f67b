"""From what was raised to what is answered: the one table of the edge, and of each service its own beside it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from fastapi import Response

from claimwright.http.idempotency import IdempotencyKeyInFlight, IdempotencyKeyMalformed, IdempotencyKeyReused
from claimwright.http.long_acts import ReplayNotPossible
from claimwright.http.paging import CursorMalformed
from claimwright.http.permissions import NotAuthenticated, PermissionMissing
from claimwright.http.problems import NotFound, refused, try_again
from claimwright.messaging.edits import EditNotPossible
from claimwright.messaging.long_acts import LongActEnded, LongActUnknown
from claimwright.messaging.parked_acts import NothingParked, NotTheFirst, VersionMissing
from claimwright.messaging.replay import ConsumerUnknown
from claimwright.messaging.standstill import NotStopped
from claimwright.refusals import Refusal, Transient
from claimwright.security.signatures import SignatureRefused

STATUS_OF: Final[Mapping[type[Refusal], int]] = {
    NotAuthenticated: 401,
    PermissionMissing: 403,
    NotFound: 404,
    NothingParked: 404,
    NotTheFirst: 409,
    VersionMissing: 409,
    EditNotPossible: 409,
    LongActUnknown: 404,
    LongActEnded: 409,
    ReplayNotPossible: 409,
    ConsumerUnknown: 422,
    NotStopped: 409,
    SignatureRefused: 401,
    CursorMalformed: 422,
    IdempotencyKeyMalformed: 422,
    IdempotencyKeyReused: 422,
    IdempotencyKeyInFlight: 409,
}
"""The refusals of the edge itself; each service adds its own in `api/refusals.py`."""


def answer_to(error: Exception, status_of: Mapping[type[Refusal], int]) -> Response | None:
    """Return the answer to what was raised, or None for a bug. `status_of` is the service's own table."""
    if isinstance(error, Transient):
        return try_again(error.retry_after or 1.0)
    if not isinstance(error, Refusal):
        return None
    table = {**STATUS_OF, **status_of}
    status = next((table[kind] for kind in type(error).__mro__ if kind in table), None)
    if status is None:
        return None
    answer = refused(error, status)
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["www-authenticate"] = "Bearer"
    if isinstance(error, IdempotencyKeyInFlight):
        answer.headers["retry-after"] = "1"
    return answer
