"""The books of claims: locked, loaded and kept in bulk, so that a file of many claims asks few questions."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, insert, select, text, update

from claimwright.events.lifecycle_words import Outcome
from claimwright.messaging.work import Work
from claimwright_remittance.domain.billing import BilledClaim, BilledLine
from claimwright_remittance.domain.claims.books import AccountState, ClaimBooks, Posted
from claimwright_remittance.domain.ledger.chart import Account
from claimwright_remittance.domain.ledger.entries import CauseKind, Entry, Posting, Spot
from claimwright_remittance.domain.remits.matching import weakest
from claimwright_remittance.domain.remits.numbers import ours
from claimwright_remittance.domain.remits.remittance import Place, RemitClaim
from claimwright_remittance.domain.remits.standing import Heard, HeldFor, Move, Standing
from claimwright_remittance.persistence import content, tables
from claimwright_remittance.persistence.bulk import Insertion, among
from claimwright_remittance.persistence.tables_of_acts import claim_drop, person_act_shift

_LOCK_NUMBERS: Final = text(
    "select pg_advisory_xact_lock(hashtextextended(cast(:org_id as text) || number, 0)) "
    "from unnest(cast(:numbers as text[])) as number"
)
_ACCOUNTS: Final = text(
    "insert into claim_account (org_id, claim_id, state, patient_cents, changed_at) "
    "select :org_id, claim_id, 'open', 0, :now from unnest(cast(:claim_ids as uuid[])) as claim_id "
    "on conflict do nothing returning claim_id"
)
_STATES: Final = text(
    "update claim_account set state = given.state, patient_cents = given.cents, changed_at = :now "
    "from unnest(cast(:claim_ids as uuid[]), cast(:states as text[]), cast(:cents as bigint[])) "
    "as given(claim_id, state, cents) where claim_account.claim_id = given.claim_id"
)
_REMIT_CLAIMS: Final = Insertion(
    tables.remit_claim,
    "id",
    "remittance_id",
    "ordinal",
    "part",
    "split_from",
    "patient_control_number",
    "claim_outcome_code",
    "payer_claim_control_number",
    "charge_cents",
    "paid_cents",
    "content",
    "claim_id",
    "submission_id",
    "payer_order",
    "matches",
    "rung",
    "standing",
    "held_for",
    "pairs_with",
    "arrived_at",
)

_BILLED_CLAIMS: Final = Insertion(
    tables.billed_claim,
    "submission_id",
    "claim_id",
    "patient_control_number",
    "payer_order",
    "frequency",
    "encounter_version",
    "payer_count",
    "payer_id",
    "charge_cents",
    "parties",
    "traceparent",
    "queued_at",
)
_BILLED_LINES: Final = Insertion(
    tables.billed_line,
    "submission_id",
    "line",
    "line_control_number",
    "procedure_code",
    "modifiers",
    "charge_cents",
    "units",
    "service_date",
    "service_date_to",
)

_in_order: Final = itemgetter(*_REMIT_CLAIMS.columns)

WAITS_FOR_ITS_CLAIM: Final = (HeldFor.NUMBER_UNKNOWN.value, HeldFor.CLAIM_DROPPED.value)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a remit claim came from."""

    file_id: UUID
    remittance_id: UUID
    payment_date: date | None
    payer_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """Which version of its encounter a submission says, its people sealed for that version, and its trace."""

    encounter_version: int
    parties: bytes
    traceparent: str | None


async def lock_numbers(work: Work, numbers: Iterable[str]) -> None:
    """Hold patient control numbers until the transaction ends.

    A claim and its answer may come at the same moment; whoever comes second has to see the first. The numbers are held
    in their order, so that two files with the same claims wait and do not lock each other out.
    """
    await work.execute(_LOCK_NUMBERS, {"org_id": str(work.org_id), "numbers": sorted(set(numbers))})


async def claims_numbered(work: Work, numbers: Collection[str]) -> dict[str, UUID]:
    """Return which claim each of these patient control numbers is of; unknown ones are left out."""
    table = tables.billed_claim
    rows = await work.execute(
        select(table.c.patient_control_number, table.c.claim_id)
        .where(among(table.c.patient_control_number, numbers))
        .distinct()
    )
    return {row.patient_control_number: row.claim_id for row in rows}


