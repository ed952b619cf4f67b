"""Standard Webhooks 1.0: HMAC-SHA256 over id, moment and body, good for five minutes; in both directions.

Our own few lines, held to the `standardwebhooks` package by a test: that package verifies against the machine's clock
and takes text bodies only, while X12 is bytes and time here comes from `claimwright.clock`.
"""

import hashlib
import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from claimwright.refusals import Refusal

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - how a secret begins, and none itself
WINDOW_SECONDS: Final = 300
ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"


class SignatureRefused(Refusal):
    """A callback that was not signed with the secret of its route, or too long ago, or not at all."""

    code: ClassVar[str] = "signature_refused"
    fix: ClassVar[str | None] = "Sign id, timestamp and body with the secret of this route, at most 5 minutes ago."


@dataclass(frozen=True, slots=True)
class Signed:
    """A callback whose signature was good. `message_id` stays the same when the sender tries again."""

    message_id: str


def sign(*, secret: str, message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers that sign a body."""
    moment = str(int(now.timestamp()))
    return {
        ID: message_id,
        TIMESTAMP: moment,
        SIGNATURE: "v1," + b64encode(_mac(secret, message_id, moment, body)).decode(),
    }


def verify(*, secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Signed:
    """Return who the message is, once its signature is proved; to be called before the body is parsed.

    `headers`: any mapping that finds lower-case names, as Starlette's does.
    Errors: SignatureRefused, with the same words whatever was wrong.
    """
    message_id = headers.get(ID, "")
    moment = headers.get(TIMESTAMP, "")
    given = headers.get(SIGNATURE, "")
    if not (message_id and len(message_id) <= 255 and moment.isascii() and moment.isdigit() and len(moment) <= 12):
        raise SignatureRefused("the callback carries no usable signature")
    if abs(int(now.timestamp()) - int(moment)) > WINDOW_SECONDS:
        raise SignatureRefused("the callback's timestamp is outside the window")
    expected = _mac(secret, message_id, moment, body)
    if not any(hmac.compare_digest(expected, candidate) for candidate in _signatures(given)):
        raise SignatureRefused("the callback's signature does not fit")
    return Signed(message_id=message_id)


def _signatures(header: str) -> list[bytes]:
    """Return the version 1 signatures of a header, which may list several while a secret is changed."""
    found = []
    for item in header.split(" ")[:8]:
        version, _, text = item.partition(",")
        if version == "v1":
            try:
                found.append(b64decode(text, validate=True))
            except (NotBase64, ValueError):
                continue
    return found


def _mac(secret: str, message_id: str, moment: str, body: bytes) -> bytes:
    key = b64decode(secret.removeprefix(SECRET_PREFIX) + "==")
    return hmac.new(key, b".".join((message_id.encode(), moment.encode(), body)), hashlib.sha256).digest()
