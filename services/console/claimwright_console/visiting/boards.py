"""The pipeline board as pages show it, made at most once a second for all who look at an organization."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from claimwright.events.lifecycle_words import Stage
from claimwright.messaging.work import Transactions
from claimwright_console.domain.board import ColumnFigures, columns
from claimwright_console.domain.pipeline import Column
from claimwright_console.domain.words import WAITS_FOR_A_PERSON
from claimwright_console.gateways.watch import ServiceState, Watch
from claimwright_console.persistence import board as figures
from claimwright_console.persistence import claims
from claimwright_console.persistence.board import Minute, Money
from claimwright_console.persistence.claims import ClaimRow

FRESH_SECONDS: Final = 1.0
_MINUTES: Final = 60
_ASK_A_PERSON: Final = 8
_READER: Final = "console"

_SERVICE_OF: Final = {
    Column.INTAKE: "intake",
    Column.CODING: "coding",
    Column.SUBMISSION: "submission",
    Column.REMITTANCE: "remittance",
}
"""Whose parked keys a column shows. Acknowledgments and patients' shares are parked with their service's column."""

_MOVER_OF: Final = {**_SERVICE_OF, Column.ACKNOWLEDGED: "submission", Column.PATIENT: "remittance"}
"""Whose lag a column shows. Parked keys would be counted twice this way; a lag is no sum."""

NEEDS_PERSON: Final = WAITS_FOR_A_PERSON | {Stage.TRANSMIT_UNKNOWN, Stage.ADJUDICATED}
"""Stages looked through for claims that a person has to move: decided ones wait for one where money is still open."""


@dataclass(frozen=True, slots=True)
class Board:
    """One look at the pipeline of one organization."""

    now: datetime
    columns: Sequence[ColumnFigures]
    money: Money
    finished_today: int
    needs_person: Sequence[ClaimRow]
    minutes: Sequence[Minute]
    services: Sequence[ServiceState]

    def service_of(self, column: Column) -> ServiceState | None:
        """Return how the service is that moves the claims of a column."""
        return next((state for state in self.services if state.name == _MOVER_OF[column]), None)

    def parked_of(self, column: Column) -> int | None:
        """Return how many keys a column's service has parked, None where it is not known or not the column's."""
        return next((state.parked for state in self.services if state.name == _SERVICE_OF.get(column)), None)

    @property
    def money_parts(self) -> list[tuple[str, int]]:
        """What became of the charge, in the order of the bar."""
        money = self.money
        return [
            ("paid", money.paid_cents),
            ("adjusted", money.adjusted_cents),
            ("patient", money.patient_cents),
            ("open", money.open_cents),
        ]


class Boards:
    """Boards by organization; a second look within a second costs no query."""

    def __init__(
        self, transactions: Transactions, watch: Watch, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._transactions = transactions
        self._watch = watch
        self._monotonic = monotonic
        self._made: dict[UUID, tuple[float, Board]] = {}
        self._making: dict[UUID, asyncio.Lock] = {}

    async def of(self, org_id: UUID) -> Board:
        """Return an organization's board, at most a second old."""
        async with self._making.setdefault(org_id, asyncio.Lock()):
            made = self._made.get(org_id)
            if made is None or self._monotonic() - made[0] >= FRESH_SECONDS:
                made = (self._monotonic(), await self._make(org_id))
                self._made[org_id] = made
        return made[1]

    async def _make(self, org_id: UUID) -> Board:
        async with self._transactions.begin(org_id=org_id, actor=_READER) as work:
            by_stage = await figures.by_stage(work)
            moves = await figures.moves_since(work, work.now - timedelta(minutes=1))
            midnight = work.now.replace(hour=0, minute=0, second=0, microsecond=0)
            return Board(
                now=work.now,
                columns=columns(by_stage, [(move.came_from, move.stage, move.count) for move in moves]),
                money=await figures.money(work),
                finished_today=await figures.finished_since(work, midnight),
                needs_person=await claims.most_stuck(work, stages=NEEDS_PERSON, limit=_ASK_A_PERSON),
                minutes=await figures.minutes(work, count=_MINUTES),
                services=self._watch.states,
            )
