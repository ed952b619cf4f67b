"""What a person sees and does about parked events, asked of the service that parked them in that person's name."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from claimwright_console.gateways.owners import OwnerDidNotAct, Owners, Person

PAGE: Final = 100


class Told(BaseModel):
    """Something that an owner tells; what a newer owner tells beside is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class Cause(Told):
    """Why keys are parked."""

    consumer: str
    reason: str
    event_type: str | None
    events: int
    behind: int
    for_person: int
    oldest_at: datetime


class Causes(Told):
    """All causes of one service."""

    items: list[Cause]


class Key(Told):
    """The head of one parked key."""

    id: str
    consumer: str
    key: str
    event_type: str | None
    reason: str
    attempts: int
    next_try: datetime | None
    state: str
    waiting: int
    parked_at: datetime


class Keys(Told):
    """A page of parked keys."""

    items: list[Key]
    next: str | None = None


class Finding(Told):
    """One thing wrong with an event's data."""

    code: str
    pointer: str | None = None
    detail: str


class Decision(Told):
    """What a person decided about an event."""

    kind: str
    actor: str
    at: datetime
    reason: str
    paths: list[str]


class Event(Told):
    """One parked event."""

    id: str
    consumer: str
    key: str
    topic: str
    partition: int
    position: int
    event_type: str | None
    event_id: str | None
    version: int
    reason: str
    attempts: int
    next_try: datetime | None
    state: str
    before: int
    behind: int
    parked_at: datetime
    occurred_at: datetime | None
    causation_id: str | None
    trace_id: str | None
    bytes: int
    sealed: list[str]
    is_readable: bool
    can_be_edited: bool
    is_edited: bool
    findings: list[Finding]
    decisions: list[Decision]


class Opened(Told):
    """What a parked event says."""

    data: dict[str, Any] | None
    edited: dict[str, Any] | None
    sealed: dict[str, dict[str, Any] | None]


class Change(Told):
    """One difference that an edit makes."""

    op: str
    path: str
    value: Any = None
    was: Any = None


class Edited(Told):
    """What an edit changes."""

    diff: list[Change]


class DryRun(Told):
    """What an act would do."""

    says: str
    events: int
    tried: int
    second_claims: int
    fails: dict[str, int]
    publishes: dict[str, int]
    is_whole: bool


class Act(Told):
    """An act that takes a while."""

    id: str
    kind: str
    state: str
    selection: dict[str, str | int | None]
    total: int
    done: int
    passed_over: int
    rate: int
    reason: str
    actor: str
    problem: str | None
    begun_at: datetime
    changed_at: datetime


class Acts(Told):
    """Acts of one service, the newest first."""

    items: list[Act]


class Consumer(Told):
    """One consumer, and whether it stands still."""

    name: str
    is_stopped: bool
    failed: int | None = None
    looked_at: int | None = None
    stopped_at: datetime | None = None


class Consumers(Told):
    """The consumers of one service."""

    items: list[Consumer]


ToldT = TypeVar("ToldT", bound=Told)


class ParkedEvents:
    """One person's view of what one service has parked."""

    def __init__(self, owners: Owners, person: Person, service: str) -> None:
        self._owners = owners
        self._person = person
        self.service = service

    async def read(self, path: str, answer: type[ToldT], params: Mapping[str, str | None] | None = None) -> ToldT:
        """Return what a path tells; parameters that are None are left out.

        Errors: OwnerDidNotAct, also for an answer of another form.
        """
        given = {name: value for name, value in (params or {}).items() if value}
        told = await self._owners.get(self._person, self.service, path, permission="parked:read", params=given)
        return self._as(answer, told.content)

    async def act(
        self,
        path: str,
        answer: type[ToldT],
        body: Mapping[str, object] | None = None,
        *,
        permission: str = "parked:write",
    ) -> ToldT:
        """Have the owner act, and return what it says.

        Errors: OwnerDidNotAct.
        """
        told = await self._owners.post(self._person, self.service, path, permission=permission, body=body)
        return self._as(answer, told.content or b"{}")

    def _as(self, answer: type[ToldT], content: bytes) -> ToldT:
        try:
            return answer.model_validate_json(content)
        except ValidationError:
            says = f"{self.service.capitalize()} answered something that this console can't read."
            raise OwnerDidNotAct(says) from None
