"""Build the next file of a route: fix its claims, draw its numbers, keep its bytes. Nothing leaves here.

A claim that can't be written stops alone; the others leave without it.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from claimwright import ids, x12
from claimwright.clearinghouse.routes import Route
from claimwright.events.coding import ScrubFinding
from claimwright.events.lifecycle_words import Stage
from claimwright.events.submission import SubmissionBuildFailed
from claimwright.failpoints import failpoint
from claimwright.findings import Finding
from claimwright.messaging.work import Work
from claimwright.refusals import Poison
from claimwright_submission.domain import professional
from claimwright_submission.domain.attempt import Transport
from claimwright_submission.domain.batching import Waiting, batches
from claimwright_submission.domain.duties import duty_for
from claimwright_submission.domain.submission import Artifact, Attempt, Submission
from claimwright_submission.persistence import artifacts, numbers, submissions
from claimwright_submission.persistence.submissions import Standing
from claimwright_submission.usecases.in_thread import in_thread
from claimwright_submission.usecases.told import head, trace_of

_FAILED: Final = "submission.build_failed"
_UNWRITABLE: Final = Finding(
    code="submission.unwritable",
    says="The claim can't be written as an 837 with what it holds.",
    fix="Amend the encounter.",
)

_UNREADABLE: Final = Finding(
    code="submission.content_unreadable",
    says="What is kept of the claim can't be opened.",
    fix="Amend the encounter, so that its content is kept anew.",
)


class FileUnwritable(RuntimeError):
    """A file that can't be written although each of its claims can: a fault of the route, or a bug."""


@dataclass(frozen=True, slots=True)
class _Writable:
    """A submission and the values it is written from."""

    submission: Submission
    claim: x12.Claim


@dataclass(frozen=True, slots=True)
class Built:
    """A file that was built, and whether more waits than went into it."""

    artifact_id: UUID
    is_more_waiting: bool


async def build_file(work: Work, route: Route, *, most: int) -> Built | None:
    """Build one file of waiting submissions of a route, or return None when nothing can be sent.

    Errors: FileUnwritable.
    """
    waiting = await submissions.waiting(work, route.id, most=most)
    by_id = {each.submission.id: each for each in waiting}
    first = next(iter(batches((_waiting(each.submission, route) for each in waiting), most=most)), ())
    built: list[_Writable] = []
    for place in first:
        submission = by_id[place.submission_id].submission
        try:
            content = await submissions.opened(work, submission, by_id[submission.id].sealed)
        except Poison:
            # One row that was changed or lost its key must not keep the others from leaving.
            await _stop(work, submission, [_UNREADABLE])
            continue
        match professional.build(content, _bill(submission)):
            case x12.Claim() as claim:
                built.append(_Writable(submission, claim))
            case findings:
                await _stop(work, submission, findings)
    if not built:
        return None
    file = await _File.drawn(work, route, first[0])
    failpoint("edi.after_allocate")
    good, data = await file.written(built)
    for each, findings in file.stopped:
        await _stop(work, each.submission, findings)
    if not good:
        await file.give_back()
        return None
    return Built(await file.keep(good, data), is_more_waiting=len(waiting) == most or len(first) < len(waiting))


