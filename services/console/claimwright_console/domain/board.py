"""The pipeline board: six columns with their figures, made of what is counted by stage."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from claimwright.events.lifecycle_words import Stage
from claimwright_console.domain.pipeline import STAGES, TITLES, Column, column_of

Health = Literal["empty", "busy", "stuck"]


class Figures(Protocol):
    """What is counted of one stage."""

    @property
    def count(self) -> int: ...

    @property
    def oldest(self) -> datetime: ...

    @property
    def stuck(self) -> int: ...

    @property
    def open_cents(self) -> int: ...


@dataclass(frozen=True, slots=True)
class ColumnFigures:
    """One column. `came_in` and `went_out` are claims in the last minute that crossed its edge."""

    column: Column
    title: str
    count: int
    oldest: datetime | None
    stuck: int
    open_cents: int
    came_in: int
    went_out: int

    @property
    def health(self) -> Health:
        """How the column is: a claim that waits too long counts more than one that moves."""
        if self.stuck:
            return "stuck"
        return "busy" if self.count else "empty"


def columns(by_stage: Mapping[Stage, Figures], moves: Iterable[tuple[Stage | None, Stage, int]]) -> list[ColumnFigures]:
    """Return the six columns in order; a move between two stages of one column crosses no edge."""
    came_in, went_out = dict.fromkeys(Column, 0), dict.fromkeys(Column, 0)
    for came_from, stage, count in moves:
        before, after = (column_of(came_from) if came_from else None), column_of(stage)
        if before is not after:
            if after is not None:
                came_in[after] += count
            if before is not None:
                went_out[before] += count
    return [_column(column, by_stage, came_in[column], went_out[column]) for column in Column]


def _column(column: Column, by_stage: Mapping[Stage, Figures], came_in: int, went_out: int) -> ColumnFigures:
    inside = [by_stage[stage] for stage in STAGES[column] if stage in by_stage]
    return ColumnFigures(
        column=column,
        title=TITLES[column],
        count=sum(one.count for one in inside),
        oldest=min((one.oldest for one in inside), default=None),
        stuck=sum(one.stuck for one in inside),
        open_cents=sum(one.open_cents for one in inside),
        came_in=came_in,
        went_out=went_out,
    )
