"""Lines of banks' files, sealed where they are words, and what belongs to which remittance."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, and_, func, insert, or_, select, text, tuple_, update

from claimwright.events import Purpose
from claimwright.messaging.work import Work
from claimwright_remittance.domain.deposits.ageing import ELECTRONIC, FlagKind
from claimwright_remittance.domain.deposits.lines import BankLine, Identity, Kind, identity_of
from claimwright_remittance.domain.deposits.matching import Awaited, Credit
from claimwright_remittance.domain.remits.remittance import Place
from claimwright_remittance.persistence.tables import posting, remittance
from claimwright_remittance.persistence.tables_of_deposits import (
    bank_file,
    deposit,
    deposit_act,
    deposit_flag,
    deposit_match,
    deposit_match_remittance,
)

_LOCK: Final = text("select pg_advisory_xact_lock(hashtextextended(cast(:org_id as text), 3))")
_WAITS: Final = and_(remittance.c.expects_deposit, remittance.c.deposit_match_id.is_(None))
_AWAITED: Final = (
    remittance.c.id,
    remittance.c.file_id,
    remittance.c.payer_id,
    remittance.c.trace_number,
    remittance.c.trace_payer_id,
    remittance.c.payment_date,
    remittance.c.payment_cents,
    remittance.c.payment_method,
)
_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Words:
    """What of a line stands sealed."""

    account: str
    references: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A deposit as it stands here."""

    credit: Credit
    kind: Kind
    state: str
    bank_file_id: UUID
    place: Place


@dataclass(frozen=True, slots=True)
class Match:
    """A match that counts, with what each of its remittances said would come."""

    id: UUID
    posting_id: UUID
    cents_of: dict[UUID, int]


async def lock(work: Work) -> None:
    """Let nobody else take in, match or flag deposits of this organization until the transaction ends."""
    await work.execute(_LOCK, {"org_id": str(work.org_id)})


async def file_with_hash(work: Work, sha256: str) -> Row[Any] | None:
    """Return the bank's file that has these bytes."""
    columns = (bank_file.c.id, bank_file.c.line_count, bank_file.c.new_count)
    return (await work.execute(select(*columns).where(bank_file.c.sha256 == sha256))).one_or_none()


async def add_file(
    work: Work,
    file_id: UUID,
    content: bytes,
    *,
    sha256: str,
    form: str,
    source: str,
    line_count: int,
    new_count: int,
) -> None:
    """Keep a bank's file, sealed."""
    sealed = await work.seal(Purpose.IDENTITY, content, table="bank_file", column="content", row=file_id)
    await work.execute(
        insert(bank_file).values(
            org_id=work.org_id,
            id=file_id,
            sha256=sha256,
            byte_count=len(content),
            content=sealed,
            format=form,
            source=source,
            line_count=line_count,
            new_count=new_count,
            received_at=work.now,
        )
    )


async def content_of(work: Work, file_id: UUID) -> tuple[bytes, str] | None:
    """Return a bank's file as it came and its format; who shows it to a person records that."""
    row = (
        await work.execute(select(bank_file.c.content, bank_file.c.format).where(bank_file.c.id == file_id))
    ).one_or_none()
    if row is None:
        return None
    plain = await work.unseal(Purpose.IDENTITY, row.content, table="bank_file", column="content", row=file_id)
    return plain, row.format


async def count_known(work: Work, lines: Collection[BankLine]) -> Counter[Identity]:
    """Return how many known lines there are of each identity, among which these lines can be.

    A day and an amount lead to few lines, and those without a trace number are opened: a hash of an account number
    would give it away.
    """
    wanted = sorted({(line.posted_on, line.cents) for line in lines})
    known: Counter[Identity] = Counter()
    for at in range(0, len(wanted), _AT_ONCE):
        rows = await work.execute(
            select(
                deposit.c.id,
                deposit.c.posted_on,
                deposit.c.cents,
                deposit.c.type_code,
                deposit.c.trace_number,
                deposit.c.details,
            ).where(tuple_(deposit.c.posted_on, deposit.c.cents).in_(wanted[at : at + _AT_ONCE]))
        )
        for row in rows:
            words: tuple[object, ...] = ()
            if not row.trace_number:
                said = await words_of(work, row)
                words = (said.account, row.type_code, said.references, said.text)
            known[identity_of(row.posted_on, row.cents, row.trace_number, words)] += 1
    return known


