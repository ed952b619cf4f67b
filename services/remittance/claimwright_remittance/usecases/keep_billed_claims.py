"""Keep what was billed, open its charge in the ledger, and give a home to what payers had said of it already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from claimwright import ids
from claimwright.events import Purpose
from claimwright.events.parts import BilledClaim as BilledPart
from claimwright.events.parts import BilledParties
from claimwright.events.submission import ClaimQueued
from claimwright.messaging.rounds import rounds
from claimwright.messaging.work import Work
from claimwright_remittance.domain.billing import BilledClaim, BilledLine, at_places_of, line_places
from claimwright_remittance.domain.claims.books import ClaimBooks, Posted, heard_of, take_billed, take_remit_claim
from claimwright_remittance.domain.remits.remittance import RemitClaim
from claimwright_remittance.domain.remits.standing import HeldFor, Standing
from claimwright_remittance.persistence import claims, ledger
from claimwright_remittance.persistence.claims import Source, Version
from claimwright_remittance.usecases.compare_payments import pays_by_head, terms_of
from claimwright_remittance.usecases.keep_changes import Change, keep_and_tell


@dataclass(frozen=True, slots=True)
class Coming:
    """One version of a submission as it was told: the event's id and trace, and the work that it is the cause of."""

    work: Work
    queued: ClaimQueued
    parties: BilledParties
    part: BilledPart
    event_id: UUID
    traceparent: str | None


async def keep_billed_claims(coming: Sequence[Coming]) -> None:
    """Keep submissions of one transaction, post their charges, and match what waits in suspense under their numbers.

    A submission is queued again under the same id when its claim was amended before a payer had it, or after it came
    back rejected. The newer version takes the place of the one before, and what it changes of the charge is a posting
    of its own. A version that is kept already, or an older one, changes nothing; one that was dropped is billed again.
    """
    await claims.lock_numbers(coming[0].work, [one.queued.patient_control_number for one in coming])
    for some in rounds(coming, key=lambda one: one.queued.claim_id):
        await _keep(coming[0].work, some)


async def _keep(work: Work, coming: Sequence[Coming]) -> None:
    """Keep submissions of different claims."""
    told = [(one, _billed(one.queued, one.part)) for one in coming]
    kept = await claims.versions_of(work, [billed.submission_id for _, billed in told])
    told = [(one, billed) for one, billed in told if kept.get(billed.submission_id, 0) <= one.queued.encounter_version]
    books, sources = await claims.load(work, [billed.claim_id for _, billed in told])
    new: list[tuple[BilledClaim, Version]] = []
    opened: list[tuple[Coming, BilledClaim, ClaimBooks]] = []
    postings: list[Posted] = []
    for one, said in told:
        before, known_version = books[said.claim_id], kept.get(said.submission_id)
        if known_version == one.queued.encounter_version and not before.is_dropped:
            continue
        billed = at_places_of(before.billed, said)
        version = await _version(one, billed)
        change_id = None if known_version is None else one.event_id
        if change_id is None:
            new.append((billed, version))
        else:
            await claims.replace_submission(work, billed, version, event_id=change_id)
        heeded = take_billed(before, billed, change_id=change_id, new_id=ids.new, now=work.now)
        postings += heeded.postings
        opened.append((one, billed, heeded.books))
    await claims.add_submissions(work, new)
    await ledger.add(work, postings)
    await claims.keep_state(
        work, [after for _, billed, after in opened if after.state is not books[billed.claim_id].state]
    )
    if not opened:
        return
    waiting = await claims.held_without_claim(work, [billed.patient_control_number for _, billed, _ in opened])
    for one, billed, after in opened:
        if held := waiting.get(billed.patient_control_number):
            await _match(one.work, billed, after, held, sources)


async def _version(one: Coming, billed: BilledClaim) -> Version:
    sealed = await one.work.seal(
        Purpose.IDENTITY,
        one.parties.model_dump_json().encode(),
        table="billed_claim",
        column="parties",
        row=billed.submission_id,
        version=one.queued.encounter_version,
    )
    return Version(one.queued.encounter_version, parties=sealed, traceparent=one.traceparent)


async def _match(
    work: Work,
    billed: BilledClaim,
    books: ClaimBooks,
    waiting: Sequence[tuple[UUID, RemitClaim, Source]],
    sources: Mapping[UUID, Source],
) -> None:
    """Match what waits in suspense under the number of a submission."""
    is_by_head = pays_by_head(await terms_of(work, [billed]), billed)
    under = [(each_id, claim, replace(claim, is_under_capitation=is_by_head)) for each_id, claim, _ in waiting]
    await claims.keep_capitation(work, under)
    known = {**sources, **{remit_claim_id: source for remit_claim_id, _, source in waiting}}
    standing = books
    changes: list[Change] = []
    for (remit_claim_id, _, source), (_, _, claim) in zip(waiting, under, strict=True):
        heard = heard_of(
            remit_claim_id,
            claim,
            billed,
            source.payer_ids,
            standing=Standing.HELD,
            held_for=HeldFor.NUMBER_UNKNOWN,
        )

        def file_of(each: UUID) -> UUID:
            return known[each].file_id

        heeded = take_remit_claim(standing, heard, files=file_of, new_id=ids.new, now=work.now)
        changes.append(Change(heeded, billed, from_suspense=True))
        standing = heeded.books
    await keep_and_tell(work, changes, known)


def _billed(queued: ClaimQueued, part: BilledPart) -> BilledClaim:
    places = line_places([line.line_control_number or "" for line in part.lines])
    return BilledClaim(
        claim_id=ids.parse(ids.CLAIM, queued.claim_id),
        submission_id=ids.parse(ids.SUBMISSION, queued.submission_id),
        patient_control_number=queued.patient_control_number,
        payer_order=queued.payer_order,
        payer_count=queued.payer_count,
        payer_id=part.payer.id,
        frequency=queued.frequency,
        lines=tuple(
            BilledLine(
                line=place,
                line_control_number=line.line_control_number or "",
                procedure_code=line.procedure_code,
                modifiers=line.modifiers,
                charge_cents=line.charge_cents,
                units=line.units,
                service_date=line.service_date,
                service_date_to=line.service_date_to,
            )
            for place, line in zip(places, part.lines, strict=True)
        ),
    )
