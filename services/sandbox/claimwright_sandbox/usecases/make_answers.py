"""Make the answers of the file that is due longest, and put them out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from claimwright import ids
from claimwright.x12 import (
    BatchAck,
    Claim,
    ControlNumbers,
    Endpoint,
    Envelope,
    InterchangeAck,
    Party,
    Remittance,
    Written,
    write_277ca,
    write_835,
    write_999,
    write_ta1,
)
from claimwright_sandbox.domain.acknowledge import Speaker, payer_answer
from claimwright_sandbox.domain.adjudicate import adjudicate
from claimwright_sandbox.domain.claims import by_billing_provider, payers_of, taken_by_payer
from claimwright_sandbox.domain.clearing import Cleared, Judged, clear, read_and_judge
from claimwright_sandbox.domain.pace import AnswerKind
from claimwright_sandbox.domain.payment import pay
from claimwright_sandbox.domain.scenarios import scenario_of
from claimwright_sandbox.persistence import counters, files, outbound
from claimwright_sandbox.persistence.files import ReceivedFile
from claimwright_sandbox.persistence.vault import Vault

_DUPLICATE_NUMBER = "025"
_PAYMENT_ZONE = ZoneInfo("America/New_York")


class AnswerNotWritten(Exception):
    """The codec would not write an answer of ours: a bug here, told by the codes of its findings."""


@dataclass(slots=True)
class LastFile:
    """The file that was read last: its answers come due one after the other, and it is judged once for all of them."""

    file_id: UUID | None = None
    judged: Judged | None = None

    def judge(self, row: ReceivedFile, vault: Vault) -> Judged:
        """Return a file as it was judged, which is done where it is another than the last one."""
        if self.judged is None or self.file_id != row.id:
            self.judged = read_and_judge(vault.open(row.content, file_id=row.id))
            self.file_id = row.id
        return self.judged


@dataclass(frozen=True, slots=True)
class Made:
    """How many answers were made; none, and from when on the next is due, where that is known."""

    count: int = 0
    next_due_at: datetime | None = None


@dataclass(slots=True)
class _Desk:
    """One transaction's work on one file's answers."""

    connection: AsyncConnection
    vault: Vault
    row: ReceivedFile
    cleared: Cleared
    now: datetime

    @property
    def envelope(self) -> Envelope:
        """Return the envelope of answers: sender and receiver of the file turned round."""
        came = self.cleared.interchange
        return Envelope(
            sender=Endpoint(came.receiver.qualifier, came.receiver.id.strip()),
            receiver=Endpoint(came.sender.qualifier, came.sender.id.strip()),
            usage_indicator=came.usage_indicator,
        )

    async def control(self) -> ControlNumbers:
        """Draw the numbers of one outgoing interchange."""
        number = await counters.draw(self.connection, f"interchange {self.row.submitter_id}")
        return ControlNumbers(interchange=number, group=number, transaction=1)

    async def put_out(self, written: Written, functional_id: str) -> None:
        """Seal an answer and put it into the mailbox and before the callback."""
        if not written.data:
            raise AnswerNotWritten(", ".join(sorted({finding.code for finding in written.findings})))
        file_id = ids.new()
        await outbound.add(
            self.connection,
            file_id=file_id,
            submitter_id=self.row.submitter_id,
            functional_id=functional_id,
            sha256=sha256(written.data).hexdigest(),
            content=self.vault.seal(written.data, file_id=file_id),
            now=self.now,
        )


async def make_answers(connection: AsyncConnection, *, vault: Vault, last: LastFile, now: datetime) -> Made:
    """Make the answers of one file that are due and mark them made.

    All in the caller's transaction: an answer is made once, whatever dies.
    """
    due = await files.take_due(connection, now=now)
    if due is None:
        return Made()
    if not due.kinds:
        return Made(next_due_at=due.first_due_at)
    row = await files.load(connection, due.file_id)
    cleared = clear(last.judge(row, vault), receiver_id=row.receiver_id, moment=now)
    desk = _Desk(connection, vault, row, cleared, now)
    for kind in due.kinds:
        await _answer(desk, kind)
    await files.mark_answered(connection, due.file_id, due.kinds, now=now)
    return Made(len(due.kinds))


async def _answer(desk: _Desk, kind: AnswerKind) -> None:
    match kind:
        case AnswerKind.INTERCHANGE_ACK:
            await _refuse_interchange(desk)
        case AnswerKind.IMPLEMENTATION_ACK:
            await _acknowledge_sets(desk)
        case AnswerKind.CLEARINGHOUSE_ACK:
            await _acknowledge_as_clearinghouse(desk)
        case AnswerKind.PAYER_ACK:
            await _acknowledge_as_payers(desk)
        case AnswerKind.REMITTANCE:
            await _remit(desk)


async def _refuse_interchange(desk: _Desk) -> None:
    came = desk.cleared.interchange
    ack = InterchangeAck(
        control_number=came.control_number, date=came.date, time=came.time, code="R", note=_DUPLICATE_NUMBER
    )
    await _put_out_interchange_acks(desk, [ack])


async def _acknowledge_sets(desk: _Desk) -> None:
    if desk.cleared.interchange_acks:
        await _put_out_interchange_acks(desk, desk.cleared.interchange_acks)
    if desk.cleared.groups:
        control = await desk.control()
        written = write_999(desk.cleared.groups, envelope=desk.envelope, control=control, moment=desk.now)
        await desk.put_out(written, "FA")


async def _put_out_interchange_acks(desk: _Desk, acks: Sequence[InterchangeAck]) -> None:
    control = await desk.control()
    await desk.put_out(write_ta1(acks, envelope=desk.envelope, control=control, moment=desk.now), "TA1")


async def _acknowledge_as_clearinghouse(desk: _Desk) -> None:
    answers = [batch._replace(reference=await _reference(desk)) for batch in desk.cleared.batches]
    await _put_out_acks(desk, answers)


async def _acknowledge_as_payers(desk: _Desk) -> None:
    claim_sets = desk.cleared.claim_sets
    for payer in payers_of(claim_sets):
        speaker = Speaker(Party("PR", last_name=payer.last_name, id_qualifier="PI", id=payer.id), at=desk.now)
        answers = []
        for claim_set in claim_sets:
            if any(claim.subscriber.payer.id == payer.id for claim in claim_set.claims):
                numbers = await _claim_numbers(desk, taken_by_payer(claim_set, payer.id))
                answers.append(
                    payer_answer(claim_set, speaker, reference=await _reference(desk), claim_numbers=numbers)
                )
        await _put_out_acks(desk, answers)


async def _put_out_acks(desk: _Desk, answers: Sequence[BatchAck]) -> None:
    if answers:
        control = await desk.control()
        await desk.put_out(write_277ca(answers, envelope=desk.envelope, control=control, moment=desk.now), "HN")


async def _remit(desk: _Desk) -> None:
    claim_sets = desk.cleared.claim_sets
    for payer in payers_of(claim_sets):
        taken = [claim for claim_set in claim_sets for claim in taken_by_payer(claim_set, payer.id)]
        remittances = [await _remittance(desk, payer.id, claims) for claims in by_billing_provider(taken)]
        if remittances:
            control = await desk.control()
            written = write_835(remittances, envelope=desk.envelope, control=control, moment=desk.now)
            await desk.put_out(written, "HP")


async def _remittance(desk: _Desk, payer_id: str, claims: Sequence[Claim]) -> Remittance:
    numbers = await _claim_numbers(desk, claims)
    decided = [
        (
            claim,
            adjudicate(
                claim,
                scenario_of(claim.subscriber.party.id),
                payer_claim_control_number=numbers[claim.patient_control_number],
            ),
        )
        for claim in claims
    ]
    trace = await counters.draw(desk.connection, "trace")
    return pay(
        decided,
        trace_number=f"SBX{trace:09d}",
        paid_on=desk.now.astimezone(_PAYMENT_ZONE).date(),
        payer_tax_number=_tax_number(payer_id),
    )


async def _claim_numbers(desk: _Desk, claims: Sequence[Claim]) -> dict[str, str]:
    """Return the payer's own numbers of these claims by patient control number; a new claim gets one."""
    wanted = [claim.patient_control_number for claim in claims]
    submitter_id = desk.row.submitter_id
    known = await files.numbers_of(desk.connection, submitter_id, wanted)
    missing = [number for number in dict.fromkeys(wanted) if number not in known]
    if missing:
        first = await counters.draw(desk.connection, "payer claim", len(missing))
        given = {number: f"{desk.now:%y}{first + place:010d}" for place, number in enumerate(missing)}
        await files.give_numbers(desk.connection, submitter_id, given)
        known |= given
    return known


async def _reference(desk: _Desk) -> str:
    return f"{await counters.draw(desk.connection, 'acknowledgment'):09d}"


def _tax_number(payer_id: str) -> str:
    """Return nine digits that belong to a payer's id; no payer's real number."""
    return f"{int(sha256(payer_id.encode()).hexdigest(), 16) % 10**9:09d}"
