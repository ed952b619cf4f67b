"""A small day as the console hears of it: claims paid, in part, denied, rejected, incomplete, stopped and under way."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Final

from claimwright import ids
from claimwright.control_numbers import mint
from claimwright.events.coding import ClaimCoded, ClaimScrubFailed, CodingStarted, ScrubFinding
from claimwright.events.envelope import Received
from claimwright.events.intake import EncounterIncomplete, EncounterReceived, Gap
from claimwright.events.lifecycle_words import ClosedReason, Outcome
from claimwright.events.parts import (
    BilledClaim,
    BilledParties,
    ClaimLedger,
    Diagnosis,
    EncounterClinical,
    EncounterFinancial,
    EncounterIdentity,
    Entry,
    LineDecision,
    Membership,
    Patient,
    Payer,
    PersonName,
    PostingEntries,
    Provider,
    ServiceLine,
)
from claimwright.events.remittance import (
    ClaimAdjudicated,
    ClaimClosed,
    DenialOpened,
    PatientBalanceReleased,
    RemitFilePosted,
    RemitFileReceived,
    RemitMatched,
)
from claimwright.events.submission import (
    AckClearinghouseAccepted,
    AckPayerAccepted,
    AckPayerRejected,
    AckSetAccepted,
    ArtifactAcknowledged,
    ArtifactSent,
    ClaimQueued,
    FileAddress,
    StatusCode,
    SubmissionSent,
)
from tests.support.console import MORNING, TestConsole, new_id

PATIENT: Final = PersonName(first="Marisol", last="Quillfeather")
MEMBER_ID: Final = "PAID4471903"
"""Synthetic; a name that appears nowhere else, so that a leak can be found."""


@dataclass
class Story:
    """One claim's events, told one after the other; each step is a few seconds later than the one before."""

    console: TestConsole
    claim_id: str
    encounter_id: str
    charge_cents: int
    at: datetime
    trace_id: str
    last: Received
    number: str = ""
    submission_id: str = ""
    file: FileAddress | None = None
    queued: Received | None = None

    def tick(self, seconds: float = 4) -> datetime:
        """Move on and return the moment."""
        self.at += timedelta(seconds=seconds)
        return self.at


def an_identity() -> EncounterIdentity:
    """Return who the stories are about."""
    return EncounterIdentity(
        external_id="visit-1",
        patient=Patient(name=PATIENT, birth_date=date(1984, 5, 17), sex="F"),
        memberships=(Membership(member_id=MEMBER_ID),),
        billing_provider=Provider(npi="1234567893", organization_name="Maple Street Clinic"),
        rendering_provider=Provider(npi="1245319599", person_name=PersonName(first="Ada", last="Okafor")),
    )


def a_financial_part(charge_cents: int) -> EncounterFinancial:
    """Return what is billed: two lines."""
    first = charge_cents * 3 // 5
    lines = tuple(
        ServiceLine(
            procedure_code=code,
            charge_cents=cents,
            units=Decimal(1),
            diagnosis_pointers=(1,),
            service_date=date(2026, 3, 1),
        )
        for code, cents in (("99214", first), ("85025", charge_cents - first))
    )
    payer = Payer(id="60054", name="Example Health", claim_filing_indicator="CI")
    return EncounterFinancial(payers=(payer,), place_of_service="11", lines=lines)


async def received(
    console: TestConsole, *, charge_cents: int = 250_00, at: datetime = MORNING, is_complete: bool = True
) -> Story:
    """Begin a story: an encounter comes in."""
    claim_id, encounter_id = new_id(ids.CLAIM), new_id(ids.ENCOUNTER)
    trace_id = sha256(claim_id.encode()).hexdigest()[:32]
    data = EncounterReceived(
        encounter_id=encounter_id,
        claim_id=claim_id,
        encounter_version=1,
        charge_cents=charge_cents,
        line_count=2,
        payer_count=1,
        source="api",
        is_complete=is_complete,
    )
    clinical = EncounterClinical(diagnoses=(Diagnosis(code="E119"),))
    event = await console.hear(data, an_identity(), clinical, a_financial_part(charge_cents), at=at, trace_id=trace_id)
    return Story(console, claim_id, encounter_id, charge_cents, at, trace_id, event)