async def words_of(work: Work, row: Row[Any]) -> Words:
    """Return what the bank wrote of a deposit's row; who shows it to a person records that."""
    plain = await work.unseal(Purpose.IDENTITY, row.details, table="deposit", column="details", row=row.id)
    said = json.loads(plain)
    return Words(said["account"], tuple(said["references"]), said["text"])


async def add(work: Work, file_id: UUID, lines: Iterable[tuple[UUID, BankLine, int]]) -> None:
    """Keep lines as deposits; each comes with its id and with the count of equal lines up to it."""
    rows = [
        {
            "org_id": work.org_id,
            "id": deposit_id,
            "bank_file_id": file_id,
            "line": line.line,
            "byte_start": line.byte_start,
            "byte_end": line.byte_end,
            "kind": line.kind.value,
            "type_code": line.type_code,
            "posted_on": line.posted_on,
            "cents": line.cents,
            "trace_number": line.trace.number if line.trace else None,
            "trace_payer_id": (line.trace.payer_id or None) if line.trace else None,
            "occurrence": occurrence,
            "details": await work.seal(
                Purpose.IDENTITY, _details(line), table="deposit", column="details", row=deposit_id
            ),
            "state": "open",
            "received_at": work.now,
        }
        for deposit_id, line, occurrence in lines
    ]
    if rows:
        await work.execute(insert(deposit), rows)


def _details(line: BankLine) -> bytes:
    return json.dumps({"account": line.account, "references": line.references, "text": line.text}).encode()


async def find(work: Work, deposit_id: UUID) -> Kept | None:
    """Return one deposit."""
    row = (await work.execute(select(deposit).where(deposit.c.id == deposit_id))).one_or_none()
    if row is None:
        return None
    return Kept(
        credit=_credit(row),
        kind=Kind(row.kind),
        state=row.state,
        bank_file_id=row.bank_file_id,
        place=Place(row.line, row.byte_start, row.byte_end),
    )


async def pairs_named(work: Work) -> tuple[list[Credit], list[Awaited]]:
    """Return the open deposits and the waiting remittances that have a trace number in common.

    Pairs that are flagged as mismatched are left out, since neither side of them changes any more, and so are pairs
    that a person took apart.
    """
    flagged = (
        select(deposit_flag.c.id)
        .where(
            deposit_flag.c.kind == FlagKind.MISMATCHED.value,
            deposit_flag.c.deposit_id == deposit.c.id,
            deposit_flag.c.remittance_id == remittance.c.id,
            deposit_flag.c.ended_at.is_(None),
        )
        .exists()
    )
    item = deposit_match_remittance
    taken_apart = (
        select(deposit_match.c.id)
        .join(item, and_(item.c.org_id == deposit_match.c.org_id, item.c.match_id == deposit_match.c.id))
        .where(deposit_match.c.deposit_id == deposit.c.id, item.c.remittance_id == remittance.c.id)
        .exists()
    )
    rows = await work.execute(
        select(
            deposit.c.id.label("deposit_id"),
            deposit.c.posted_on,
            deposit.c.cents,
            deposit.c.trace_payer_id.label("said_payer_id"),
            *_AWAITED,
        )
        .join(
            remittance,
            and_(remittance.c.org_id == deposit.c.org_id, remittance.c.trace_number == deposit.c.trace_number),
        )
        .where(deposit.c.state == "open", deposit.c.cents > 0, _WAITS, ~flagged, ~taken_apart)
        .order_by(deposit.c.id)
    )
    credits_: dict[UUID, Credit] = {}
    awaited: dict[UUID, Awaited] = {}
    for row in rows:
        credits_[row.deposit_id] = Credit(row.deposit_id, row.posted_on, row.cents, row.trace_number, row.said_payer_id)
        awaited[row.id] = _awaited(row)
    return list(credits_.values()), list(awaited.values())


async def waiting(work: Work, remittance_ids: Collection[UUID]) -> list[Awaited]:
    """Return those of the remittances that wait for a deposit, which nobody else moves until this transaction ends."""
    rows = await work.execute(
        select(*_AWAITED).where(remittance.c.id.in_(remittance_ids), _WAITS).order_by(remittance.c.id).with_for_update()
    )
    return [_awaited(row) for row in rows]