async def load(work: Work, claim_ids: Collection[UUID]) -> tuple[dict[UUID, ClaimBooks], dict[UUID, Source]]:
    """Lock and return the books of claims, and the source of each remit claim in them.

    A claim that nothing is known of has empty books.
    """
    if not claim_ids:
        return {}, {}
    made = await work.execute(_ACCOUNTS, {"org_id": work.org_id, "claim_ids": sorted(claim_ids), "now": work.now})
    new = {row.claim_id: ClaimBooks(claim_id=row.claim_id) for row in made}
    ordered = sorted(set(claim_ids) - new.keys())
    if not ordered:
        return new, {}
    account = tables.claim_account
    accounts = await work.execute(
        select(account).where(among(account.c.claim_id, ordered)).order_by(account.c.claim_id).with_for_update()
    )
    states = {row.claim_id: row for row in accounts}
    submissions = await _submissions(work, ordered)
    heard, sources = await _heard(work, ordered)
    postings = await _postings(work, ordered)
    outcomes = await _outcomes(work, ordered)
    books = {
        claim_id: ClaimBooks(
            claim_id=claim_id,
            submissions=tuple(submissions[claim_id]),
            heard=tuple(heard[claim_id]),
            postings=tuple(postings[claim_id]),
            outcomes=tuple(outcomes[claim_id]),
            state=AccountState(states[claim_id].state),
            patient_cents=states[claim_id].patient_cents,
        )
        for claim_id in ordered
    }
    return new | books, sources


async def held_without_claim(work: Work, numbers: Collection[str]) -> dict[str, list[tuple[UUID, RemitClaim, Source]]]:
    """Return the remit claims that wait for claims with these numbers, by number, in the order in which they came.

    What a person took off a claim waits for a person.
    """
    claim, remittance = tables.remit_claim, tables.remittance
    rows = await work.execute(
        select(claim.c.id, claim.c.patient_control_number, claim.c.content, claim.c.remittance_id, *SOURCE_COLUMNS)
        .join(remittance, (remittance.c.org_id == claim.c.org_id) & (remittance.c.id == claim.c.remittance_id))
        .where(
            among(claim.c.patient_control_number, numbers),
            claim.c.claim_id.is_(None),
            claim.c.held_for.in_(WAITS_FOR_ITS_CLAIM),
        )
        .order_by(claim.c.arrived)
    )
    found: dict[str, list[tuple[UUID, RemitClaim, Source]]] = {}
    for row in rows:
        found.setdefault(row.patient_control_number, []).append((row.id, content.claim_of(row.content), source_of(row)))
    return found


async def seen(work: Work, claim_id: UUID) -> ClaimBooks:
    """Return what was billed of a claim and what its payers said, for a page: nothing is locked, no posting is read."""
    submissions = (await _submissions(work, [claim_id]))[claim_id]
    heard, _ = await _heard(work, [claim_id])
    return ClaimBooks(claim_id, submissions=tuple(submissions), heard=tuple(heard[claim_id]))


async def add_submissions(work: Work, new: Sequence[tuple[BilledClaim, Version]]) -> None:
    """Keep submissions as they were sent."""
    await _BILLED_CLAIMS.add(
        work,
        [
            (
                billed.submission_id,
                billed.claim_id,
                billed.patient_control_number,
                billed.payer_order,
                billed.frequency,
                version.encounter_version,
                billed.payer_count,
                billed.payer_id,
                billed.charge_cents,
                version.parties,
                version.traceparent,
                work.now,
            )
            for billed, version in new
        ],
    )
    await _add_lines(work, [billed for billed, _ in new])


