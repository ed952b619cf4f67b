"""Keep what was billed, open its charge in the ledger, and give a home to what payers had said of it already."""

from dataclasses import replace
from uuid import UUID

from claimwright import ids
from claimwright.events import Purpose
from claimwright.events.parts import BilledClaim as BilledPart
from claimwright.events.parts import BilledParties
from claimwright.events.submission import ClaimQueued
from claimwright.messaging.work import Work
from claimwright_remittance.domain.billing import BilledClaim, BilledLine, at_places_of, line_places
from claimwright_remittance.domain.claims.books import heard_of, take_billed, take_remit_claim
from claimwright_remittance.domain.remits.standing import HeldFor, Standing
from claimwright_remittance.persistence import claims, ledger
from claimwright_remittance.persistence.claims import Version
from claimwright_remittance.usecases.compare_payments import pays_by_head, terms_of
from claimwright_remittance.usecases.keep_changes import Change, keep_and_tell


async def keep_billed_claim(
    work: Work,
    queued: ClaimQueued,
    parties: BilledParties,
    part: BilledPart,
    *,
    event_id: UUID,
    traceparent: str | None,
) -> None:
    """Keep one submission, post its charge, and match what waits in suspense under its number.

    A submission is queued again under the same id when its claim was amended before a payer had it, or after it came
    back rejected. The newer version takes the place of the one before, and what it changes of the charge is a posting
    of its own. A version that is kept already, or an older one, changes nothing; one that was dropped is billed again.
    """
    billed = _billed(queued, part)
    await claims.lock_numbers(work, [billed.patient_control_number])
    known_version = await claims.version_of(work, billed.submission_id)
    if known_version is not None and known_version > queued.encounter_version:
        return
    books, sources = await claims.load(work, [billed.claim_id])
    if known_version == queued.encounter_version and not books[billed.claim_id].is_dropped:
        return
    billed = at_places_of(books[billed.claim_id].billed, billed)
    sealed = await work.seal(
        Purpose.IDENTITY,
        parties.model_dump_json().encode(),
        table="billed_claim",
        column="parties",
        row=billed.submission_id,
        version=queued.encounter_version,
    )
    version = Version(queued.encounter_version, parties=sealed, traceparent=traceparent)
    if known_version is None:
        await claims.add_submission(work, billed, version)
        opened = take_billed(books[billed.claim_id], billed, new_id=ids.new, now=work.now)
    else:
        await claims.replace_submission(work, billed, version, event_id=event_id)
        opened = take_billed(books[billed.claim_id], billed, change_id=event_id, new_id=ids.new, now=work.now)
    await ledger.add(work, opened.postings)
    if opened.books.state is not books[billed.claim_id].state:
        await claims.keep_state(work, [opened.books])

    waiting = await claims.held_without_claim(work, billed.patient_control_number)
    if not waiting:
        return
    is_by_head = pays_by_head(await terms_of(work, [billed]), billed)
    under = [(each_id, claim, replace(claim, is_under_capitation=is_by_head)) for each_id, claim, _ in waiting]
    await claims.keep_capitation(work, under)
    known = {**sources, **{remit_claim_id: source for remit_claim_id, _, source in waiting}}
    standing = opened.books
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
