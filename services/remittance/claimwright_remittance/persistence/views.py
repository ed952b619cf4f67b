"""Lists and pages for the API: rows as they are asked for, without a decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, func, or_, select, true, tuple_
from sqlalchemy.dialects.postgresql import aggregate_order_by

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright_remittance.domain.ledger.entries import Entry
from claimwright_remittance.domain.remits.suggestions import SHORTEST, Known, cleaned
from claimwright_remittance.persistence import tables
from claimwright_remittance.persistence.claims import entry_of


@dataclass(frozen=True, slots=True)
class LedgerPosting:
    """One posting with the entries of one claim."""

    id: UUID
    cause_kind: str
    cause_id: UUID
    day: date
    posted_at: datetime
    corrects: UUID | None
    entries: tuple[tuple[Entry, UUID | None], ...]


async def files(
    work: Work, *, before: UUID | None, limit: int, state: str | None = None, kind: str | None = None
) -> Sequence[Row[Any]]:
    """Return files, in one state or of one kind where that is asked, the latest first."""
    table = tables.remittance_file
    asked = select(table).order_by(table.c.id.desc()).limit(limit)
    if state is not None:
        asked = asked.where(table.c.state == state)
    if kind is not None:
        asked = asked.where(table.c.kind == kind)
    if before is not None:
        asked = asked.where(table.c.id < before)
    return (await work.execute(_without_content(asked))).all()


async def file(work: Work, file_id: UUID) -> Row[Any] | None:
    """Return one file without its content."""
    table = tables.remittance_file
    return (await work.execute(_without_content(select(table).where(table.c.id == file_id)))).first()


def _without_content(asked: Any) -> Any:
    table = tables.remittance_file
    return asked.with_only_columns(*(column for column in table.c if column.name != "content"))


async def remittances(work: Work, file_id: UUID) -> Sequence[Row[Any]]:
    """Return the transactions of a file in its order."""
    table = tables.remittance
    asked = _with_proposal().where(table.c.file_id == file_id).order_by(table.c.set_ordinal)
    return (await work.execute(asked)).all()


async def remittances_in(work: Work, state: str, *, before: UUID | None, limit: int) -> Sequence[Row[Any]]:
    """Return the transactions in one state, the latest first."""
    table = tables.remittance
    asked = _with_proposal().where(table.c.state == state).order_by(table.c.id.desc()).limit(limit)
    if before is not None:
        asked = asked.where(table.c.id < before)
    return (await work.execute(asked)).all()


def _with_proposal() -> Any:
    """Return the question for transactions with who proposed to post them as they are, if anybody did."""
    table, said = tables.remittance, tables.acceptance
    is_about = (said.c.org_id == table.c.org_id) & (said.c.remittance_id == table.c.id)
    return select(table, said.c.proposed_by).outerjoin(said, is_about)


async def remit_claims(work: Work, file_id: UUID, *, after: tuple[int, int, int], limit: int) -> Sequence[Row[Any]]:
    """Return the posted claims of a file in its order, from behind (set, claim, part) on.

    The claims of a transaction are read in the order of their key, and no more of them than the page has room for.
    """
    claim, remittance = tables.remit_claim, tables.remittance
    set_ordinal, ordinal, part = after
    is_same_set = remittance.c.set_ordinal == set_ordinal
    page = (
        select(claim)
        .where(
            claim.c.org_id == remittance.c.org_id,
            claim.c.remittance_id == remittance.c.id,
            tuple_(claim.c.ordinal, claim.c.part)
            > tuple_(case((is_same_set, ordinal), else_=0), case((is_same_set, part), else_=0)),
        )
        .order_by(claim.c.ordinal, claim.c.part)
        .limit(limit)
        .lateral("page")
    )
    rows = await work.execute(
        select(page, remittance.c.set_ordinal)
        .select_from(remittance.join(page, true()))
        .where(remittance.c.file_id == file_id, remittance.c.set_ordinal >= set_ordinal)
        .order_by(remittance.c.set_ordinal, page.c.ordinal, page.c.part)
        .limit(limit)
    )
    return rows.all()


async def provider_items(work: Work, file_id: UUID) -> Sequence[Row[Any]]:
    """Return the provider-level adjustments of a file."""
    item, remittance = tables.provider_item, tables.remittance
    rows = await work.execute(
        select(item, remittance.c.set_ordinal)
        .join(remittance, (remittance.c.org_id == item.c.org_id) & (remittance.c.id == item.c.remittance_id))
        .where(remittance.c.file_id == file_id)
        .order_by(remittance.c.set_ordinal, item.c.ordinal)
    )
    return rows.all()


async def claim_postings(work: Work, claim_id: UUID) -> list[LedgerPosting]:
    """Return what was posted to one claim, in order."""
    entry, posting = tables.ledger_entry, tables.posting
    rows = await work.execute(
        select(entry, posting.c.cause_kind, posting.c.cause_id, posting.c.day, posting.c.posted_at, posting.c.corrects)
        .join(posting, (posting.c.org_id == entry.c.org_id) & (posting.c.id == entry.c.posting_id))
        .where(entry.c.claim_id == claim_id)
        .order_by(entry.c.posting_id, entry.c.ordinal)
    )
    by_posting: dict[UUID, list[Row[Any]]] = {}
    for row in rows:
        by_posting.setdefault(row.posting_id, []).append(row)
    return [
        LedgerPosting(
            id=posting_id,
            cause_kind=entries[0].cause_kind,
            cause_id=entries[0].cause_id,
            day=entries[0].day,
            posted_at=entries[0].posted_at,
            corrects=entries[0].corrects,
            entries=tuple((entry_of(row), row.artifact_id) for row in entries),
        )
        for posting_id, entries in by_posting.items()
    ]


async def outcomes(work: Work, claim_id: UUID) -> Sequence[Row[Any]]:
    """Return every version of what each payer order came to."""
    table = tables.claim_outcome
    asked = select(table).where(table.c.claim_id == claim_id).order_by(table.c.payer_order, table.c.version)
    return (await work.execute(asked)).all()


async def denials(work: Work, claim_id: UUID) -> Sequence[Row[Any]]:
    """Return the denial cases of a claim."""
    table = tables.denial_case
    return (await work.execute(select(table).where(table.c.claim_id == claim_id).order_by(table.c.id))).all()


async def account_state(work: Work, claim_id: UUID) -> str | None:
    """Return whether a claim's account is open, released to the patient or closed."""
    table = tables.claim_account
    return (await work.execute(select(table.c.state).where(table.c.claim_id == claim_id))).scalar_one_or_none()


