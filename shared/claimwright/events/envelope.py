"""What every event has: typed data in the clear, parts sealed by purpose, and the headers that carry it.

An event's `data` holds ids, codes, counts, moments and claim totals in cents. Names, lines, diagnoses and payers travel
in sealed parts, each under the data key of its purpose, so that a service opens only what it needs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

PLATFORM: Final = UUID(int=0)
"""The organization of what belongs to no organization: the deployment's own keys."""


class Purpose(StrEnum):
    """Why a sealed part may be opened; each purpose has its own data keys."""

    IDENTITY = "identity"
    CLINICAL = "clinical"
    FINANCIAL = "financial"


class Value(BaseModel):
    """A frozen value inside an event; unknown fields are refused when published and ignored when read."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Part(Value):
    """What one purpose's sealed part of an event holds."""

    PURPOSE: ClassVar[Purpose]


class EventData(Value):
    """The clear part of one type of event. `KEY` names the field whose text is the record key.

    `PARTS` lists the sealed parts that the type may carry, one a purpose at most.
    """

    TYPE: ClassVar[str]
    TOPIC: ClassVar[str]
    KEY: ClassVar[str]
    PARTS: ClassVar[tuple[type[Part], ...]] = ()

    @property
    def record_key(self) -> str:
        """Return the text that keeps the order of this event among those of the same thing."""
        return str(getattr(self, self.KEY))


@dataclass(frozen=True, slots=True)
class Received:
    """One event as a consumer gets it; `data` is typed, the sealed parts are still sealed.

    `version` counts the events of `key` within `topic` from 1 without a hole. `type` is the name that `data` has today;
    `published` holds name and clear data as they were written, where that was an earlier version.
    """

    id: UUID
    type: str
    topic: str
    key: str
    version: int
    org_id: UUID
    occurred_at: datetime
    causation_id: UUID | None
    correlation_id: UUID
    traceparent: str | None
    data: EventData
    sealed: Mapping[Purpose, str]
    published: tuple[str, Mapping[str, Any]] | None = None

    @property
    def published_type(self) -> str:
        """Return the name that the event was published under, which its seals are bound to."""
        return self.type if self.published is None else self.published[0]

    @property
    def published_data(self) -> Mapping[str, Any]:
        """Return the clear data as JSON data in the form that belongs to `published_type`: what is kept of an event."""
        return self.data.model_dump(mode="json") if self.published is None else self.published[1]


def wire_bytes(data: EventData, sealed: Mapping[Purpose, str]) -> bytes:
    """Return the record's value: the clear part and the sealed ones, as compact JSON in UTF-8.

    Shape: a sealed part is text without a character that JSON escapes, as base64 is.
    """
    parts = ",".join(f'"{purpose.value}":"{text}"' for purpose, text in sealed.items())
    return b'{"data":%b,"sealed":{%b}}' % (data.model_dump_json().encode(), parts.encode())
