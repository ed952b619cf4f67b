"""One claim's timeline: its events and those of its files, with what caused what and which moved the claim."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from claimwright import ids
from claimwright.events.lifecycle_words import Stage
from claimwright_console.domain.journey import Stay
from claimwright_console.domain.pipeline import TITLES, Column, column_of
from claimwright_console.domain.telling import file_of, tell
from claimwright_console.domain.words import WAITS_FOR_A_PERSON


class LoggedEvent(Protocol):
    """An event as far as a timeline needs it."""

    @property
    def id(self) -> UUID: ...

    @property
    def type(self) -> str: ...

    @property
    def topic(self) -> str: ...

    @property
    def key(self) -> str: ...

    @property
    def occurred_at(self) -> datetime: ...

    @property
    def version(self) -> int: ...

    @property
    def causation_id(self) -> UUID | None: ...

    @property
    def data(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class RawPlace:
    """Where the raw bytes of an event are: whose file, which, and the bytes of the claim in it."""

    service: str
    file: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the timeline."""

    row: Any
    says: str
    cause: LoggedEvent | None
    moved_to: Stage | None
    raw: RawPlace | None
    starts_day: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One column of the pipeline as a claim went through it: `done`, `here`, `stopped` or `ahead`."""

    title: str
    state: str
    at: datetime | None

    @property
    def is_here(self) -> bool:
        """Return whether the claim stands in this column now."""
        return self.state in {"here", "stopped"}


def timeline(rows: Iterable[LoggedEvent], stays: Sequence[Stay], *, only_moves: bool) -> list[Item]:
    """Return the entries in the order in which things happened; an effect never stands before its cause."""
    known = {row.id: row for row in rows}
    moved = {stay.event_id: stay.stage for stay in stays}
    ordered = sorted(known.values(), key=lambda row: (row.occurred_at, _depth(row, known), row.topic, row.version))
    items: list[Item] = []
    for row in ordered:
        if only_moves and row.id not in moved:
            continue
        cause = known.get(row.causation_id) if row.causation_id else None
        starts_day = not items or items[-1].row.occurred_at.date() != row.occurred_at.date()
        items.append(Item(row, tell(row.type, row.data), cause, moved.get(row.id), _raw(row), starts_day))
    return items


def files_of(rows: Iterable[LoggedEvent]) -> set[str]:
    """Return the record keys of the files that a claim's events name."""
    names = ("artifact_id", "file_id", "answer_artifact_id")
    found = {str(row.data[name]) for row in rows for name in names if row.data.get(name)}
    return found | {str(address["artifact_id"]) for row in rows if (address := file_of(row.data)) is not None}


def rail(stays: Sequence[Stay], stage: Stage) -> list[Step]:
    """Return the six columns as this claim went through them; a claim whose work is over has passed the last one."""
    here = column_of(stage)
    entered = {}
    for stay in stays:
        column = column_of(stay.stage)
        if column is not None:
            entered[column] = stay.entered_at
    return [Step(TITLES[column], _state(column, here, stage, entered), entered.get(column)) for column in Column]


def _state(column: Column, here: Column | None, stage: Stage, entered: Collection[Column]) -> str:
    if column is here:
        return "stopped" if stage in WAITS_FOR_A_PERSON else "here"
    order = list(Column)
    is_behind = here is None or order.index(column) < order.index(here)
    return "done" if column in entered and is_behind else "ahead"


def _depth(row: LoggedEvent, known: Mapping[UUID, LoggedEvent]) -> int:
    """Return how many causes stand before an event among the known ones; a chain ends after as many as there are."""
    depth, at = 0, row
    while depth <= len(known) and at.causation_id is not None and at.causation_id in known:
        depth, at = depth + 1, known[at.causation_id]
    return depth


def _raw(row: LoggedEvent) -> RawPlace | None:
    service = row.topic.removeprefix("claimwright.")
    if row.key.partition("_")[0] in {ids.ARTIFACT, ids.FILE}:
        return RawPlace(service, row.key, 0, 0)
    address = file_of(row.data)
    if address is None:
        return None
    return RawPlace(
        service=service,
        file=str(address["artifact_id"]),
        start=int(address.get("byte_start") or 0),
        end=int(address.get("byte_end") or 0),
    )