async def replace_submission(work: Work, billed: BilledClaim, version: Version, *, event_id: UUID) -> None:
    """Put a newer version in the place of a submission, and keep which event brought it: the ledger's cause."""
    table, line = tables.billed_claim, tables.billed_line
    await work.execute(
        update(table)
        .where(table.c.submission_id == billed.submission_id)
        .values(
            encounter_version=version.encounter_version,
            payer_count=billed.payer_count,
            payer_id=billed.payer_id,
            charge_cents=billed.charge_cents,
            parties=version.parties,
            traceparent=version.traceparent,
            queued_at=work.now,
            dropped_at=None,
        )
    )
    await work.execute(delete(line).where(line.c.submission_id == billed.submission_id))
    await _add_lines(work, [billed])
    await work.execute(
        insert(tables.billed_claim_change).values(
            org_id=work.org_id,
            id=event_id,
            submission_id=billed.submission_id,
            encounter_version=version.encounter_version,
            charge_cents=billed.charge_cents,
            changed_at=work.now,
        )
    )


async def drop_submission(work: Work, submission_id: UUID, *, event_id: UUID, reason: str) -> None:
    """Keep that a submission is sent to nobody, and which event said so: the ledger's cause."""
    table = tables.billed_claim
    await work.execute(update(table).where(table.c.submission_id == submission_id).values(dropped_at=work.now))
    await work.execute(
        insert(claim_drop).values(
            org_id=work.org_id, id=event_id, submission_id=submission_id, reason=reason, dropped_at=work.now
        )
    )


