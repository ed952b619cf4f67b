"""What may leave the process in logs and spans: named keys with ids, codes and counts; all else stays inside.

The list is the guard. The net behind it catches numbers and addresses of people that slipped into a text all the same.
"""

import re
from collections.abc import Mapping
from pathlib import PurePath
from types import TracebackType
from typing import Final
from uuid import UUID

LOG_KEYS: Final = frozenset(
    {
        "actor",
        "artifact_id",
        "at",
        "code",
        "codes",
        "consumer",
        "error",
        "event",
        "events",
        "file_id",
        "key",
        "level",
        "logger",
        "method",
        "milliseconds",
        "name",
        "names",
        "org_id",
        "outcome",
        "part",
        "reason",
        "request_id",
        "route",
        "route_id",
        "service",
        "status",
        "trace_id",
        "where",
    }
)
"""Keys that a log line may have. A new one is added here, and that is the moment to ask what its values can be."""

SPAN_KEYS: Final = frozenset(
    {
        "claimwright.claim_id",
        "claimwright.event_id",
        "claimwright.event_type",
        "claimwright.file_id",
        "claimwright.request_id",
        "error.type",
        "http.request.method",
        "http.response.status_code",
        "http.route",
        "messaging.batch.message_count",
        "messaging.consumer.group.name",
        "messaging.destination.name",
        "messaging.operation.name",
        "messaging.operation.type",
        "messaging.system",
        "url.scheme",
    }
)
"""Attributes that a span may have. `url.query`, `url.full`, `url.path` and exceptions' texts are not among them."""

LONGEST: Final = 300
REDACTED: Final = "[redacted]"
_NET: Final = re.compile(
    r"""
    \b\d{3}-\d{2}-\d{4}\b                    # a social security number as people write it
    | \b\d{9,}\b                             # or without hyphens; member, account and phone numbers
    | \(?\b\d{3}\)?[-.\ ]\d{3}[-.\ ]\d{4}\b  # a phone number
    | [^\s@]+@[^\s@]+\.[a-z]{2,}             # an address of mail
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SUSPECT: Final = re.compile(r"\d(?:[-.\ ()]{0,2}\d){8}|@")
"""What the net can't hold anything without: nine digits with little between them, or the sign of a mail address."""
_SHORTEST: Final = 9
"""Letters that a number has which the net holds."""
_ID: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[a-z]{2,8}_[0-9a-hjkmnp-tv-z]{26}|[0-9a-f]{64}"
)
"""A whole UUID, TypeID or SHA-256: its digits are nobody's number, however many stand in a row."""


def clean(text: str) -> str:
    """Return a text without what looks like a person's number or address, and not longer than a log line needs."""
    if (len(text) < _SHORTEST and "@" not in text) or _SUSPECT.search(text) is None:
        return text[:LONGEST]
    if _ID.fullmatch(text):
        return text
    return _NET.sub(REDACTED, text)[:LONGEST]


def clean_value(value: object) -> object:
    """Return a value as a log may hold it; a value of a type that nobody thought of is named by its type."""
    if isinstance(value, str):
        return clean(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, UUID):
        return str(value)  # whatever digits stand in a row in it, they are nobody's number
    if isinstance(value, list | tuple | set | frozenset):
        return [clean_value(item) for item in list(value)[:50]]
    if type(value).__module__ in {"datetime", "decimal", "enum"} or hasattr(value, "__members__"):
        return clean(str(value))
    return f"<{type(value).__name__}>"


def allowed(fields: Mapping[str, object]) -> dict[str, object]:
    """Return the fields of a log line that may leave, cleaned; the names of the others are told, as a hint to mend."""
    kept = {key: clean_value(value) for key, value in fields.items() if key in LOG_KEYS}
    if len(kept) < len(fields):
        kept["names"] = sorted(fields.keys() - LOG_KEYS)
    return kept


def where(traceback: TracebackType | None) -> list[str]:
    """Return the places of our own code in a traceback, innermost last, as `package/module.py:line function`."""
    places = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        parts = PurePath(code.co_filename).parts
        ours = next((place for place, part in enumerate(parts) if part.startswith("claimwright")), None)
        if ours is not None:
            places.append(f"{'/'.join(parts[ours:])}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return places[-12:]


def error_type(error: BaseException) -> str:
    """Return by what name a fault is told: its class, never its words."""
    kind = type(error)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
