"""Lists and pages of deposits for the API: rows as they are asked for, without a decision."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, and_, or_, select

from claimwright.messaging.work import Work
from claimwright_remittance.persistence.tables import remittance
from claimwright_remittance.persistence.tables_of_deposits import (
    bank_file,
    deposit,
    deposit_act,
    deposit_flag,
    deposit_match,
    deposit_match_remittance,
)

_CLEAR: Final = tuple(column for column in deposit.c if column.name != "details")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deposits a list is of; what is None does not matter."""

    state: str | None = None
    kind: str | None = None
    flag: str | None = None
    trace_number: str | None = None
    first_day: date | None = None
    last_day: date | None = None


async def bank_files(work: Work, *, before: UUID | None, limit: int) -> Sequence[Row[Any]]:
    """Return banks' files without their content, the latest first."""
    columns = [column for column in bank_file.c if column.name != "content"]
    asked = select(*columns).order_by(bank_file.c.id.desc()).limit(limit)
    if before is not None:
        asked = asked.where(bank_file.c.id < before)
    return (await work.execute(asked)).all()


async def listed(work: Work, wanted: Wanted, *, before: UUID | None, limit: int) -> Sequence[Row[Any]]:
    """Return deposits without what is sealed of them, the latest taken in first."""
    asked = select(*_CLEAR).order_by(deposit.c.id.desc()).limit(limit)
    equal = {deposit.c.state: wanted.state, deposit.c.kind: wanted.kind, deposit.c.trace_number: wanted.trace_number}
    asked = asked.where(*(column == value for column, value in equal.items() if value is not None))
    if wanted.first_day is not None:
        asked = asked.where(deposit.c.posted_on >= wanted.first_day)
    if wanted.last_day is not None:
        asked = asked.where(deposit.c.posted_on <= wanted.last_day)
    if wanted.flag is not None:
        flags = select(deposit_flag.c.id).where(
            deposit_flag.c.deposit_id == deposit.c.id,
            deposit_flag.c.kind == wanted.flag,
            deposit_flag.c.ended_at.is_(None),
        )
        asked = asked.where(flags.exists())
    if before is not None:
        asked = asked.where(deposit.c.id < before)
    return (await work.execute(asked)).all()


async def one(work: Work, deposit_id: UUID) -> Row[Any] | None:
    """Return one deposit without what is sealed of it."""
    return (await work.execute(select(*_CLEAR).where(deposit.c.id == deposit_id))).one_or_none()


async def sealed(work: Work, deposit_id: UUID) -> Row[Any] | None:
    """Return one deposit with what is sealed of it; who shows that to a person records it."""
    return (await work.execute(select(deposit).where(deposit.c.id == deposit_id))).one_or_none()


async def matched_with(work: Work, deposit_ids: Collection[UUID]) -> dict[UUID, list[Row[Any]]]:
    """Return what counts as matched with each of these deposits: the match, and each remittance with its file."""
    item = deposit_match_remittance
    rows = await work.execute(
        select(
            deposit_match.c.deposit_id,
            deposit_match.c.id,
            deposit_match.c.how,
            deposit_match.c.matched_by,
            deposit_match.c.matched_at,
            deposit_match.c.reason,
            item.c.remittance_id,
            item.c.cents,
            remittance.c.file_id,
        )
        .join(item, and_(item.c.org_id == deposit_match.c.org_id, item.c.match_id == deposit_match.c.id))
        .join(remittance, and_(remittance.c.org_id == item.c.org_id, remittance.c.id == item.c.remittance_id))
        .where(deposit_match.c.deposit_id.in_(deposit_ids), deposit_match.c.unmatched_at.is_(None))
        .order_by(item.c.remittance_id)
    )
    found: dict[UUID, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.deposit_id, []).append(row)
    return found


async def flags_of(
    work: Work, *, deposit_ids: Collection[UUID] = (), remittance_ids: Collection[UUID] = ()
) -> dict[UUID, list[Row[Any]]]:
    """Return the flags that stand of deposits and of remittances, by the id of either."""
    rows = await work.execute(
        select(deposit_flag)
        .where(
            or_(deposit_flag.c.deposit_id.in_(deposit_ids), deposit_flag.c.remittance_id.in_(remittance_ids)),
            deposit_flag.c.ended_at.is_(None),
        )
        .order_by(deposit_flag.c.id)
    )
    found: dict[UUID, list[Row[Any]]] = {}
    for row in rows:
        for each in (row.deposit_id, row.remittance_id):
            if each is not None:
                found.setdefault(each, []).append(row)
    return found


async def history(work: Work, deposit_id: UUID) -> tuple[Sequence[Row[Any]], Sequence[Row[Any]]]:
    """Return every match of a deposit that there ever was, and every time it was set aside or brought back."""
    matches = await work.execute(
        select(deposit_match).where(deposit_match.c.deposit_id == deposit_id).order_by(deposit_match.c.id)
    )
    acts = await work.execute(
        select(deposit_act).where(deposit_act.c.deposit_id == deposit_id).order_by(deposit_act.c.id)
    )
    return matches.all(), acts.all()


async def awaited(work: Work, *, before: UUID | None, flag: str | None, limit: int) -> Sequence[Row[Any]]:
    """Return posted remittances whose money has not come, the latest first."""
    asked = (
        select(remittance)
        .where(remittance.c.expects_deposit, remittance.c.deposit_match_id.is_(None))
        .order_by(remittance.c.id.desc())
        .limit(limit)
    )
    if flag is not None:
        flags = select(deposit_flag.c.id).where(
            deposit_flag.c.remittance_id == remittance.c.id,
            deposit_flag.c.kind == flag,
            deposit_flag.c.ended_at.is_(None),
        )
        asked = asked.where(flags.exists())
    if before is not None:
        asked = asked.where(remittance.c.id < before)
    return (await work.execute(asked)).all()
