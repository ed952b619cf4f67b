"""Files as they came, sealed, and the transactions in them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import UUID

import asyncpg
from sqlalchemy import insert, select, update

from claimwright.events import Purpose
from claimwright.messaging.work import Work
from claimwright_remittance.domain.remits.balance import Difference
from claimwright_remittance.domain.remits.file import ReadSet
from claimwright_remittance.domain.remits.identity import PaymentKey
from claimwright_remittance.persistence import tables

UNFINISHED: Final = ("received", "posting")

_LOCK_KEY: Final = "select pg_advisory_xact_lock(hashtextextended($1, 1))"
_LOCK_KEYS: Final = (
    "select pg_advisory_xact_lock(hashtextextended($1, 1)), pg_advisory_xact_lock(hashtextextended($2, 1))"
)
_LET_REST: Final = "select set_config('idle_in_transaction_session_timeout', '60s', true)"
_WITH_HASH: Final = "select id from remittance_file where sha256 = $1"
_DELIVERED: Final = """
    select f.id, f.sha256 from remittance_file f join callback_delivery d on d.org_id = f.org_id and d.file_id = f.id
    where d.route_id = $1 and d.message_id = $2
    """
_ADD_DELIVERY: Final = """
    insert into callback_delivery (org_id, route_id, message_id, file_id, received_at) values ($1, $2, $3, $4, $5)
    on conflict do nothing
    """
_UNFINISHED: Final = "select id from remittance_file where state in ('received', 'posting') order by id limit $1"
_CONTENT: Final = "select content, kind from remittance_file where id = $1"
_LOCK_FILE: Final = "select state, kind from remittance_file where id = $1 for update"
_MOVE_FILE: Final = "update remittance_file set state = $2, first_file_id = $3, finished_at = $4 where id = $1"
_PAYMENTS_KNOWN: Final = """
    select id, file_id, content_sha256, state = 'held' and claims_posted = 0 from remittance
    where trace_number = $1 and payer_id = $2 and trace_payer_id = $3 and payment_date is not distinct from $4
      and payment_cents = $5 and state in ('posting', 'posted', 'held')
    order by id desc
    """
# Set aside half-way, a transaction counts as posted.
_SEEN_OTHERWISE: Final = """
    select r.id, r.file_id from remittance r join remittance_file f on f.org_id = r.org_id and f.id = r.file_id
    where r.trace_number = $1 and r.payment_cents = $2 and (r.state in ('posting', 'posted') or r.claims_posted > 0)
      and f.kind <> $3
    order by r.id desc limit 1
    """
_REGISTERED: Final = """
    select id, file_id, set_ordinal, state, claim_count, claims_posted, payer_id, trace_number, trace_payer_id,
           payment_date, payment_cents, content_sha256, first_remittance_id, differences, policy_id
    from remittance
    """
_OF_FILE: Final = f"{_REGISTERED} where file_id = $1 order by set_ordinal"
_ONE: Final = f"{_REGISTERED} where id = $1"
_ONE_LOCKED: Final = f"{_ONE} for no key update"
_ADVANCE: Final = """
    update remittance set claims_posted = $3, state = $4, posted_at = $5
    where id = $1 and state = 'posting' and claims_posted = $2 and policy_id is not distinct from $6
    returning id
    """


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
    await work.fetch(_LOCK_KEY, f"{work.org_id}{sha256}")


async def file_with_hash(work: Work, sha256: str) -> UUID | None:
    """Return the file that has these bytes."""
    found = await work.fetch(_WITH_HASH, sha256)
    return found[0][0] if found else None


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
    found = await work.fetch(_DELIVERED, route_id, message_id)
    return (found[0][0], found[0][1]) if found else None


async def add_delivery(work: Work, route_id: str, message_id: str, file_id: UUID) -> None:
    """Keep which file a callback brought first, so that its repetition is known, even at the same moment."""
    await work.fetch(_ADD_DELIVERY, work.org_id, route_id, message_id, file_id, work.now)


async def unfinished(work: Work, limit: int) -> list[UUID]:
    """Return files that wait for their posting, the earliest first."""
    return [file_id for (file_id,) in await work.fetch(_UNFINISHED, limit)]


async def lock_file(work: Work, file_id: UUID) -> tuple[str, str]:
    """Return how far a file is, and its kind; nobody else moves it until the transaction ends."""
    ((state, kind),) = await work.fetch(_LOCK_FILE, file_id)
    return state, kind


async def content_of(work: Work, file_id: UUID) -> bytes | None:
    """Return a file as it came; who shows it to a person records that."""
    found = await paper_of(work, file_id)
    return found[0] if found else None


async def paper_of(work: Work, file_id: UUID) -> tuple[bytes, str] | None:
    """Return a file as it came, and whether a payer wrote it so or a person entered it."""
    found = await work.fetch(_CONTENT, file_id)
    if not found:
        return None
    sealed, kind = found[0]
    opened = await work.unseal(Purpose.IDENTITY, sealed, table="remittance_file", column="content", row=file_id)
    return opened, kind


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
    await work.fetch(_MOVE_FILE, file_id, state, first_file_id, None if state in UNFINISHED else work.now)


async def lock_payment(work: Work, key: PaymentKey) -> None:
    """Hold a payment until the transaction ends, so that two copies of it at once are not both new.

    What was entered by hand beside its 835 has the same trace number and amount only, so these are held first.
    """
    trace = f"trace {key.trace_number} {key.payment_cents}"
    await work.fetch(_LOCK_KEYS, f"{work.org_id}{trace}", f"{work.org_id}{key}")


@dataclass(frozen=True, slots=True)
class KnownPayment:
    """A transaction that has a payment's key. One of which a part was posted before it was held counts as posted."""

    remittance_id: UUID
    file_id: UUID
    is_held: bool