class _File:
    """One file in the making: always the same envelope, whichever claims it ends up with."""

    def __init__(self, work: Work, route: Route, control: x12.ControlNumbers, *, usage: str, guide: str) -> None:
        self.stopped: list[tuple[_Writable, list[Finding]]] = []
        self._work = work
        self._route = route
        self._control = control
        self._guide = guide
        self._envelope = x12.Envelope(
            sender=x12.Endpoint("ZZ", route.submitter_id),
            receiver=x12.Endpoint("ZZ", route.receiver_id),
            usage_indicator=usage,
        )

    @classmethod
    async def drawn(cls, work: Work, route: Route, first: Waiting) -> "_File":
        """Begin a file with control numbers of its own."""
        usage = first.usage_indicator
        control = await numbers.draw_control_numbers(
            work, sender=route.submitter_id, receiver=route.receiver_id, usage_indicator=usage
        )
        return cls(work, route, control, usage=usage, guide=first.guide)

    async def give_back(self) -> None:
        """Give the numbers back that no file leaves with: until the transaction ends nobody else can draw."""
        await numbers.give_back_control_numbers(
            self._work,
            sender=self._route.submitter_id,
            receiver=self._route.receiver_id,
            usage_indicator=self._envelope.usage_indicator,
        )

    async def written(self, built: Sequence[_Writable]) -> tuple[list[_Writable], bytes]:
        """Write the claims that can be written; those that can't are in `stopped` afterwards."""
        good = list(built)
        while good:
            written = await self._write(good)
            if written.data:
                return good, written.data
            bad = await self._bad(good, written)
            self.stopped += bad
            stopped = {each.submission.id for each, _ in bad}
            good = [each for each in good if each.submission.id not in stopped]
        return [], b""

    async def keep(self, built: Sequence[_Writable], data: bytes) -> UUID:
        """Keep the file, ready to be sent, with the place of each claim in it."""
        artifact = Artifact(
            id=ids.new(),
            route_id=self._route.id,
            interchange_number=self._control.interchange,
            group_number=self._control.group,
            set_number=self._control.transaction,
            sha256=hashlib.sha256(data).hexdigest(),
            byte_count=len(data),
            claim_count=len(built),
            charge_cents=sum(each.submission.charge_cents for each in built),
            transport=Transport.READY,
            tries=0,
            lease_token=None,
        )
        places = await in_thread(self._work, lambda: _places(data))
        await artifacts.store(
            self._work,
            artifact,
            data=data,
            guide=self._guide,
            sender=self._route.submitter_id,
            receiver=self._route.receiver_id,
            usage=self._envelope.usage_indicator,
        )
        await artifacts.store_attempts(
            self._work,
            [_attempt(artifact, each.submission, *places[each.claim.patient_control_number]) for each in built],
        )
        await submissions.take_into_file(self._work, [each.submission.id for each in built])
        return artifact.id

    async def _bad(self, good: Sequence[_Writable], written: x12.Written) -> list[tuple[_Writable, list[Finding]]]:
        """Return the claims that keep a file from being written: by their place in the findings, else one by one."""
        blocking = [finding for finding in written.findings if finding.blocks]
        named = {finding.claim for finding in blocking if 0 < finding.claim <= len(good)}
        if named:
            return [(good[place - 1], _of_claim(blocking, place)) for place in sorted(named)]
        bad = []
        for each in good:
            alone = await self._write([each])
            if not alone.data:
                bad.append((each, [x12.shared_finding(finding) for finding in alone.findings if finding.blocks]))
        if not bad or (len(good) > 1 and len(bad) == len(good)):
            raise FileUnwritable(",".join(sorted({finding.code for finding in blocking})))
        return bad

    async def _write(self, built: Sequence[_Writable]) -> x12.Written:
        batch = professional.claim_set(
            [each.claim for each in built],
            submitter=_submitter(self._route),
            receiver=x12.Party("40", last_name=self._route.name, id_qualifier="46", id=self._route.receiver_id),
            reference=f"{self._control.interchange:09d}",
        )
        return await in_thread(
            self._work,
            lambda: x12.write_837p(batch, envelope=self._envelope, control=self._control, moment=self._work.now),
        )


def _places(data: bytes) -> dict[str, tuple[x12.Span, str]]:
    """Return where each claim stands in a file, and in which set, by its number."""
    return {
        claim.patient_control_number: (claim.span, claims.header.control_number)
        for claims in x12.read_837p(data).values
        for claim in claims.claims
    }


def _attempt(artifact: Artifact, submission: Submission, span: x12.Span, set_control: str) -> Attempt:
    return Attempt(
        id=ids.new(),
        submission_id=submission.id,
        artifact_id=artifact.id,
        encounter_version=submission.encounter_version,
        is_live=True,
        set_control=set_control,
        segment=span.first_segment,
        byte_start=span.byte_start,
        byte_end=span.byte_end,
    )


async def _stop(work: Work, submission: Submission, findings: Iterable[Finding]) -> None:
    """Take a claim that can't be written out of the queue, and say why."""
    duty = duty_for(_FAILED, now=work.now)
    await submissions.stop_waiting(work, Standing(submission.id, Stage.SCRUB_FAILED, _FAILED, duty))
    with trace_of(submission, "submission build_failed"):
        work.publish(
            SubmissionBuildFailed(
                **head(submission),
                findings=tuple(_told(finding) for finding in (*findings,) or (_UNWRITABLE,)),
                owner=duty.owner,
                due_at=duty.due_at,
            )
        )


def _told(finding: Finding) -> ScrubFinding:
    return ScrubFinding(code=finding.code, pointer=finding.where.pointer or "", says=finding.says, fix=finding.fix)


def _of_claim(findings: Iterable[x12.Finding], place: int) -> list[Finding]:
    return [x12.shared_finding(finding) for finding in findings if finding.claim == place]


def _waiting(submission: Submission, route: Route) -> Waiting:
    return Waiting(
        submission_id=submission.id,
        route_id=route.id,
        usage_indicator=submission.usage_indicator or "",
        guide=submission.guide or "",
        billing_npi=submission.billing_npi,
        patient_control_number=submission.patient_control_number or "",
    )


def _bill(submission: Submission) -> professional.Bill:
    return professional.Bill(
        patient_control_number=submission.patient_control_number or "",
        payer_order=submission.payer_order,
        claim_frequency_code=submission.frequency,
    )


def _submitter(route: Route) -> x12.Party:
    numbers_of_contact = tuple(
        (qualifier, value) for qualifier, value in (("TE", route.contact_phone), ("EM", route.contact_email)) if value
    )
    return x12.Party(
        "41",
        last_name=route.submitter_name or route.submitter_id,
        id_qualifier="46",
        id=route.submitter_id,
        # A sandbox takes any contact; a live route names one, or its routes file is refused.
        contacts=(
            x12.Contact(
                "IC", route.contact_name or "BILLING", numbers_of_contact or (("EM", "nobody@sandbox.invalid"),)
            ),
        ),
    )