async def candidates(work: Work, credit: Credit, *, limit: int = 50) -> list[Awaited]:
    """Return waiting remittances with the deposit's amount or its trace number."""
    likely = [remittance.c.payment_cents == credit.cents]
    if credit.trace_number:
        likely.append(remittance.c.trace_number == credit.trace_number)
    rows = await work.execute(
        select(*_AWAITED).where(_WAITS, or_(*likely)).order_by(remittance.c.id.desc()).limit(limit)
    )
    return [_awaited(row) for row in rows]


async def held_with_trace(work: Work, trace_number: str | None, *, limit: int = 20) -> Sequence[Row[Any]]:
    """Return the remittances with a trace number that are held or clash: why nobody posted what the bank shows."""
    if not trace_number:
        return []
    rows = await work.execute(
        select(remittance.c.id, remittance.c.file_id, remittance.c.state, remittance.c.payment_cents)
        .where(remittance.c.trace_number == trace_number, remittance.c.state.in_(("held", "clash")))
        .order_by(remittance.c.id.desc())
        .limit(limit)
    )
    return rows.all()


async def keep_match(
    work: Work, match_id: UUID, deposit_id: UUID, awaited: Sequence[Awaited], *, how: str, reason: str | None
) -> None:
    """Keep that a deposit is the payment of these remittances, and end the flags of all of them."""
    await work.execute(
        insert(deposit_match).values(
            org_id=work.org_id,
            id=match_id,
            deposit_id=deposit_id,
            how=how,
            matched_by=work.actor,
            reason=reason,
            matched_at=work.now,
        )
    )
    await work.execute(
        insert(deposit_match_remittance),
        [
            {
                "org_id": work.org_id,
                "match_id": match_id,
                "remittance_id": each.remittance_id,
                "cents": each.payment_cents,
            }
            for each in awaited
        ],
    )
    ids_ = [each.remittance_id for each in awaited]
    await work.execute(update(remittance).where(remittance.c.id.in_(ids_)).values(deposit_match_id=match_id))
    await move(work, deposit_id, "matched")
    await end_flags(work, deposit_id=deposit_id, remittance_ids=ids_)


async def match_of(work: Work, deposit_id: UUID) -> Match | None:
    """Return the match of a deposit that counts."""
    item = deposit_match_remittance
    rows = (
        await work.execute(
            select(deposit_match.c.id, posting.c.id.label("posting_id"), item.c.remittance_id, item.c.cents)
            .join(item, and_(item.c.org_id == deposit_match.c.org_id, item.c.match_id == deposit_match.c.id))
            .join(
                posting,
                and_(
                    posting.c.org_id == deposit_match.c.org_id,
                    posting.c.cause_kind == "deposit_match",
                    posting.c.cause_id == deposit_match.c.id,
                ),
            )
            .where(deposit_match.c.deposit_id == deposit_id, deposit_match.c.unmatched_at.is_(None))
            .order_by(item.c.remittance_id)
        )
    ).all()
    if not rows:
        return None
    return Match(rows[0].id, rows[0].posting_id, {row.remittance_id: row.cents for row in rows})


async def undo_match(work: Work, match: Match, deposit_id: UUID, *, reason: str) -> None:
    """Keep that a match counts no more; both sides wait again."""
    await work.execute(
        update(deposit_match)
        .where(deposit_match.c.id == match.id)
        .values(unmatched_by=work.actor, unmatch_reason=reason, unmatched_at=work.now)
    )
    await work.execute(
        update(remittance)
        .where(remittance.c.deposit_match_id == match.id, remittance.c.id.in_(list(match.cents_of)))
        .values(deposit_match_id=None)
    )
    await move(work, deposit_id, "open")


async def move(work: Work, deposit_id: UUID, state: str) -> None:
    """Say how a deposit stands."""
    await work.execute(update(deposit).where(deposit.c.id == deposit_id).values(state=state))


async def add_act(work: Work, act_id: UUID, deposit_id: UUID, act: str, reason: str) -> None:
    """Keep who set a deposit aside or brought it back, and why."""
    await work.execute(
        insert(deposit_act).values(
            org_id=work.org_id,
            id=act_id,
            deposit_id=deposit_id,
            act=act,
            reason=reason,
            actor=work.actor,
            at=work.now,
        )
    )


