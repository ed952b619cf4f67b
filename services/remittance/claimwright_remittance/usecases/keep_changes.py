"""Keep what changed in claims' books, and tell it: matched, adjudicated, denied, left to the patient, closed."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from claimwright import ids
from claimwright.events.lifecycle_words import Outcome
from claimwright.events.parts import ClaimLedger
from claimwright.events.remittance import (
    ClaimAdjudicated,
    ClaimClosed,
    ClaimNotRecognised,
    ClaimPredetermined,
    ClaimReadjudicated,
    ClaimReopened,
    ClaimReversed,
    CoverageChangeProposed,
    NextPayerForwarded,
    PatientBalanceRecalled,
    PatientBalanceReleased,
    RemitMatched,
    RemitUnmatched,
)
from claimwright.messaging.work import Work
from claimwright.telemetry import metrics
from claimwright_remittance.domain.billing import BilledClaim
from claimwright_remittance.domain.claims.books import (
    DECIDES,
    AccountState,
    ClaimBooks,
    Decision,
    Heeded,
    Posted,
)
from claimwright_remittance.domain.ledger.entries import Entry
from claimwright_remittance.domain.patients.account import Close, Release
from claimwright_remittance.domain.remits.decision import Effect, effect_of, is_forwarded, reasons_of
from claimwright_remittance.domain.remits.matching import weakest
from claimwright_remittance.domain.remits.numbers import ours
from claimwright_remittance.domain.remits.reasons import ReasonKind, kind_of
from claimwright_remittance.domain.remits.remittance import PREDETERMINATION, RemitClaim
from claimwright_remittance.domain.remits.standing import Heard, HeldFor, Standing
from claimwright_remittance.domain.waiting.follow_ups import OWNER, WITHIN, Waits, awaits_correction
from claimwright_remittance.persistence import claims, days, ledger
from claimwright_remittance.persistence import denials as denial_cases
from claimwright_remittance.persistence.claims import Source
from claimwright_remittance.persistence.denials import NewCase
from claimwright_remittance.usecases.compare_payments import KnownByPayer, compare_payments
from claimwright_remittance.usecases.settle_denials import opened, settle_denials
from claimwright_remittance.usecases.wait_for import came, wait_for_payer

BREATH: Final = 10
"""Claims after which whatever else the process does gets its turn."""
REGISTRATION: Final = "registration"
FIRST_LOOK: Final = timedelta(days=2)
POSTING_OWNER: Final = "posting"
REOPENED: Final = timedelta(days=3)
PATIENT_OWNER: Final = "patient-accounts"
FIRST_STATEMENT: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Change:
    """One word of a payer, heeded: with the submission that its number named, and whether it waited in suspense.

    What a person's act moved is kept by the act.
    """

    heeded: Heeded
    billed: BilledClaim
    from_suspense: bool = False
    is_act: bool = False


async def keep_and_tell(
    work: Work,
    changes: Sequence[Change],
    sources: Mapping[UUID, Source],
    *,
    unmatched: Sequence[Posted] = (),
    rows: Sequence[dict[str, Any]] = (),
    known: KnownByPayer | None = None,
) -> None:
    """Keep all changes in a few statements, then publish what they mean.

    Shape: `rows` are the remit claims that are new, in the order of their arrival; `unmatched` the postings of those
    whose claim is unknown here. One claim may have several changes, in order. `known` are the terms of all their
    payers, where those were asked for before.
    """
    await claims.add_remit_claims(work, rows)
    await claims.move_remit_claims(
        work,
        [
            (move, change.billed)
            for change in changes
            if not change.is_act
            for move in change.heeded.moves
            if move.was is not None
        ],
    )
    await ledger.add(work, [*unmatched, *(posted for change in changes for posted in change.heeded.postings)])
    decided = [(change.heeded.books.claim_id, decision) for change in changes for decision in change.heeded.decisions]
    await ledger.add_outcomes(work, decided)
    latest = {change.heeded.books.claim_id: change.heeded.books for change in changes}
    await claims.keep_state(work, list(latest.values()))
    open_day = await days.open_day(work)
    denials = await denial_cases.add_decided(work, decided)
    for at, change in enumerate(changes):
        await _tell(work, change, sources, open_day, denials)
        if at % BREATH == 0:
            await asyncio.sleep(0)
    await settle_denials(work, list(latest.values()))
    orders = [(claim_id, decision) for claim_id, decision in decided if not decision.is_restated]
    await came(
        work,
        (
            (waits, claim_id, decision.heard.payer_order)
            for claim_id, decision in orders
            for waits in (Waits.FORWARDED_PAYER, Waits.CORRECTION)
            if waits is Waits.FORWARDED_PAYER or not awaits_correction(decision.outcome)
        ),
    )
    await compare_payments(work, [latest[claim_id] for claim_id in dict.fromkeys(each for each, _ in orders)], known)


async def _tell(
    work: Work, change: Change, sources: Mapping[UUID, Source], open_day: date, denials: Mapping[UUID, NewCase]
) -> None:
    books = change.heeded.books
    claim_id = ids.text(ids.CLAIM, books.claim_id)
    for move in change.heeded.moves:
        if move.heard.standing is Standing.HELD and move.was is None:
            tell_unmatched(work, move.heard.remit_claim_id, move.heard.claim, sources, move.heard.held_for)
        elif move.heard.claim.claim_outcome_code == PREDETERMINATION:
            _tell_predetermined(work, claim_id, move.heard, sources)
        if move.was is None and move.heard.payer_order < change.billed.payer_count and is_forwarded(move.heard.claim):
            await _tell_forwarded(work, books, move.heard, sources)
        if move.heard.claim.has_corrected_insured and move.heard.standing is Standing.POSTED:
            _tell_coverage_change(work, claim_id, move.heard, sources)
    match change.heeded.given_up:
        case AccountState.CLOSED:
            work.publish(ClaimReopened(claim_id=claim_id, owner=POSTING_OWNER, due_at=work.now + REOPENED))
        case AccountState.RELEASED:
            work.publish(PatientBalanceRecalled(claim_id=claim_id, owner=POSTING_OWNER, due_at=work.now + REOPENED))
        case _:
            pass
    for decision in change.heeded.decisions:
        source = sources[decision.heard.remit_claim_id]
        new_case = None if decision.is_restated else denials.get(decision.posted.id)
        await _tell_decision(work, change, decision, source, open_day=open_day, new_case=new_case)
    match change.heeded.step:
        case Release(patient_cents=patient_cents):
            work.publish(
                PatientBalanceReleased(
                    claim_id=claim_id,
                    patient_cents=patient_cents,
                    owner=PATIENT_OWNER,
                    due_at=work.now + FIRST_STATEMENT,
                )
            )
        case Close(reason=reason):
            work.publish(ClaimClosed(claim_id=claim_id, reason=reason))
        case None:
            pass


async def _tell_decision(
    work: Work, change: Change, decision: Decision, source: Source, *, open_day: date, new_case: NewCase | None
) -> None:
    books = change.heeded.books
    claim_id = ids.text(ids.CLAIM, books.claim_id)
    if not decision.is_restated and decision.heard.standing in DECIDES:
        work.publish(
            RemitMatched(
                claim_id=claim_id,
                submission_id=ids.text(ids.SUBMISSION, change.billed.submission_id),
                payer_order=decision.heard.payer_order,
                file_id=ids.text(ids.FILE, source.file_id),
                remit_claim_id=_remit_claim(decision.heard.remit_claim_id),
                rung=weakest(decision.heard.matches).value,
                from_suspense=change.from_suspense,
            )
        )
    billed = books.billed_to(decision.heard.payer_order) or change.billed
    work.publish(_decided(work, claim_id, billed, decision, source), _ledger(books, decision, open_day))
    order = decision.heard.payer_order
    if awaits_correction(decision.outcome) and awaits_correction(dict(books.outcomes)[order]):
        await wait_for_payer(work, Waits.CORRECTION, books.claim_id, order, file_id=source.file_id)
    if decision.denial is not None and new_case is not None:
        work.publish(opened(books.claim_id, new_case.id, decision.denial, follows=new_case.follows))


def _tell_predetermined(work: Work, claim_id: str, heard: Heard, sources: Mapping[UUID, Source]) -> None:
    """Say what a payer would pay: the sum of the adjustments that hold the estimate, none where that is nothing."""
    estimates = (each.cents for each in heard.claim.all_adjustments if kind_of(each.reason) is ReasonKind.ESTIMATE)
    work.publish(
        ClaimPredetermined(
            claim_id=claim_id,
            payer_order=heard.payer_order,
            file_id=ids.text(ids.FILE, sources[heard.remit_claim_id].file_id),
            remit_claim_id=_remit_claim(heard.remit_claim_id),
            estimate_cents=sum(estimates),
        )
    )


async def _tell_forwarded(work: Work, books: ClaimBooks, heard: Heard, sources: Mapping[UUID, Source]) -> None:
    """Say that the next payer has the claim, and wait for its answer, which may have come before the notice."""
    next_order = heard.payer_order + 1
    file_id = sources[heard.remit_claim_id].file_id
    if next_order not in dict(books.outcomes):
        await wait_for_payer(work, Waits.FORWARDED_PAYER, books.claim_id, next_order, file_id=file_id)
    work.publish(
        NextPayerForwarded(
            claim_id=ids.text(ids.CLAIM, books.claim_id),
            payer_order=next_order,
            file_id=ids.text(ids.FILE, file_id),
            remit_claim_id=_remit_claim(heard.remit_claim_id),
            owner=OWNER[Waits.FORWARDED_PAYER],
            due_at=work.now + WITHIN[Waits.FORWARDED_PAYER],
        )
    )


def _tell_coverage_change(work: Work, claim_id: str, heard: Heard, sources: Mapping[UUID, Source]) -> None:
    whole = heard.claim.whole
    work.publish(
        CoverageChangeProposed(
            claim_id=claim_id,
            payer_order=heard.payer_order,
            file_id=ids.text(ids.FILE, sources[heard.remit_claim_id].file_id),
            remit_claim_id=_remit_claim(heard.remit_claim_id),
            segment=whole.segment,
            byte_start=whole.byte_start,
            byte_end=whole.byte_end,
        )
    )


def tell_unmatched(
    work: Work, remit_claim_id: UUID, claim: RemitClaim, sources: Mapping[UUID, Source], reason: HeldFor | None
) -> None:
    """Say that a remit claim's money waits in suspense, and why."""
    source = sources[remit_claim_id]
    metrics.of(metrics.REMIT_UNMATCHED, (reason or HeldFor.NUMBER_UNKNOWN).value).inc()
    work.publish(
        RemitUnmatched(
            file_id=ids.text(ids.FILE, source.file_id),
            remittance_id=ids.text(ids.REMITTANCE, source.remittance_id),
            remit_claim_id=_remit_claim(remit_claim_id),
            patient_control_number=ours(claim.patient_control_number),
            paid_cents=claim.paid_cents,
            reason=(reason or HeldFor.NUMBER_UNKNOWN).value,
        )
    )


