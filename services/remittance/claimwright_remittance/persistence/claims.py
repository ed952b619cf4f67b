"""The books of claims: locked, loaded and kept in bulk, so that a file of many claims asks few questions."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, insert, select, update

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
from claimwright_remittance.persistence.tables_of_acts import claim_drop

_LOCK_NUMBERS: Final = (
    "select count(pg_advisory_xact_lock(hashtextextended($1 || number, 0))) from unnest($2::text[]) as number"
)
_CLAIMS_NUMBERED: Final = (
    "select distinct patient_control_number, claim_id from billed_claim where patient_control_number = any($1)"
)
_TRACEPARENTS: Final = (
    "select traceparent from billed_claim where patient_control_number = any($1) and traceparent is not null"
)
_ACCOUNTS: Final = """
    insert into claim_account (org_id, claim_id, state, patient_cents, changed_at)
    select $1::uuid, claim_id, 'open', 0, $2::timestamptz from unnest($3::uuid[]) as claim_id
    on conflict do nothing returning claim_id
    """
LOCKED_ACCOUNTS: Final = (
    "select claim_id, state, patient_cents from claim_account where claim_id = any($1) order by claim_id for update"
)
_STATES: Final = """
    update claim_account set state = given.state, patient_cents = given.cents, changed_at = $1
    from unnest($2::uuid[], $3::text[], $4::bigint[]) as given(claim_id, state, cents)
    where claim_account.claim_id = given.claim_id
    """
_SUBMISSIONS: Final = """
    select claim_id, submission_id, patient_control_number, payer_order, payer_count, payer_id, frequency, dropped_at
    from billed_claim where claim_id = any($1) order by queued_at, submission_id
    """
# The driver makes a decimal of binary digits one by one; of text the decoding is Decimal's own.
_LINES: Final = """
    select submission_id, line, line_control_number, procedure_code, modifiers, charge_cents, units::text, service_date,
           service_date_to
    from billed_line where submission_id = any($1) order by submission_id, line
    """
_HEARD: Final = """
    select c.claim_id, c.id, c.payer_order, c.content::text, c.matches::text, c.standing, c.held_for, c.pairs_with,
           r.file_id, c.remittance_id, r.payment_date, r.payer_ids
    from remit_claim c join remittance r on r.org_id = c.org_id and r.id = c.remittance_id
    where c.claim_id = any($1) order by c.arrived
    """
# A row a posting, with its entries as columns: a row an entry would say five times what is the posting's.
_POSTINGS: Final = """
    select e.claim_id, p.id, p.cause_kind, p.cause_id, p.posted_at, e.artifact_id, p.corrects, s.remit_claim_id, p.day,
           e.accounts, e.payer_orders, e.lines, e.reasons, e.cents, e.item_keys, e.segments, e.byte_starts, e.byte_ends
    from (
      select org_id, claim_id, posting_id, (array_agg(artifact_id order by ordinal))[1] as artifact_id,
             array_agg(account order by ordinal) as accounts, array_agg(payer_order order by ordinal) as payer_orders,
             array_agg(line order by ordinal) as lines, array_agg(reason order by ordinal) as reasons,
             array_agg(cents order by ordinal) as cents, array_agg(item_key order by ordinal) as item_keys,
             array_agg(segment order by ordinal) as segments, array_agg(byte_start order by ordinal) as byte_starts,
             array_agg(byte_end order by ordinal) as byte_ends
      from ledger_entry where claim_id = any($1) group by org_id, claim_id, posting_id
    ) e
    join posting p on p.org_id = e.org_id and p.id = e.posting_id
    left join person_act_shift s on p.cause_kind = 'person_act' and s.org_id = p.org_id and s.id = p.cause_id
    order by p.id
    """
_OUTCOMES: Final = """
    select claim_id, payer_order, outcome from claim_outcome where claim_id = any($1)
    order by claim_id, payer_order, version
    """
_ACCOUNT_NAMED: Final = {each.value: each for each in Account}
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
    await work.fetch(_LOCK_NUMBERS, str(work.org_id), sorted(set(numbers)))


async def claims_numbered(work: Work, numbers: Collection[str]) -> dict[str, UUID]:
    """Return which claim each of these patient control numbers is of; unknown ones are left out."""
    return {number: claim_id for number, claim_id in await work.fetch(_CLAIMS_NUMBERED, list(numbers))}  # noqa: C416


async def load(work: Work, claim_ids: Collection[UUID]) -> tuple[dict[UUID, ClaimBooks], dict[UUID, Source]]:
    """Lock and return the books of claims, and the source of each remit claim in them.

    A claim that nothing is known of has empty books.
    """
    if not claim_ids:
        return {}, {}
    made = await work.fetch(_ACCOUNTS, work.org_id, work.now, sorted(claim_ids))
    new = {claim_id: ClaimBooks(claim_id=claim_id) for (claim_id,) in made}
    ordered = sorted(set(claim_ids) - new.keys())
    if not ordered:
        return new, {}
    accounts = await work.fetch(LOCKED_ACCOUNTS, ordered)
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
            state=AccountState(state),
            patient_cents=patient_cents,
        )
        for claim_id, state, patient_cents in accounts
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
    return [traceparent for (traceparent,) in await work.fetch(_TRACEPARENTS, list(numbers))]


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
        .values({name: bindparam(f"new_{name}") for name in (*_standing_values(None, None, None), "matches")}),
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
    await work.fetch(
        _STATES,
        work.now,
        [each.claim_id for each in books],
        [each.state.value for each in books],
        [each.patient_cents for each in books],
    )


def _moved(move: Move, billed: BilledClaim) -> dict[str, Any]:
    values = _standing_values(move.heard, billed, move.heard.held_for)
    return {**values, "matches": content.matches_json(move.heard.matches)}


def _standing_values(heard: Heard | None, billed: BilledClaim | None, held_for: HeldFor | None) -> dict[str, Any]:
    standing = heard.standing if heard and heard.standing else Standing.HELD
    return {
        "claim_id": billed.claim_id if billed else None,
        "submission_id": billed.submission_id if billed else None,
        "payer_order": heard.payer_order if heard else None,
        "rung": weakest(heard.matches).value if heard else None,
        "standing": standing.value,
        "held_for": held_for.value if held_for else None,
        "pairs_with": heard.pairs_with if heard else None,
    }


async def _submissions(work: Work, claim_ids: Sequence[UUID]) -> defaultdict[UUID, list[BilledClaim]]:
    claims = await work.fetch(_SUBMISSIONS, claim_ids)
    lines: defaultdict[UUID, list[BilledLine]] = defaultdict(list)
    for (
        submission_id, line, line_control_number, procedure_code, modifiers, charge_cents, units, service_date, last,
    ) in await work.fetch(_LINES, [each["submission_id"] for each in claims]):  # fmt: skip
        lines[submission_id].append(
            BilledLine(
                line=line,
                line_control_number=line_control_number,
                procedure_code=procedure_code,
                modifiers=tuple(modifiers),
                charge_cents=charge_cents,
                units=Decimal(units),
                service_date=service_date,
                service_date_to=last,
            )
        )
    submissions: defaultdict[UUID, list[BilledClaim]] = defaultdict(list)
    for claim_id, submission_id, number, payer_order, payer_count, payer_id, frequency, dropped_at in claims:
        submissions[claim_id].append(
            BilledClaim(
                claim_id=claim_id,
                submission_id=submission_id,
                patient_control_number=number,
                payer_order=payer_order,
                payer_count=payer_count,
                payer_id=payer_id,
                frequency=frequency,
                lines=tuple(lines[submission_id]),
                is_dropped=dropped_at is not None,
            )
        )
    return submissions


async def _heard(work: Work, claim_ids: Sequence[UUID]) -> tuple[defaultdict[UUID, list[Heard]], dict[UUID, Source]]:
    heard: defaultdict[UUID, list[Heard]] = defaultdict(list)
    sources: dict[UUID, Source] = {}
    for (
        claim_id, remit_claim_id, payer_order, said, matches, standing, held_for, pairs_with, file_id, remittance_id,
        payment_date, payer_ids,
    ) in await work.fetch(_HEARD, claim_ids):  # fmt: skip
        sources[remit_claim_id] = Source(file_id, remittance_id, payment_date, tuple(payer_ids))
        heard[claim_id].append(
            Heard(
                remit_claim_id=remit_claim_id,
                payer_order=payer_order,
                claim=content.claim_in(said),
                matches=content.matches_in(matches),
                standing=Standing(standing),
                held_for=HeldFor(held_for) if held_for else None,
                pairs_with=pairs_with,
            )
        )
    return heard, sources


async def _postings(work: Work, claim_ids: Sequence[UUID]) -> defaultdict[UUID, list[Posted]]:
    postings: defaultdict[UUID, list[Posted]] = defaultdict(list)
    for (
        claim_id, posting_id, cause_kind, cause_id, posted_at, artifact_id, corrects, remit_claim_id, day, *columns,
    ) in await work.fetch(_POSTINGS, claim_ids):  # fmt: skip
        entries = tuple(
            [
                Entry(
                    Spot(_ACCOUNT_NAMED[account], payer_order, line, reason),
                    cents,
                    claim_id,
                    item_key,
                    None if segment is None else Place(segment, byte_start, byte_end),
                )
                for account, payer_order, line, reason, cents, item_key, segment, byte_start, byte_end in zip(
                    *columns, strict=True
                )
            ]
        )
        postings[claim_id].append(
            Posted(
                id=posting_id,
                posting=Posting(CauseKind(cause_kind), cause_id, entries),
                posted_at=posted_at,
                artifact_id=artifact_id,
                corrects=corrects,
                remit_claim_id=remit_claim_id,
                day=day,
            )
        )
    return postings


async def _outcomes(work: Work, claim_ids: Sequence[UUID]) -> defaultdict[UUID, list[tuple[int, Outcome]]]:
    outcomes: defaultdict[UUID, list[tuple[int, Outcome]]] = defaultdict(list)
    for claim_id, payer_order, outcome in await work.fetch(_OUTCOMES, claim_ids):
        outcomes[claim_id].append((payer_order, Outcome(outcome)))
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