async def incomplete(story: Story) -> None:
    """The encounter lacks a fact."""
    await story.console.hear(
        EncounterIncomplete(
            encounter_id=story.encounter_id,
            claim_id=story.claim_id,
            encounter_version=1,
            gaps=(Gap(code="subscriber_missing", pointer="/coverages/0/subscriber", ask="partner"),),
            owner="partner",
            due_at=story.at + timedelta(days=2),
        ),
        at=story.at,
        cause=None,
        trace_id=story.trace_id,
    )


async def coded(story: Story) -> None:
    """Coding takes the claim up and passes it."""
    await story.console.hear(
        CodingStarted(claim_id=story.claim_id, encounter_id=story.encounter_id, encounter_version=1),
        at=story.tick(1),
        cause=story.last,
        trace_id=story.trace_id,
    )
    story.last = await story.console.hear(
        ClaimCoded(
            claim_id=story.claim_id,
            encounter_id=story.encounter_id,
            encounter_version=1,
            charge_cents=story.charge_cents,
            line_count=2,
            payer_count=1,
            code_set="ICD-10-CM 2026",
        ),
        at=story.at,
        cause=story.last,
        trace_id=story.trace_id,
    )


async def scrub_failed(story: Story) -> None:
    """Coding stops the claim."""
    await story.console.hear(
        CodingStarted(claim_id=story.claim_id, encounter_id=story.encounter_id, encounter_version=1),
        at=story.tick(1),
        cause=story.last,
        trace_id=story.trace_id,
    )
    await story.console.hear(
        ClaimScrubFailed(
            claim_id=story.claim_id,
            encounter_id=story.encounter_id,
            encounter_version=1,
            findings=(
                ScrubFinding(
                    code="diagnosis_not_valid_on_date",
                    pointer="/diagnoses/0/code",
                    says="This code is not valid on the day of service.",
                    fix="Send a code of the release that holds on that day.",
                ),
            ),
            code_set="ICD-10-CM 2026",
            owner="partner",
            due_at=story.at + timedelta(days=1),
        ),
        at=story.at,
        cause=story.last,
        trace_id=story.trace_id,
    )


async def sent(story: Story, *, file: FileAddress | None = None) -> None:
    """Submission queues the claim and sends it."""
    story.number, story.submission_id = (
        mint(int(story.trace_id[:6], 16) + 1, payer_order=1, key=bytes(32)),
        new_id(ids.SUBMISSION),
    )
    base = {
        "claim_id": story.claim_id,
        "submission_id": story.submission_id,
        "payer_order": 1,
        "patient_control_number": story.number,
    }
    financial = a_financial_part(story.charge_cents)
    story.queued = await story.console.hear(
        ClaimQueued(
            **base,
            encounter_id=story.encounter_id,
            encounter_version=1,
            frequency="1",
            charge_cents=story.charge_cents,
            line_count=2,
            payer_count=1,
            route_id=new_id(ids.ROUTE),
        ),
        BilledParties(patient=PATIENT, member_id=MEMBER_ID, billing_npi="1234567893", billing_tax_id="123456789"),
        BilledClaim(payer=financial.payers[0], payer_count=1, lines=financial.lines),
        at=story.tick(1),
        cause=story.last,
        trace_id=story.trace_id,
    )
    is_new = file is None
    story.file = file or an_address()
    if is_new:
        await story.console.hear(
            ArtifactSent(
                artifact_id=story.file.artifact_id,
                sha256=story.file.sha256,
                interchange_control=story.file.interchange_control,
                route_id=new_id(ids.ROUTE),
                claim_count=2,
                charge_cents=story.charge_cents,
                byte_count=2_841,
            ),
            at=story.at + timedelta(seconds=2),
            trace_id=story.trace_id,
        )
    story.last = await story.console.hear(
        SubmissionSent(**base, attempt_id=new_id(ids.ATTEMPT), route_id=new_id(ids.ROUTE), file=story.file),
        at=story.tick(2),
        cause=story.queued,
        trace_id=story.trace_id,
    )


def an_address() -> FileAddress:
    """Return where a claim stands in a new file."""
    artifact = new_id(ids.ARTIFACT)
    return FileAddress(
        artifact_id=artifact,
        sha256=sha256(artifact.encode()).hexdigest(),
        interchange_control="000000118",
        group_control="118",
        set_control="0001",
        segment=14,
        byte_start=612,
        byte_end=1_104,
    )


