"""Files as they came, sealed, and the transactions in them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or_leave

from claimwright.events import Purpose
from claimwright.messaging.work import Work
from claimwright_remittance.domain.remits.balance import Difference
from claimwright_remittance.domain.remits.file import ReadSet
from claimwright_remittance.domain.remits.identity import PaymentKey
from claimwright_remittance.persistence import tables

UNFINISHED: Final = ("received", "posting")

_LOCK_KEY: Final = text("select pg_advisory_xact_lock(hashtextextended(cast(:key as text), 1))")

_LET_REST: Final = text("select set_config('idle_in_transaction_session_timeout', '60s', true)")


@dataclass(frozen=True, slots=True)
class Registered:
    """One transaction as it is kept: how far its posting is."""

    id: UUID
    file_id: UUID
    set_ordinal: int
    state: str
    claim_count: int
    claims_posted: int
    payment: PaymentKey
    content_sha256: str
    first_remittance_id: UUID | None = None
    held_for: tuple[str, ...] = ()
    policy_id: UUID | None = None


async def lock_hash(work: Work, sha256: str) -> None:
    """Hold a file's hash until the transaction ends, so that the same bytes twice at once are one file."""
    await work.execute(_LOCK_KEY, {"key": f"{work.org_id}{sha256}"})


async def file_with_hash(work: Work, sha256: str) -> UUID | None:
    """Return the file that has these bytes."""
    table = tables.remittance_file
    return (await work.execute(select(table.c.id).where(table.c.sha256 == sha256))).scalar_one_or_none()


async def add_file(work: Work, file_id: UUID, content: bytes, *, sha256: str, source: str, kind: str) -> None:
    """Keep a file, sealed, before anything else is done with it."""
    sealed = await work.seal(Purpose.IDENTITY, content, table="remittance_file", column="content", row=file_id)
    await work.execute(
        insert(tables.remittance_file).values(
            org_id=work.org_id,
            id=file_id,
            sha256=sha256,
            byte_count=len(content),
            content=sealed,
            source=source,
            kind=kind,
            state="received",
            received_at=work.now,
        )
    )


async def delivered(work: Work, route_id: str, message_id: str) -> tuple[UUID, str] | None:
    """Return the file that a callback brought before, and its hash."""
    table, file = tables.callback_delivery, tables.remittance_file
    rows = await work.execute(
        select(file.c.id, file.c.sha256)
        .join(table, (table.c.org_id == file.c.org_id) & (table.c.file_id == file.c.id))
        .where(table.c.route_id == route_id, table.c.message_id == message_id)
    )
    row = rows.one_or_none()
    return None if row is None else (row.id, row.sha256)


async def add_delivery(work: Work, route_id: str, message_id: str, file_id: UUID) -> None:
    """Keep which file a callback brought first, so that its repetition is known, even at the same moment."""
    await work.execute(
        insert_or_leave(tables.callback_delivery)
        .values(org_id=work.org_id, route_id=route_id, message_id=message_id, file_id=file_id, received_at=work.now)
        .on_conflict_do_nothing()
    )


async def unfinished(work: Work, limit: int) -> list[UUID]:
    """Return files that wait for their posting, the earliest first."""
    table = tables.remittance_file
    rows = await work.execute(select(table.c.id).where(table.c.state.in_(UNFINISHED)).order_by(table.c.id).limit(limit))
    return [row.id for row in rows]


async def state_of(work: Work, file_id: UUID, *, lock: bool = False) -> str | None:
    """Return how far a file is; with `lock` nobody else moves it until the transaction ends."""
    table = tables.remittance_file
    asked = select(table.c.state).where(table.c.id == file_id)
    return (await work.execute(asked.with_for_update() if lock else asked)).scalar_one_or_none()


async def content_of(work: Work, file_id: UUID) -> bytes | None:
    """Return a file as it came; who shows it to a person records that."""
    table = tables.remittance_file
    sealed = (await work.execute(select(table.c.content).where(table.c.id == file_id))).scalar_one_or_none()
    if sealed is None:
        return None
    return await work.unseal(Purpose.IDENTITY, sealed, table="remittance_file", column="content", row=file_id)


