"""Make the answers of the file that is due longest, and put them out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final
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
from claimwright_sandbox.persistence.outbound import NewFile
from claimwright_sandbox.persistence.vault import Vault

_DUPLICATE_NUMBER = "025"
_PAYMENT_ZONE = ZoneInfo("America/New_York")
_ACKNOWLEDGMENTS: Final = "acknowledgment"
_TRACES: Final = "trace"
_PAYER_CLAIMS: Final = "payer claim"
_OF_PAYERS: Final = frozenset({AnswerKind.PAYER_ACK, AnswerKind.REMITTANCE})


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
    """One transaction's work on one file's answers; all that it draws and asks for is there before the first one."""

    vault: Vault
    row: ReceivedFile
    cleared: Cleared
    now: datetime
    claim_numbers: Mapping[str, str]
    drawn: dict[str, int]
    made: list[NewFile] = field(default_factory=list)

    @property
    def envelope(self) -> Envelope:
        """Return the envelope of answers: sender and receiver of the file turned round."""
        came = self.cleared.interchange
        return Envelope(
            sender=Endpoint(came.receiver.qualifier, came.receiver.id.strip()),
            receiver=Endpoint(came.sender.qualifier, came.sender.id.strip()),
            usage_indicator=came.usage_indicator,
        )

    def draw(self, counter: str) -> int:
        """Return the next of the numbers that were drawn."""
        number = self.drawn[counter]
        self.drawn[counter] = number + 1
        return number

    def control(self) -> ControlNumbers:
        """Return the numbers of one outgoing interchange."""
        number = self.draw(_interchanges_to(self.row.submitter_id))
        return ControlNumbers(interchange=number, group=number, transaction=1)

    def reference(self) -> str:
        """Return the number of one acknowledgment."""
        return f"{self.draw(_ACKNOWLEDGMENTS):09d}"

    def put_out(self, written: Written, functional_id: str) -> None:
        """Seal an answer, for the mailbox and the callback."""
        if not written.data:
            raise AnswerNotWritten(", ".join(sorted({finding.code for finding in written.findings})))
        file_id = ids.new()
        content = self.vault.seal(written.data, file_id=file_id)
        self.made.append(NewFile(file_id, functional_id, sha256(written.data).hexdigest(), content))


async def make_answers(connection: AsyncConnection, *, vault: Vault, last: LastFile, now: datetime) -> Made:
    """Make the answers of one file that are due and mark them made.

    All in the caller's transaction: an answer is made once, whatever dies.
    """
    due = await files.take_due(connection, now=now)
    if due is None:
        return Made()
    if not due.kinds:
        return Made(next_due_at=due.first_due_at)
    row = due.file
    cleared = clear(last.judge(row, vault), receiver_id=row.receiver_id, moment=now)
    taken = _taken(cleared) if not _OF_PAYERS.isdisjoint(due.kinds) else []
    known = await files.numbers_of(connection, row.submitter_id, taken)
    missing = [number for number in taken if number not in known]
    counts = _counts(due.kinds, row, cleared)
    drawn = await counters.draw(connection, counts | {_PAYER_CLAIMS: len(missing)})
    given = {number: f"{now:%y}{drawn[_PAYER_CLAIMS] + place:010d}" for place, number in enumerate(missing)}
    await files.give_numbers(connection, row.submitter_id, given)
    desk = _Desk(vault, row, cleared, now, known | given, drawn)
    for kind in due.kinds:
        _answer(desk, kind)
    await outbound.add(connection, desk.made, submitter_id=row.submitter_id, now=now)
    await files.mark_answered(connection, row.id, due.kinds, now=now)
    return Made(len(due.kinds))


def _taken(cleared: Cleared) -> list[str]:
    """Return the numbers of all claims that payers take for adjudication, each once."""
    claim_sets = cleared.claim_sets
    return list(
        dict.fromkeys(
            claim.patient_control_number
            for payer in payers_of(claim_sets)
            for claim_set in claim_sets
            for claim in taken_by_payer(claim_set, payer.id)
        )
    )


def _counts(kinds: Sequence[AnswerKind], row: ReceivedFile, cleared: Cleared) -> dict[str, int]:
    """Return how many numbers answers of these kinds take of each counter, at most; what is left over is never used."""
    payers = payers_of(cleared.claim_sets)
    interchanges = {
        AnswerKind.INTERCHANGE_ACK: 1,
        AnswerKind.IMPLEMENTATION_ACK: bool(cleared.interchange_acks) + bool(cleared.groups),
        AnswerKind.CLEARINGHOUSE_ACK: 1,
        AnswerKind.PAYER_ACK: len(payers),
        AnswerKind.REMITTANCE: len(payers),
    }
    acknowledgments = {
        AnswerKind.CLEARINGHOUSE_ACK: len(cleared.batches),
        AnswerKind.PAYER_ACK: len(payers) * len(cleared.claim_sets),
    }
    traces = {AnswerKind.REMITTANCE: sum(len(_paid_together(cleared, payer.id)) for payer in payers)}
    return {
        _interchanges_to(row.submitter_id): sum(interchanges[kind] for kind in kinds),
        _ACKNOWLEDGMENTS: sum(acknowledgments.get(kind, 0) for kind in kinds),
        _TRACES: sum(traces.get(kind, 0) for kind in kinds),
    }


def _paid_together(cleared: Cleared, payer_id: str) -> list[list[Claim]]:
    """Return the claims that one payer takes, by the remittance that it pays them with."""
    return by_billing_provider(
        claim for claim_set in cleared.claim_sets for claim in taken_by_payer(claim_set, payer_id)
    )


def _interchanges_to(submitter_id: str) -> str:
    return f"interchange {submitter_id}"


def _answer(desk: _Desk, kind: AnswerKind) -> None:
    match kind:
        case AnswerKind.INTERCHANGE_ACK:
            _refuse_interchange(desk)
        case AnswerKind.IMPLEMENTATION_ACK:
            _acknowledge_sets(desk)
        case AnswerKind.CLEARINGHOUSE_ACK:
            _acknowledge_as_clearinghouse(desk)
        case AnswerKind.PAYER_ACK:
            _acknowledge_as_payers(desk)
        case AnswerKind.REMITTANCE:
            _remit(desk)


def _refuse_interchange(desk: _Desk) -> None:
    came = desk.cleared.interchange
    ack = InterchangeAck(
        control_number=came.control_number, date=came.date, time=came.time, code="R", note=_DUPLICATE_NUMBER
    )
    _put_out_interchange_acks(desk, [ack])


def _acknowledge_sets(desk: _Desk) -> None:
    if desk.cleared.interchange_acks:
        _put_out_interchange_acks(desk, desk.cleared.interchange_acks)
    if desk.cleared.groups:
        control = desk.control()
        written = write_999(desk.cleared.groups, envelope=desk.envelope, control=control, moment=desk.now)
        desk.put_out(written, "FA")


def _put_out_interchange_acks(desk: _Desk, acks: Sequence[InterchangeAck]) -> None:
    control = desk.control()
    desk.put_out(write_ta1(acks, envelope=desk.envelope, control=control, moment=desk.now), "TA1")


def _acknowledge_as_clearinghouse(desk: _Desk) -> None:
    answers = [batch._replace(reference=desk.reference()) for batch in desk.cleared.batches]
    _put_out_acks(desk, answers)


def _acknowledge_as_payers(desk: _Desk) -> None:
    claim_sets = desk.cleared.claim_sets
    for payer in payers_of(claim_sets):
        speaker = Speaker(Party("PR", last_name=payer.last_name, id_qualifier="PI", id=payer.id), at=desk.now)
        answers = [
            payer_answer(claim_set, speaker, reference=desk.reference(), claim_numbers=desk.claim_numbers)
            for claim_set in claim_sets
            if any(claim.subscriber.payer.id == payer.id for claim in claim_set.claims)
        ]
        _put_out_acks(desk, answers)


def _put_out_acks(desk: _Desk, answers: Sequence[BatchAck]) -> None:
    if answers:
        control = desk.control()
        desk.put_out(write_277ca(answers, envelope=desk.envelope, control=control, moment=desk.now), "HN")


def _remit(desk: _Desk) -> None:
    for payer in payers_of(desk.cleared.claim_sets):
        remittances = [_remittance(desk, payer.id, claims) for claims in _paid_together(desk.cleared, payer.id)]
        if remittances:
            control = desk.control()
            written = write_835(remittances, envelope=desk.envelope, control=control, moment=desk.now)
            desk.put_out(written, "HP")


def _remittance(desk: _Desk, payer_id: str, claims: Sequence[Claim]) -> Remittance:
    decided = [
        (
            claim,
            adjudicate(
                claim,
                scenario_of(claim.subscriber.party.id),
                payer_claim_control_number=desk.claim_numbers[claim.patient_control_number],
            ),
        )
        for claim in claims
    ]
    return pay(
        decided,
        trace_number=f"SBX{desk.draw(_TRACES):09d}",
        paid_on=desk.now.astimezone(_PAYMENT_ZONE).date(),
        payer_tax_number=_tax_number(payer_id),
    )


def _tax_number(payer_id: str) -> str:
    """Return nine digits that belong to a payer's id; no payer's real number."""
    return f"{int(sha256(payer_id.encode()).hexdigest(), 16) % 10**9:09d}"