def _remit_claim(remit_claim_id: UUID) -> str:
    return ids.text(ids.REMIT_CLAIM, remit_claim_id)


def _decided(
    work: Work, claim_id: str, billed: BilledClaim, decision: Decision, source: Source
) -> ClaimAdjudicated | ClaimReversed | ClaimReadjudicated | ClaimNotRecognised:
    """Return the event of a decision: the first, one taken back, one after that, or that nobody knows the patient."""
    told = _totals(claim_id, billed, decision, source)
    if decision.is_taken_back:
        return ClaimReversed(**told)
    if decision.outcome is Outcome.NOT_RECOGNISED:
        return ClaimNotRecognised(**told, owner=REGISTRATION, due_at=work.now + FIRST_LOOK)
    is_again = decision.follows_reversal or decision.is_restated
    return ClaimReadjudicated(**told) if is_again else ClaimAdjudicated(**told)


def _totals(claim_id: str, billed: BilledClaim, decision: Decision, source: Source) -> dict[str, Any]:
    claim = decision.heard.claim
    return dict(  # noqa: C408 - reads as the event's own fields
        claim_id=claim_id,
        submission_id=ids.text(ids.SUBMISSION, billed.submission_id),
        payer_order=decision.heard.payer_order,
        payer_count=billed.payer_count,
        file_id=ids.text(ids.FILE, source.file_id),
        remittance_id=ids.text(ids.REMITTANCE, source.remittance_id),
        remit_claim_id=_remit_claim(decision.heard.remit_claim_id),
        posting_id=ids.text(ids.POSTING, decision.posted.id),
        outcome=decision.outcome,
        outcome_version=decision.version,
        claim_outcome_code=claim.claim_outcome_code,
        payer_claim_control_number=claim.payer_claim_control_number or None,
        charge_cents=decision.charge_cents,
        paid_cents=decision.paid_cents,
        adjusted_cents=decision.adjusted_cents,
        patient_cents=decision.patient_cents,
        open_cents=decision.open_cents,
        reasons=reasons_of([claim]),
        remark_codes=_remarks(claim),
        payment_date=source.payment_date,
        segment=claim.whole.segment,
        byte_start=claim.whole.byte_start,
        byte_end=claim.whole.byte_end,
    )


