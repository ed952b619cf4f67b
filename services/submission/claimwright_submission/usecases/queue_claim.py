"""Take in a coded claim: give it its number and let it wait for its next file, or say why it does not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from claimwright import ids
from claimwright.clearinghouse.routes import Route
from claimwright.events.coding import ClaimCoded
from claimwright.events.lifecycle_words import Stage
from claimwright.events.parts import BilledClaim, BilledParties, ServiceLine
from claimwright.events.submission import ClaimAmendedAfterBilling, ClaimHeld, ClaimQueued
from claimwright.messaging.work import Work
from claimwright.telemetry import tracing
from claimwright_submission.domain import routing
from claimwright_submission.domain.claim import (
    ORIGINAL,
    BilledContent,
    Next,
    Standing,
    known_lines,
    next_for,
    number_lines,
)
from claimwright_submission.domain.duties import duty_for
from claimwright_submission.domain.submission import Submission
from claimwright_submission.persistence import artifacts, numbers, submissions
from claimwright_submission.usecases.told import head

FIRST_PAYER: Final = 1
NO_ROUTE: Final = "route.missing"


async def take_coded_claim(
    work: Work, coded: ClaimCoded, content: BilledContent, *, routes: Sequence[Route], is_test: bool
) -> None:
    """Take in one version of a coded claim for its first payer."""
    claim_id = ids.parse(ids.CLAIM, coded.claim_id)
    known = await submissions.find(work, claim_id, payer_order=FIRST_PAYER, frequency=ORIGINAL)
    route = routing.route_for(routes, org_id=work.org_id, is_test=is_test)
    submission = _with_version(work, known or _first(coded, claim_id), coded, content)
    match next_for(_standing(known), encounter_version=coded.encounter_version, has_route=route is not None):
        case Next.QUEUE if route is not None:
            await queue(work, submission, content, route=route, is_test=is_test)
        case Next.HOLD:
            await _hold(work, submission, content)
        case Next.TELL_BILLED if known is not None:
            await _tell_billed(work, known, submission, content)
        case _:
            return


async def queue(
    work: Work,
    submission: Submission,
    content: BilledContent,
    *,
    route: Route,
    is_test: bool,
    waiting_since: datetime | None = None,
) -> Submission:
    """Let a submission wait for the next file of a route, as a new try, and tell so with its lines.

    It keeps the number that it had; its lines keep theirs.
    """
    number, minted = await numbers.patient_control_number_of(
        work, submission.claim_id, payer_order=submission.payer_order
    )
    numbered = number_lines(
        content.financial.lines,
        before=await _lines_before(work, submission),
        minted=minted,
        patient_control_number=number,
    )
    await numbers.keep_lines_minted(
        work, submission.claim_id, payer_order=submission.payer_order, lines_minted=numbered.minted
    )
    await artifacts.end_attempts(work, submission.id)
    queued = replace(
        submission,
        patient_control_number=number,
        queued_version=submission.encounter_version,
        route_id=route.id,
        usage_indicator=routing.usage_indicator(is_test=is_test),
        guide=routing.GUIDE,
        stage=Stage.QUEUED,
        waiting_since=waiting_since or work.now,
        not_recognised_at=None,
        not_recognised_by=None,
        content_version=submission.content_version + 1,
    )
    billed = replace(content, financial=content.financial.model_copy(update={"lines": numbered.lines}))
    await submissions.save(work, queued, content=billed, duty=None, reason=None)
    tell_queued(work, queued, billed)
    return queued


def tell_queued(work: Work, submission: Submission, content: BilledContent) -> None:
    """Publish that a submission is queued, with the people and lines that its remittance will be matched with."""
    place = submission.payer_order - 1
    identity, financial = content.identity, content.financial
    work.publish(
        ClaimQueued(
            **head(submission),
            encounter_id=ids.text(ids.ENCOUNTER, submission.encounter_id),
            encounter_version=submission.encounter_version,
            frequency=submission.frequency,
            charge_cents=submission.charge_cents,
            line_count=submission.line_count,
            payer_count=submission.payer_count,
            route_id=submission.route_id or "",
        ),
        BilledParties(
            patient=identity.patient.name,
            member_id=identity.memberships[place].member_id if place < len(identity.memberships) else "",
            billing_npi=identity.billing_provider.npi or "",
            billing_tax_id=identity.billing_provider.tax_id or "",
        ),
        BilledClaim(payer=financial.payers[place], payer_count=submission.payer_count, lines=financial.lines),
    )


def _standing(known: Submission | None) -> Standing | None:
    if known is None:
        return None
    return Standing(
        stage=known.stage, encounter_version=known.encounter_version, is_waiting=known.waiting_since is not None
    )


def _first(coded: ClaimCoded, claim_id: UUID) -> Submission:
    """Return the submission of a claim that comes for the first time."""
    return Submission(
        id=ids.new(),
        claim_id=claim_id,
        payer_order=FIRST_PAYER,
        frequency=ORIGINAL,
        patient_control_number=None,
        encounter_id=ids.parse(ids.ENCOUNTER, coded.encounter_id),
        encounter_version=coded.encounter_version,
        queued_version=None,
        route_id=None,
        usage_indicator=None,
        guide=None,
        charge_cents=coded.charge_cents,
        line_count=coded.line_count,
        payer_count=coded.payer_count,
        billing_npi="",
        stage=Stage.READY,
        waiting_since=None,
        adjudicated_at=None,
        adjudicated_by=None,
        not_recognised_at=None,
        not_recognised_by=None,
        traceparent=None,
        content_version=0,
    )


def _with_version(work: Work, submission: Submission, coded: ClaimCoded, content: BilledContent) -> Submission:
    """Return the submission with what a coded version says of it, and the trace that it came with."""
    return replace(
        submission,
        encounter_version=coded.encounter_version,
        charge_cents=sum(line.charge_cents for line in content.financial.lines),
        line_count=len(content.financial.lines),
        payer_count=len(content.financial.payers),
        billing_npi=content.identity.billing_provider.npi or "",
        traceparent=tracing.current_traceparent() or (work.cause.traceparent if work.cause else None),
    )


async def _lines_before(work: Work, submission: Submission) -> Sequence[ServiceLine]:
    if submission.content_version == 0:
        return ()
    return (await submissions.content_of(work, submission)).financial.lines


async def _hold(work: Work, submission: Submission, content: BilledContent) -> None:
    """Keep a claim that has no route yet, and say what it waits for."""
    duty = duty_for("claim.held", now=work.now)
    held = replace(submission, stage=Stage.HELD, waiting_since=None, content_version=submission.content_version + 1)
    await submissions.save(work, held, content=content, duty=duty, reason=NO_ROUTE)
    work.publish(
        ClaimHeld(
            claim_id=ids.text(ids.CLAIM, held.claim_id),
            encounter_id=ids.text(ids.ENCOUNTER, held.encounter_id),
            encounter_version=held.encounter_version,
            reason=NO_ROUTE,
            release_condition="route.configured",
            owner=duty.owner,
            due_at=duty.due_at,
        )
    )


async def _tell_billed(work: Work, known: Submission, amended: Submission, content: BilledContent) -> None:
    """Keep the new version in place of the one that was billed, which its file still shows, and tell a person.

    Lines that are known again keep their numbers; new ones get theirs if this version is ever queued.
    """
    duty = duty_for("claim.amended_after_billing", now=work.now)
    lines = known_lines(content.financial.lines, before=await _lines_before(work, known))
    newer = replace(content, financial=content.financial.model_copy(update={"lines": lines}))
    await submissions.save(
        work,
        replace(amended, content_version=known.content_version + 1),
        content=newer,
        duty=duty,
        reason="claim.amended_after_billing",
    )
    work.publish(
        ClaimAmendedAfterBilling(
            **head(known),
            encounter_version=amended.encounter_version,
            sent_version=known.queued_version or known.encounter_version,
            owner=duty.owner,
            due_at=duty.due_at,
        )
    )