async def add_flag(
    work: Work,
    flag_id: UUID,
    kind: FlagKind,
    *,
    deposit_id: UUID | None = None,
    remittance_id: UUID | None = None,
    reasons: Sequence[str] = (),
) -> None:
    """Keep that something between the bank and the remittances does not fit."""
    await work.execute(
        insert(deposit_flag).values(
            org_id=work.org_id,
            id=flag_id,
            kind=kind.value,
            deposit_id=deposit_id,
            remittance_id=remittance_id,
            reasons=list(reasons),
            raised_at=work.now,
        )
    )


async def end_flags(work: Work, *, deposit_id: UUID, remittance_ids: Collection[UUID] = ()) -> None:
    """End what is flagged of a deposit and of remittances."""
    of_these = or_(deposit_flag.c.deposit_id == deposit_id, deposit_flag.c.remittance_id.in_(remittance_ids))
    await work.execute(
        update(deposit_flag).where(of_these, deposit_flag.c.ended_at.is_(None)).values(ended_at=work.now)
    )


async def remittances_overdue(
    work: Work, *, latest_eft_day: date, latest_check_day: date, limit: int
) -> Sequence[Row[Any]]:
    """Return the remittances, not flagged yet, whose money should have come: those paid on these days or before."""
    is_flagged = (
        select(deposit_flag.c.id)
        .where(
            deposit_flag.c.kind == FlagKind.REMIT_WITHOUT_EFT.value,
            deposit_flag.c.remittance_id == remittance.c.id,
            deposit_flag.c.ended_at.is_(None),
        )
        .exists()
    )
    is_eft = remittance.c.payment_method.in_(ELECTRONIC)
    is_late = or_(
        and_(is_eft, remittance.c.payment_date <= latest_eft_day),
        and_(~is_eft, remittance.c.payment_date <= latest_check_day),
    )
    rows = await work.execute(
        select(*_AWAITED).where(_WAITS, is_late, ~is_flagged).order_by(remittance.c.id).limit(limit)
    )
    return rows.all()


async def deposits_overdue(work: Work, *, latest_day: date, limit: int) -> Sequence[Row[Any]]:
    """Return the electronic credits, not flagged yet, of these days or before for which no remittance came."""
    is_flagged = (
        select(deposit_flag.c.id)
        .where(
            deposit_flag.c.kind == FlagKind.EFT_WITHOUT_REMIT.value,
            deposit_flag.c.deposit_id == deposit.c.id,
            deposit_flag.c.ended_at.is_(None),
        )
        .exists()
    )
    rows = await work.execute(
        select(deposit.c.id, deposit.c.bank_file_id, deposit.c.cents)
        .where(
            deposit.c.state == "open",
            deposit.c.kind == Kind.ACH_CREDIT.value,
            deposit.c.posted_on <= latest_day,
            ~is_flagged,
        )
        .order_by(deposit.c.id)
        .limit(limit)
    )
    return rows.all()


async def counts(work: Work) -> Sequence[Row[Any]]:
    """Return how many deposits stand in each state, by kind, and their cents."""
    rows = await work.execute(
        select(
            deposit.c.state,
            deposit.c.kind,
            func.count().label("number"),
            func.coalesce(func.sum(deposit.c.cents), 0).label("cents"),
        )
        .group_by(deposit.c.state, deposit.c.kind)
        .order_by(deposit.c.state, deposit.c.kind)
    )
    return rows.all()


async def counts_awaited(work: Work) -> Row[Any]:
    """Return how many remittances wait for a deposit, and for how many cents."""
    return (
        await work.execute(
            select(
                func.count().label("number"), func.coalesce(func.sum(remittance.c.payment_cents), 0).label("cents")
            ).where(_WAITS)
        )
    ).one()


async def counts_flagged(work: Work) -> Sequence[Row[Any]]:
    """Return how many flags of each kind stand."""
    rows = await work.execute(
        select(deposit_flag.c.kind, func.count().label("number"))
        .where(deposit_flag.c.ended_at.is_(None))
        .group_by(deposit_flag.c.kind)
        .order_by(deposit_flag.c.kind)
    )
    return rows.all()


def _credit(row: Row[Any]) -> Credit:
    return Credit(row.id, row.posted_on, row.cents, row.trace_number, row.trace_payer_id)


def _awaited(row: Row[Any]) -> Awaited:
    return Awaited(
        remittance_id=row.id,
        file_id=row.file_id,
        payer_id=row.payer_id,
        trace_number=row.trace_number,
        trace_payer_id=row.trace_payer_id,
        payment_date=row.payment_date,
        payment_cents=row.payment_cents,
        payment_method=row.payment_method,
    )
