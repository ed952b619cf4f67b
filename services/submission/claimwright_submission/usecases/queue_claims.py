"""Take in coded claims: give each its number and let it wait for its next file, or say why it does not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from claimwright import ids
from claimwright.clearinghouse.routes import Route
from claimwright.events.coding import ClaimCoded
from claimwright.events.lifecycle_words import Stage
from claimwright.events.parts import BilledClaim, BilledParties, ServiceLine
from claimwright.events.submission import ClaimAmendedAfterBilling, ClaimHeld, ClaimQueued
from claimwright.messaging.rounds import rounds
from claimwright.messaging.work import Work
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
from claimwright_submission.persistence.submissions import Written
from claimwright_submission.usecases.told import head

FIRST_PAYER: Final = 1
NO_ROUTE: Final = "route.missing"


@dataclass(frozen=True, slots=True)
class Coded:
    """One version of a claim as it was told, and the work that it is the cause of."""

    work: Work
    event: ClaimCoded
    content: BilledContent

    @property
    def claim_id(self) -> UUID:
        """Return the claim's id."""
        return ids.parse(ids.CLAIM, self.event.claim_id)


@dataclass(frozen=True, slots=True)
class ToQueue:
    """A submission that goes to the next file of a route."""

    work: Work
    submission: Submission
    content: BilledContent
    waiting_since: datetime | None = None


async def take_coded_claims(coded: Sequence[Coded], *, routes: Sequence[Route], is_test: bool) -> Route | None:
    """Take in versions of coded claims of one organization for their first payers, in one transaction.

    Return the route whose next file some of them wait for now, or None when none does.
    """
    route = routing.route_for(routes, org_id=coded[0].work.org_id, is_test=is_test)
    has_queued = False
    for some in rounds(coded, key=lambda one: one.claim_id):
        has_queued = await _take(some, route=route, is_test=is_test) or has_queued
    return route if has_queued else None


async def _take(coded: Sequence[Coded], *, route: Route | None, is_test: bool) -> bool:
    """Take in versions of different claims; return whether any was queued."""
    known_ones = await submissions.find_all(
        coded[0].work, [one.claim_id for one in coded], payer_order=FIRST_PAYER, frequency=ORIGINAL
    )
    to_queue: list[ToQueue] = []
    for one in coded:
        known = known_ones.get(one.claim_id)
        submission = _with_version(one, known or _first(one))
        match next_for(_standing(known), encounter_version=one.event.encounter_version, has_route=route is not None):
            case Next.QUEUE:
                to_queue.append(ToQueue(one.work, submission, one.content))
            case Next.HOLD:
                await _hold(one.work, submission, one.content)
            case Next.TELL_BILLED if known is not None:
                await _tell_billed(one.work, known, submission, one.content)
            case _:
                continue
    if not to_queue or route is None:
        return False
    await queue(to_queue, route=route, is_test=is_test)
    return True


async def queue(to_queue: Sequence[ToQueue], *, route: Route, is_test: bool) -> list[Submission]:
    """Let submissions wait for the next file of a route, each as a new try, and tell so with their lines.

    Each keeps the number that it had; its lines keep theirs.
    """
    work = to_queue[0].work
    known = await numbers.patient_control_numbers_of(
        work, [(one.submission.claim_id, one.submission.payer_order) for one in to_queue]
    )
    written: list[Written] = []
    for one in to_queue:
        before = one.submission
        number = known[before.claim_id, before.payer_order]
        numbered = number_lines(
            one.content.financial.lines,
            before=await _lines_before(work, before),
            minted=number.lines_minted,
            patient_control_number=number.text,
        )
        known[before.claim_id, before.payer_order] = replace(number, lines_minted=numbered.minted)
        queued = replace(
            before,
            patient_control_number=number.text,
            queued_version=before.encounter_version,
            route_id=route.id,
            usage_indicator=routing.usage_indicator(is_test=is_test),
            guide=routing.GUIDE,
            stage=Stage.QUEUED,
            waiting_since=one.waiting_since or work.now,
            not_recognised_at=None,
            not_recognised_by=None,
            content_version=before.content_version + 1,
        )
        financial = one.content.financial.model_copy(update={"lines": numbered.lines})
        written.append(Written(queued, replace(one.content, financial=financial)))
    await numbers.keep_numbers(work, known)
    await artifacts.end_attempts(work, [one.submission.id for one in to_queue if one.submission.content_version])
    await submissions.save(work, written)
    for one, now in zip(to_queue, written, strict=True):
        tell_queued(one.work, now.submission, now.content)
    return [one.submission for one in written]


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


def _first(one: Coded) -> Submission:
    """Return the submission of a claim that comes for the first time."""
    coded = one.event
    return Submission(
        id=ids.new(),
        claim_id=one.claim_id,
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


def _with_version(one: Coded, submission: Submission) -> Submission:
    """Return the submission with what a coded version says of it, and the trace that it came with."""
    content = one.content
    return replace(
        submission,
        encounter_version=one.event.encounter_version,
        charge_cents=sum(line.charge_cents for line in content.financial.lines),
        line_count=len(content.financial.lines),
        payer_count=len(content.financial.payers),
        billing_npi=content.identity.billing_provider.npi or "",
        traceparent=one.work.traceparent,
    )


async def _lines_before(work: Work, submission: Submission) -> Sequence[ServiceLine]:
    if submission.content_version == 0:
        return ()
    return (await submissions.content_of(work, submission)).financial.lines


async def _hold(work: Work, submission: Submission, content: BilledContent) -> None:
    """Keep a claim that has no route yet, and say what it waits for."""
    duty = duty_for("claim.held", now=work.now)
    held = replace(submission, stage=Stage.HELD, waiting_since=None, content_version=submission.content_version + 1)
    await submissions.save(work, [Written(held, content, NO_ROUTE, duty)])
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
    newest = replace(amended, content_version=known.content_version + 1)
    await submissions.save(work, [Written(newest, newer, "claim.amended_after_billing", duty)])
    work.publish(
        ClaimAmendedAfterBilling(
            **head(known),
            encounter_version=amended.encounter_version,
            sent_version=known.queued_version or known.encounter_version,
            owner=duty.owner,
            due_at=duty.due_at,
        )
    )