async def acknowledged(story: Story, *, payer: bool = True, rejected: bool = False) -> None:
    """The 999 and the 277CAs come back."""
    assert story.file is not None

    def base() -> dict[str, object]:
        return {
            "claim_id": story.claim_id,
            "submission_id": story.submission_id,
            "payer_order": 1,
            "patient_control_number": story.number,
            "artifact_id": story.file.artifact_id if story.file else "",
            "answer": an_address(),
            "answered_at": story.at,
        }

    story.tick()
    await story.console.hear(AckSetAccepted(**base(), verdict="A"), at=story.at)
    await story.console.hear(
        ArtifactAcknowledged(
            artifact_id=story.file.artifact_id,
            sha256=story.file.sha256,
            interchange_control=story.file.interchange_control,
            answer_artifact_id=new_id(ids.ARTIFACT),
            kind="999",
            verdict="A",
            claim_count=2,
        ),
        at=story.at,
    )
    story.tick()
    accepted = (StatusCode(category="A2", status="20", entity="AY", action="WQ"),)
    await story.console.hear(AckClearinghouseAccepted(**base(), statuses=accepted), at=story.at)
    if not payer:
        return
    story.tick()
    if rejected:
        refused = (StatusCode(category="A7", status="562", entity="85", action="U"),)
        await story.console.hear(
            AckPayerRejected(**base(), statuses=refused, owner="billing", due_at=story.at + timedelta(days=3)),
            at=story.at,
        )
        return
    await story.console.hear(
        AckPayerAccepted(**base(), statuses=accepted, payer_claim_control_number=f"PC{story.number[:8]}"),
        at=story.at,
    )