async def payments_known(work: Work, key: PaymentKey) -> dict[str, KnownPayment]:
    """Return the transactions with a payment's key, by their content's hash."""
    return {
        content_sha256: KnownPayment(remittance_id, file_id, is_held)
        for remittance_id, file_id, content_sha256, is_held in await work.fetch(
            _PAYMENTS_KNOWN, key.trace_number, key.payer_id, key.trace_payer_id, key.payment_date, key.payment_cents
        )
    }


async def seen_on_paper(work: Work, key: PaymentKey, kind: str) -> KnownPayment | None:
    """Return what was posted by the same number and amount and came in the other way: on paper, or as an 835.

    A person copies neither the payer's ids nor the date as an 835 has them, so that the whole key is too much to ask.
    """
    found = await work.fetch(_SEEN_OTHERWISE, key.trace_number, key.payment_cents, kind)
    return KnownPayment(found[0][0], found[0][1], is_held=False) if found else None


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
    return [_registered(row) for row in await work.fetch(_OF_FILE, file_id)]


async def find_registered(work: Work, remittance_id: UUID, *, lock: bool = True) -> Registered | None:
    """Return one transaction; locked, nobody else moves it until this one ends.

    Its key stays free, so that postings of other files can name it meanwhile.
    """
    found = await work.fetch(_ONE_LOCKED if lock else _ONE, remittance_id)
    return _registered(found[0]) if found else None


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
    await work.fetch(_LET_REST)


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
    moved = await work.fetch(
        _ADVANCE,
        standing.id,
        first,
        end,
        "posted" if is_posted else "posting",
        work.now if is_posted else None,
        standing.policy_id,
    )
    return len(moved) == 1


def _registered(row: asyncpg.Record) -> Registered:
    return Registered(
        id=row["id"],
        file_id=row["file_id"],
        set_ordinal=row["set_ordinal"],
        state=row["state"],
        claim_count=row["claim_count"],
        claims_posted=row["claims_posted"],
        payment=PaymentKey(
            row["payer_id"], row["trace_number"], row["trace_payer_id"], row["payment_date"], row["payment_cents"]
        ),
        content_sha256=row["content_sha256"],
        first_remittance_id=row["first_remittance_id"],
        held_for=tuple(each["code"] for each in row["differences"]),
        policy_id=row["policy_id"],
    )