async def kind_of(work: Work, file_id: UUID) -> str:
    """Return whether a file is as a payer wrote it or as a person entered it."""
    table = tables.remittance_file
    kind: str = (await work.execute(select(table.c.kind).where(table.c.id == file_id))).scalar_one()
    return kind


async def keep_differences(work: Work, file_id: UUID, differences: Sequence[Difference]) -> None:
    """Keep why nothing of a file can be read."""
    table = tables.remittance_file
    told = [difference_json(each) for each in differences]
    await work.execute(update(table).where(table.c.id == file_id).values(differences=told))


async def move_file(work: Work, file_id: UUID, state: str, *, first_file_id: UUID | None = None) -> None:
    """Say how far a file is."""
    table = tables.remittance_file
    await work.execute(
        update(table)
        .where(table.c.id == file_id)
        .values(
            state=state,
            first_file_id=first_file_id,
            finished_at=None if state in UNFINISHED else work.now,
        )
    )


async def lock_payment(work: Work, key: PaymentKey) -> None:
    """Hold a payment's key until the transaction ends, so that two copies of it at once are not both new."""
    await work.execute(_LOCK_KEY, {"key": f"{work.org_id}{key}"})


async def lock_trace(work: Work, key: PaymentKey) -> None:
    """Hold a trace number and amount until the transaction ends, for what was entered by hand beside its 835."""
    await work.execute(_LOCK_KEY, {"key": f"{work.org_id}trace {key.trace_number} {key.payment_cents}"})


@dataclass(frozen=True, slots=True)
class KnownPayment:
    """A transaction that has a payment's key. One of which a part was posted before it was held counts as posted."""

    remittance_id: UUID
    file_id: UUID
    is_held: bool


async def payments_known(work: Work, key: PaymentKey) -> dict[str, KnownPayment]:
    """Return the transactions with a payment's key, by their content's hash."""
    table = tables.remittance
    rows = await work.execute(
        select(table.c.id, table.c.file_id, table.c.content_sha256, table.c.state, table.c.claims_posted)
        .where(
            table.c.trace_number == key.trace_number,
            table.c.payer_id == key.payer_id,
            table.c.trace_payer_id == key.trace_payer_id,
            table.c.payment_date.is_not_distinct_from(key.payment_date),
            table.c.payment_cents == key.payment_cents,
            table.c.state.in_(("posting", "posted", "held")),
        )
        .order_by(table.c.id.desc())
    )
    return {
        row.content_sha256: KnownPayment(row.id, row.file_id, row.state == "held" and row.claims_posted == 0)
        for row in rows
    }


async def seen_on_paper(work: Work, key: PaymentKey, kind: str) -> KnownPayment | None:
    """Return what was posted by the same number and amount and came in the other way: on paper, or as an 835.

    A person copies neither the payer's ids nor the date as an 835 has them, so that the whole key is too much to ask.
    """
    table, file = tables.remittance, tables.remittance_file
    rows = await work.execute(
        select(table.c.id, table.c.file_id)
        .join(file, (file.c.org_id == table.c.org_id) & (file.c.id == table.c.file_id))
        .where(
            table.c.trace_number == key.trace_number,
            table.c.payment_cents == key.payment_cents,
            table.c.state.in_(("posting", "posted")) | (table.c.claims_posted > 0),  # set aside half-way, it counts
            file.c.kind != kind,
        )
        .order_by(table.c.id.desc())
        .limit(1)
    )
    row = rows.first()
    return None if row is None else KnownPayment(row.id, row.file_id, is_held=False)


async def register(
    work: Work,
    remittance_id: UUID,
    file_id: UUID,
    read: ReadSet,
    *,
    state: str,
    differences: Sequence[Difference] = (),
    first_remittance_id: UUID | None = None,
    policy_id: UUID | None = None,
) -> None:
    """Keep one transaction of a file with the state in which its posting begins.

    With a policy only its balanced claims are posted.
    """
    remittance = read.remittance
    await work.execute(
        insert(tables.remittance).values(
            org_id=work.org_id,
            id=remittance_id,
            file_id=file_id,
            set_ordinal=remittance.set_ordinal,
            control_number=remittance.control_number,
            payer_id=remittance.payer_id,
            payer_ids=list(remittance.payer_ids),
            payee_id=remittance.payee_id,
            trace_number=remittance.trace_number,
            trace_payer_id=remittance.trace_payer_id,
            payment_date=remittance.payment_date,
            payment_cents=remittance.payment_cents,
            payment_method=remittance.payment_method,
            handling=remittance.handling,
            content_sha256=read.content_sha256,
            state=state,
            differences=[difference_json(each) for each in differences],
            first_remittance_id=first_remittance_id,
            policy_id=policy_id,
            claim_count=len(remittance.claims),
            claims_posted=0,
            segment=remittance.place.segment,
            byte_start=remittance.place.byte_start,
            byte_end=remittance.place.byte_end,
            registered_at=work.now,
        )
    )