async def versions_of(work: Work, submission_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return which version of its encounter each submission was kept with; those that are not kept are left out."""
    table = tables.billed_claim
    rows = await work.execute(
        select(table.c.submission_id, table.c.encounter_version).where(among(table.c.submission_id, submission_ids))
    )
    return {row.submission_id: row.encounter_version for row in rows}


async def numbers_of(work: Work, submission_id: UUID) -> list[str]:
    """Return the patient control number of a submission that is kept here."""
    table = tables.billed_claim
    rows = await work.execute(select(table.c.patient_control_number).where(table.c.submission_id == submission_id))
    return [row.patient_control_number for row in rows]


async def _add_lines(work: Work, submissions: Sequence[BilledClaim]) -> None:
    await _BILLED_LINES.add(
        work,
        [
            (
                billed.submission_id,
                line.line,
                line.line_control_number,
                line.procedure_code,
                list(line.modifiers),
                line.charge_cents,
                line.units,
                line.service_date,
                line.service_date_to,
            )
            for billed in submissions
            for line in billed.lines
        ],
    )


async def traceparents(work: Work, numbers: Collection[str]) -> list[str]:
    """Return where the traces of these claims began."""
    table = tables.billed_claim
    rows = await work.execute(
        select(table.c.traceparent).where(
            among(table.c.patient_control_number, numbers), table.c.traceparent.is_not(None)
        )
    )
    return [row.traceparent for row in rows]


async def add_remit_claims(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    """Add remit claims in the order of their arrival; `remit_claim_row` makes the rows."""
    await _REMIT_CLAIMS.add(work, [_in_order(row) for row in rows])


def remit_claim_row(
    work: Work,
    remit_claim_id: UUID,
    claim: RemitClaim,
    *,
    remittance_id: UUID,
    heard: Heard | None = None,
    billed: BilledClaim | None = None,
    held_for: HeldFor | None = None,
) -> dict[str, Any]:
    """Return the row of a remit claim that has just come, with or without its claim."""
    return {
        "id": remit_claim_id,
        "remittance_id": remittance_id,
        "ordinal": claim.ordinal,
        "part": 0,
        "split_from": None,
        "patient_control_number": ours(claim.patient_control_number),
        "claim_outcome_code": claim.claim_outcome_code,
        "payer_claim_control_number": claim.payer_claim_control_number,
        "charge_cents": claim.charge_cents,
        "paid_cents": claim.paid_cents,
        "content": content.claim_text(claim),
        "arrived_at": work.now,
        **_standing_values(heard, billed, held_for),
        "matches": content.matches_text(heard.matches) if heard else None,
    }


async def move_remit_claims(work: Work, moves: Sequence[tuple[Move, BilledClaim]]) -> None:
    """Give remit claims that were here before the standing that a move gave them."""
    if not moves:
        return
    table = tables.remit_claim
    await work.execute(
        update(table)
        .where(table.c.id == bindparam("moved_id"))
        .values({name: bindparam(f"new_{name}") for name in _standing_values(None, None, None)}),
        [
            {
                "moved_id": move.heard.remit_claim_id,
                **{f"new_{name}": value for name, value in _moved(move, billed).items()},
            }
            for move, billed in moves
        ],
    )


async def keep_capitation(work: Work, known: Sequence[tuple[UUID, RemitClaim, RemitClaim]]) -> None:
    """Keep of remit claims whether a contract by head was in force, where that is another answer than before.

    Shape: `known` has each remit claim's id, what is kept of it, and the same as it counts now. What counts has to be
    read again as it was posted, or its reversal takes back something else.
    """
    changed = [each for each in known if each[1].is_under_capitation != each[2].is_under_capitation]
    if not changed:
        return
    table = tables.remit_claim
    await work.execute(
        update(table).where(table.c.id == bindparam("kept_id")).values(content=bindparam("new_content")),
        [{"kept_id": each_id, "new_content": content.claim_json(after)} for each_id, _, after in changed],
    )


async def keep_state(work: Work, books: Sequence[ClaimBooks]) -> None:
    """Keep how each claim's account stands."""
    if not books:
        return
    await work.execute(
        _STATES,
        {
            "now": work.now,
            "claim_ids": [each.claim_id for each in books],
            "states": [each.state.value for each in books],
            "cents": [each.patient_cents for each in books],
        },
    )


def _moved(move: Move, billed: BilledClaim) -> dict[str, Any]:
    return _standing_values(move.heard, billed, move.heard.held_for)


def _standing_values(heard: Heard | None, billed: BilledClaim | None, held_for: HeldFor | None) -> dict[str, Any]:
    standing = heard.standing if heard and heard.standing else Standing.HELD
    return {
        "claim_id": billed.claim_id if billed else None,
        "submission_id": billed.submission_id if billed else None,
        "payer_order": heard.payer_order if heard else None,
        "matches": content.matches_json(heard.matches) if heard else None,
        "rung": weakest(heard.matches).value if heard else None,
        "standing": standing.value,
        "held_for": held_for.value if held_for else None,
        "pairs_with": heard.pairs_with if heard else None,
    }


async def _submissions(work: Work, claim_ids: Sequence[UUID]) -> defaultdict[UUID, list[BilledClaim]]:
    claim, line = tables.billed_claim, tables.billed_line
    lines: defaultdict[UUID, list[BilledLine]] = defaultdict(list)
    claims = (
        await work.execute(
            select(claim).where(among(claim.c.claim_id, claim_ids)).order_by(claim.c.queued_at, claim.c.submission_id)
        )
    ).all()
    rows = await work.execute(
        select(line)
        .where(among(line.c.submission_id, [each.submission_id for each in claims]))
        .order_by(line.c.submission_id, line.c.line)
    )
    for row in rows:
        lines[row.submission_id].append(
            BilledLine(
                line=row.line,
                line_control_number=row.line_control_number,
                procedure_code=row.procedure_code,
                modifiers=tuple(row.modifiers),
                charge_cents=row.charge_cents,
                units=row.units,
                service_date=row.service_date,
                service_date_to=row.service_date_to,
            )
        )
    submissions: defaultdict[UUID, list[BilledClaim]] = defaultdict(list)
    for row in claims:
        submissions[row.claim_id].append(
            BilledClaim(
                claim_id=row.claim_id,
                submission_id=row.submission_id,
                patient_control_number=row.patient_control_number,
                payer_order=row.payer_order,
                payer_count=row.payer_count,
                payer_id=row.payer_id,
                frequency=row.frequency,
                lines=tuple(lines[row.submission_id]),
                is_dropped=row.dropped_at is not None,
            )
        )
    return submissions


async def _heard(work: Work, claim_ids: Sequence[UUID]) -> tuple[defaultdict[UUID, list[Heard]], dict[UUID, Source]]:
    claim, remittance = tables.remit_claim, tables.remittance
    rows = await work.execute(
        select(claim, *SOURCE_COLUMNS)
        .join(remittance, (remittance.c.org_id == claim.c.org_id) & (remittance.c.id == claim.c.remittance_id))
        .where(among(claim.c.claim_id, claim_ids))
        .order_by(claim.c.arrived)
    )
    heard: defaultdict[UUID, list[Heard]] = defaultdict(list)
    sources: dict[UUID, Source] = {}
    for row in rows:
        sources[row.id] = source_of(row)
        heard[row.claim_id].append(
            Heard(
                remit_claim_id=row.id,
                payer_order=row.payer_order,
                claim=content.claim_of(row.content),
                matches=content.matches_of(row.matches),
                standing=Standing(row.standing),
                held_for=HeldFor(row.held_for) if row.held_for else None,
                pairs_with=row.pairs_with,
            )
        )
    return heard, sources


async def _postings(work: Work, claim_ids: Sequence[UUID]) -> defaultdict[UUID, list[Posted]]:
    entry, posting, shift = tables.ledger_entry, tables.posting, person_act_shift
    rows = await work.execute(
        select(
            entry,
            posting.c.cause_kind,
            posting.c.cause_id,
            posting.c.posted_at,
            posting.c.day,
            posting.c.corrects,
            shift.c.remit_claim_id,
        )
        .join(posting, (posting.c.org_id == entry.c.org_id) & (posting.c.id == entry.c.posting_id))
        .outerjoin(
            shift,
            (posting.c.cause_kind == CauseKind.PERSON_ACT.value)
            & (shift.c.org_id == posting.c.org_id)
            & (shift.c.id == posting.c.cause_id),
        )
        .where(among(entry.c.claim_id, claim_ids))
        .order_by(entry.c.posting_id, entry.c.ordinal)
    )
    by_posting: dict[tuple[UUID, UUID], list[Row[Any]]] = {}
    for row in rows:
        by_posting.setdefault((row.claim_id, row.posting_id), []).append(row)
    postings: defaultdict[UUID, list[Posted]] = defaultdict(list)
    for (claim_id, posting_id), entries in by_posting.items():
        first = entries[0]
        postings[claim_id].append(
            Posted(
                id=posting_id,
                posting=Posting(
                    cause_kind=CauseKind(first.cause_kind),
                    cause_id=first.cause_id,
                    entries=tuple(entry_of(row) for row in entries),
                ),
                posted_at=first.posted_at,
                artifact_id=first.artifact_id,
                corrects=first.corrects,
                remit_claim_id=first.remit_claim_id,
                day=first.day,
            )
        )
    return postings


async def _outcomes(work: Work, claim_ids: Sequence[UUID]) -> defaultdict[UUID, list[tuple[int, Outcome]]]:
    table = tables.claim_outcome
    rows = await work.execute(
        select(table.c.claim_id, table.c.payer_order, table.c.outcome)
        .where(among(table.c.claim_id, claim_ids))
        .order_by(table.c.claim_id, table.c.payer_order, table.c.version)
    )
    outcomes: defaultdict[UUID, list[tuple[int, Outcome]]] = defaultdict(list)
    for row in rows:
        outcomes[row.claim_id].append((row.payer_order, Outcome(row.outcome)))
    return outcomes


def entry_of(row: Row[Any]) -> Entry:
    """Return the entry in a row of the ledger."""
    place = Place(row.segment, row.byte_start, row.byte_end) if row.segment is not None else None
    return Entry(
        spot=Spot(Account(row.account), row.payer_order, row.line, row.reason),
        cents=row.cents,
        claim_id=row.claim_id,
        provider_item_key=row.item_key,
        place=place,
    )


SOURCE_COLUMNS: Final = (
    tables.remittance.c.file_id,
    tables.remittance.c.payment_date,
    tables.remittance.c.payer_ids,
)


def source_of(row: Row[Any]) -> Source:
    """Return where a remit claim came from, in a row that has `SOURCE_COLUMNS`."""
    return Source(row.file_id, row.remittance_id, row.payment_date, tuple(row.payer_ids))