def _remarks(claim: RemitClaim) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*claim.remark_codes, *(code for line in claim.lines for code in line.remark_codes)]))


def _ledger(books: ClaimBooks, decision: Decision, open_day: date) -> ClaimLedger:
    """Return what is told of a claim's ledger; made of plain data at once, which is twice as quick as of its parts."""
    return ClaimLedger.model_validate(
        {
            "lines": _lines(decision.heard),
            "postings": [
                _told(posted, open_day)
                for posted in books.postings
                if any(entry.claim_id for entry in posted.posting.entries)
            ],
        }
    )


def _lines(heard: Heard) -> list[dict[str, Any]]:
    """Return `LineDecision`s as data."""
    return [
        {
            "line": match.line,
            "charge_cents": line.charge_cents,
            "paid_cents": line.paid_cents,
            "patient_cents": sum(
                each.cents for each in line.adjustments if effect_of(each, heard.claim) is Effect.SHARE
            ),
            "reasons": [(each.code, each.cents) for each in line.adjustments],
            "remark_codes": line.remark_codes,
            "rung": match.rung.value,
        }
        for line, match in zip(heard.claim.lines, heard.matches, strict=True)
        if match.line is not None
    ]


def _told(posted: Posted, open_day: date) -> dict[str, Any]:
    """Return `PostingEntries` as data."""
    file_id = ids.text(ids.FILE, posted.artifact_id) if posted.artifact_id else None
    return {
        "posting_id": ids.text(ids.POSTING, posted.id),
        "cause_kind": posted.posting.cause_kind.value,
        "day": posted.day or open_day,
        "entries": [_entry(entry, file_id) for entry in posted.posting.entries if entry.claim_id is not None],
    }


def _entry(entry: Entry, file_id: str | None) -> dict[str, Any]:
    account, payer_order, line, _ = entry.spot
    told: dict[str, Any] = {
        "account": account,
        "cents": entry.cents,
        "payer_order": payer_order,
        "line": line,
        "artifact_id": file_id,
    }
    if (place := entry.place) is not None:
        told |= {"segment": place.segment, "byte_start": place.byte_start, "byte_end": place.byte_end}
    return told