def difference_json(difference: Difference) -> Any:
    """Return a difference as JSON data: codes, cents and places."""
    return asdict(difference)


async def registered(work: Work, file_id: UUID) -> list[Registered]:
    """Return the transactions of a file, in its order."""
    table = tables.remittance
    rows = await work.execute(select(table).where(table.c.file_id == file_id).order_by(table.c.set_ordinal))
    return [_registered(row) for row in rows]


async def find_registered(work: Work, remittance_id: UUID, *, lock: bool = True) -> Registered | None:
    """Return one transaction; locked, nobody else moves it until this one ends.

    Its key stays free, so that postings of other files can name it meanwhile.
    """
    table = tables.remittance
    asked = select(table).where(table.c.id == remittance_id)
    row = (await work.execute(asked.with_for_update(key_share=True) if lock else asked)).one_or_none()
    return None if row is None else _registered(row)


async def lock_registered(work: Work, remittance_id: UUID) -> Registered:
    """Return one transaction that is there, which nobody else moves until this one ends."""
    found = await find_registered(work, remittance_id)
    if found is None:
        raise LookupError(remittance_id)
    return found


async def hold(work: Work, remittance_id: UUID, difference: Difference) -> None:
    """Hold a transaction for one more difference, kept once however often it is met."""
    table = tables.remittance
    told = difference_json(difference)
    before = (await work.execute(select(table.c.differences).where(table.c.id == remittance_id))).scalar_one()
    differences = [*(each for each in before if each["code"] != difference.code), told]
    await work.execute(update(table).where(table.c.id == remittance_id).values(state="held", differences=differences))


async def let_rest(work: Work) -> None:
    """Let this transaction rest for a minute between its statements, where others may for ten seconds.

    Batches of one file share a process, and each waits for the one before it; on a busy machine that takes a while.
    """
    await work.execute(_LET_REST)


async def let_post(work: Work, remittance_id: UUID) -> None:
    """Say that a transaction that was held is to be posted, from where its posting stands."""
    table = tables.remittance
    await work.execute(update(table).where(table.c.id == remittance_id).values(state="posting", posted_at=None))


async def is_behind(work: Work, standing: Registered, first: int) -> bool:
    """Return whether the claims of a transaction from `first` on were posted meanwhile, or are not to be posted."""
    now = await find_registered(work, standing.id, lock=False)
    return now is None or now.state != "posting" or now.claims_posted > first or now.policy_id != standing.policy_id


async def advance(work: Work, standing: Registered, *, first: int, end: int, is_posted: bool) -> bool:
    """Move the mark of how many claims are posted from `first` to `end`; return False where it stands elsewhere.

    Who moves it holds it until the transaction ends, so that no claim is ever passed over or posted twice.
    """
    table = tables.remittance
    moved = await work.execute(
        update(table)
        .where(
            table.c.id == standing.id,
            table.c.state == "posting",
            table.c.claims_posted == first,
            table.c.policy_id.is_not_distinct_from(standing.policy_id),
        )
        .values(
            claims_posted=end,
            state="posted" if is_posted else "posting",
            posted_at=work.now if is_posted else None,
        )
    )
    return moved.rowcount == 1


def _registered(row: Row[Any]) -> Registered:
    return Registered(
        id=row.id,
        file_id=row.file_id,
        set_ordinal=row.set_ordinal,
        state=row.state,
        claim_count=row.claim_count,
        claims_posted=row.claims_posted,
        payment=PaymentKey(row.payer_id, row.trace_number, row.trace_payer_id, row.payment_date, row.payment_cents),
        content_sha256=row.content_sha256,
        first_remittance_id=row.first_remittance_id,
        held_for=tuple(each["code"] for each in row.differences),
        policy_id=row.policy_id,
    )