async def is_billed(work: Work, claim_id: UUID) -> bool:
    """Return whether a claim is known here."""
    table = tables.billed_claim
    return (
        await work.execute(select(table.c.claim_id).where(table.c.claim_id == claim_id).limit(1))
    ).first() is not None


async def waiting_in_suspense(
    work: Work, *, before: UUID | None, limit: int, held_for: str | None = None, payer_id: str | None = None
) -> Sequence[Row[Any]]:
    """Return the remit claims whose money has no home, the latest first; for one reason or of one payer where asked."""
    claim, remittance = tables.remit_claim, tables.remittance
    asked = (
        select(claim, remittance.c.file_id, remittance.c.payer_id)
        .join(remittance, (remittance.c.org_id == claim.c.org_id) & (remittance.c.id == claim.c.remittance_id))
        .where(claim.c.standing == "held")
        .order_by(claim.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        asked = asked.where(claim.c.id < before)
    if held_for is not None:
        asked = asked.where(claim.c.held_for == held_for)
    if payer_id is not None:
        asked = asked.where(remittance.c.payer_id == payer_id)
    return (await work.execute(asked)).all()


async def suspense_counts(work: Work) -> Sequence[Row[Any]]:
    """Return how many remit claims wait for each reason, and for how many cents."""
    claim = tables.remit_claim
    cents = func.coalesce(func.sum(claim.c.paid_cents), 0).label("cents")
    asked = (
        select(claim.c.held_for, func.count().label("number"), cents)
        .where(claim.c.standing == "held")
        .group_by(claim.c.held_for)
        .order_by(claim.c.held_for)
    )
    return (await work.execute(asked)).all()


async def file_counts(work: Work) -> dict[str, int]:
    """Return how many files are in each state."""
    table = tables.remittance_file
    rows = await work.execute(select(table.c.state, func.count().label("number")).group_by(table.c.state))
    return {row.state: row.number for row in rows}


async def waiting_counts(work: Work) -> dict[str, int]:
    """Return how many transactions wait for a person, by state."""
    table = tables.remittance
    asked = select(table.c.state, func.count().label("number")).where(table.c.state.in_(("held", "clash")))
    return {row.state: row.number for row in await work.execute(asked.group_by(table.c.state))}


async def numbers_like(work: Work, number: str, limit: int = 50) -> list[Known]:
    """Return numbers of ours that share a piece with the given one; `suggest` tells which of them may be meant."""
    table = tables.billed_claim
    given = cleaned(number)
    if len(given) < SHORTEST:
        return []
    column = table.c.patient_control_number
    pieces = [given[at : at + SHORTEST] for at in range(len(given) - SHORTEST + 1)]
    rows = await work.execute(
        select(column, table.c.claim_id, table.c.charge_cents)
        .where(or_(*(column.contains(piece, autoescape=True) for piece in pieces[:20])))
        .distinct()
        .limit(limit)
    )
    return [Known(row.patient_control_number, ids.text(ids.CLAIM, row.claim_id), row.charge_cents) for row in rows]


async def provider_levels(work: Work, *, after: str, limit: int) -> Sequence[Row[Any]]:
    """Return provider-level items by their key, with all that stood under each."""
    table = tables.provider_item
    rows = await work.execute(
        select(
            table.c.item_key,
            func.min(table.c.code).label("code"),
            func.min(table.c.account).label("account"),
            func.array_agg(aggregate_order_by(table.c.cents, table.c.id)).label("amounts"),
            func.array_agg(table.c.claim_id).label("claim_ids"),
        )
        .where(table.c.item_key > after)
        .group_by(table.c.item_key)
        .order_by(table.c.item_key)
        .limit(limit)
    )
    return rows.all()