async def decided(story: Story, outcome: Outcome) -> None:
    """The 835 comes and is posted; what follows from it follows."""
    charge = story.charge_cents
    paid, adjusted, patient = {
        Outcome.PAID_FULL: (charge * 4 // 5, charge - charge * 4 // 5, 0),
        Outcome.PAID_PARTIAL: (charge * 3 // 5, charge - charge * 3 // 5 - 40_00, 40_00),
        Outcome.DENIED: (0, 0, 0),
    }[outcome]
    opened = charge - paid - adjusted
    file_id = new_id(ids.FILE)
    hear = story.console.hear
    arrived = await hear(
        RemitFileReceived(file_id=file_id, sha256="9" * 64, byte_count=1_907, source="callback"), at=story.tick(60)
    )
    await hear(
        RemitMatched(
            claim_id=story.claim_id,
            submission_id=story.submission_id,
            payer_order=1,
            file_id=file_id,
            remit_claim_id=new_id("rcl"),
            rung="line_control_number",
        ),
        at=story.tick(1),
        cause=arrived,
    )
    decision = await hear(
        ClaimAdjudicated(
            claim_id=story.claim_id,
            submission_id=story.submission_id,
            payer_order=1,
            payer_count=1,
            file_id=file_id,
            remittance_id=new_id(ids.REMITTANCE),
            remit_claim_id=new_id("rcl"),
            posting_id=new_id(ids.POSTING),
            outcome=outcome,
            outcome_version=1,
            claim_outcome_code="1",
            payer_claim_control_number=f"PC{story.number[:8]}",
            charge_cents=charge,
            paid_cents=paid,
            adjusted_cents=adjusted,
            patient_cents=patient,
            open_cents=opened,
            reasons=("CO-50",) if outcome is Outcome.DENIED else ("CO-45", *(("PR-1",) if patient else ())),
            payment_date=story.at.date(),
            segment=17,
            byte_start=702,
            byte_end=1_033,
        ),
        _ledger(story, file_id, paid=paid, adjusted=adjusted, patient=patient),
        at=story.at,
        cause=arrived,
    )
    await hear(
        RemitFilePosted(
            file_id=file_id,
            set_count=1,
            claim_count=1,
            paid_cents=paid,
            posted_cents=paid,
            suspense_cents=0,
            provider_level_cents=0,
        ),
        at=story.at,
        cause=arrived,
    )
    await _what_follows(story, outcome, decision, opened)


async def _what_follows(story: Story, outcome: Outcome, decision: Received, opened: int) -> None:
    hear = story.console.hear
    if outcome is Outcome.PAID_FULL:
        await hear(ClaimClosed(claim_id=story.claim_id, reason=ClosedReason.PAID), at=story.tick(1), cause=decision)
    elif outcome is Outcome.PAID_PARTIAL:
        released = PatientBalanceReleased(
            claim_id=story.claim_id,
            patient_cents=opened,
            owner="patient accounts",
            due_at=story.at + timedelta(days=30),
        )
        await hear(released, at=story.tick(1), cause=decision)
    else:
        opened_case = DenialOpened(
            claim_id=story.claim_id,
            denial_id=new_id(ids.DENIAL),
            payer_order=1,
            denied_cents=opened,
            reasons=("CO-50",),
            owner="denials",
            due_at=story.at + timedelta(days=14),
        )
        await hear(opened_case, at=story.tick(1), cause=decision)


def _ledger(story: Story, file_id: str, *, paid: int, adjusted: int, patient: int) -> ClaimLedger:
    charge = story.charge_cents
    opening = PostingEntries(
        posting_id=new_id(ids.POSTING),
        cause_kind="charge",
        day=date(2026, 3, 2),
        entries=(
            Entry(account="insurance_receivable", cents=charge, payer_order=1),
            Entry(account="revenue", cents=-charge, payer_order=1),
        ),
    )
    told = [
        ("cash", paid, 731, 768),
        ("contractual_adjustment", adjusted, 812, 829),
        ("patient_receivable", patient, 830, 845),
    ]
    entries = [
        Entry(
            account=account,
            cents=cents,
            payer_order=1,
            line=1,
            artifact_id=file_id,
            segment=19,
            byte_start=start,
            byte_end=end,
        )
        for account, cents, start, end in told
        if cents
    ]
    moved = paid + adjusted + patient
    posted = PostingEntries(
        posting_id=new_id(ids.POSTING),
        cause_kind="remit_claim",
        day=date(2026, 3, 2),
        entries=(*entries, Entry(account="insurance_receivable", cents=-moved, payer_order=1)),
    )
    line = LineDecision(
        line=1,
        charge_cents=charge,
        paid_cents=paid,
        patient_cents=patient,
        reasons=(("CO-45", adjusted),) if moved else (("CO-50", charge),),
        rung="line_control_number",
    )
    return ClaimLedger(lines=(line,), postings=(opening, posted) if moved else (opening,))


async def a_day(console: TestConsole, *, ending: datetime) -> dict[str, Story]:
    """Tell a day that ends at a moment, and return one story of each kind by its name."""
    told: dict[str, Story] = {}
    begins = ending - timedelta(minutes=50)
    plan: list[tuple[str, int, int]] = [
        ("paid", 220_00, 0), ("paid", 185_00, 3), ("paid", 412_50, 5), ("paid", 96_00, 9), ("paid", 310_00, 14),
        ("partial", 250_00, 2), ("partial", 480_00, 12), ("denied", 640_00, 7), ("rejected", 129_00, 11),
        ("incomplete", 75_00, 16), ("scrub_failed", 233_00, 21), ("scrub_failed", 88_00, 30), ("at_payer", 145_00, 26),
        ("at_payer", 512_00, 27), ("at_payer", 99_00, 33), ("at_clearinghouse", 178_00, 40), ("sent", 201_00, 44),
        ("sent", 64_00, 45), ("coded", 119_00, 48), ("received", 340_00, 49),
    ]  # fmt: skip
    for kind, charge_cents, minute in plan:
        at = begins + timedelta(minutes=minute)
        story = await received(console, charge_cents=charge_cents, at=at, is_complete=kind != "incomplete")
        told.setdefault(kind, story)
        await _tell(kind, story)
    return told


async def _tell(kind: str, story: Story) -> None:
    if kind == "incomplete":
        return await incomplete(story)
    if kind == "scrub_failed":
        return await scrub_failed(story)
    if kind == "received":
        return None
    await coded(story)
    if kind == "coded":
        return None
    await sent(story)
    if kind == "sent":
        return None
    await acknowledged(story, payer=kind != "at_clearinghouse", rejected=kind == "rejected")
    outcome = {"paid": Outcome.PAID_FULL, "partial": Outcome.PAID_PARTIAL, "denied": Outcome.DENIED}.get(kind)
    return await decided(story, outcome) if outcome else None
