"""Test every transaction of a file before anything of it is posted: to be posted, held, or known before."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from claimwright import ids
from claimwright.events.remittance import Difference as ToldDifference
from claimwright.events.remittance import RemitFileDuplicate, RemitFileQuarantined
from claimwright.messaging.work import Work
from claimwright.telemetry import metrics
from claimwright_remittance.domain.remits.acceptance import CLASH
from claimwright_remittance.domain.remits.balance import Difference
from claimwright_remittance.domain.remits.file import ReadFile, ReadSet
from claimwright_remittance.domain.remits.identity import PaymentKey, Repeat, repeat_of
from claimwright_remittance.domain.remits.policy import policy_on, posts_balanced
from claimwright_remittance.persistence import files, policies
from claimwright_remittance.persistence.files import KnownPayment

OWNER: Final = "posting"
FIRST_LOOK: Final = timedelta(days=1)
DIFFERENCES_TOLD: Final = 100
"""A broken file may fail at every line; an event tells the first of its differences, the table keeps them all."""


@dataclass(frozen=True, slots=True)
class _Verdict:
    state: str
    differences: tuple[Difference, ...] = ()
    first: KnownPayment | None = None
    policy_id: UUID | None = None


async def register_file(work: Work, file_id: UUID, read: ReadFile) -> None:
    """Keep the transactions of a file with what is to become of each.

    Done once a file: a second run that finds the file past `received` changes nothing.
    """
    state, kind = await files.lock_file(work, file_id)
    if state != "received":
        return
    if read.differences:
        await files.keep_differences(work, file_id, read.differences)
    verdicts: list[tuple[int, _Verdict]] = []
    for each in read.sets:
        verdict = await _judge(work, each, kind)
        verdicts.append((each.remittance.set_ordinal, verdict))
        await files.register(
            work,
            ids.new(),
            file_id,
            each,
            state=verdict.state,
            differences=verdict.differences,
            first_remittance_id=verdict.first.remittance_id if verdict.first else None,
            policy_id=verdict.policy_id,
        )

        metrics.of(metrics.REMIT_SETS, verdict.state).inc()

    told = [
        *(ToldDifference(code=each.code, set_ordinal=0) for each in read.differences),
        *(
            _told(ordinal, each)
            for ordinal, verdict in verdicts
            if verdict.state != "posting"
            for each in verdict.differences
        ),
    ]
    states = {verdict.state for _, verdict in verdicts}
    if told:
        work.publish(
            RemitFileQuarantined(
                file_id=ids.text(ids.FILE, file_id),
                differences=tuple(told[:DIFFERENCES_TOLD]),
                owner=OWNER,
                due_at=work.now + FIRST_LOOK,
            )
        )
    first_file_id = next((verdict.first.file_id for _, verdict in verdicts if verdict.first), None)
    if states == {"duplicate"} and first_file_id is not None:
        work.publish(
            RemitFileDuplicate(
                file_id=ids.text(ids.FILE, file_id), first_file_id=ids.text(ids.FILE, first_file_id), by="payment"
            )
        )
        await files.move_file(work, file_id, "duplicate", first_file_id=first_file_id)
    else:
        await files.move_file(work, file_id, "posting" if "posting" in states else "quarantined")


async def _judge(work: Work, read: ReadSet, kind: str) -> _Verdict:
    key = PaymentKey.of(read.remittance)
    await files.lock_payment(work, key)
    known = await files.payments_known(work, key)
    held = frozenset(content for content, each in known.items() if each.is_held)
    posted = frozenset(known) - held
    match repeat_of(key, read.content_sha256, posted=posted, held=held):
        case Repeat.SAME:
            return _Verdict("duplicate", first=known[read.content_sha256])
        case Repeat.CLASH:
            return _clash(read, next(known[content] for content in known if content in posted))
        case _ if key.payment_cents and (other := await files.seen_on_paper(work, key, kind)) is not None:
            return _clash(read, other)
        case _ if not read.differences:
            return _Verdict("posting")
    policy = policy_on(
        work.now.date(), read.remittance.payer_ids, await policies.of_payers(work, read.remittance.payer_ids)
    )
    if policy is not None and posts_balanced(policy, read.differences):
        return _Verdict("posting", read.differences, policy_id=policy.id)
    return _Verdict("held", read.differences)


def _clash(read: ReadSet, first: KnownPayment) -> _Verdict:
    """Whatever else differs in a clash, no policy posts a payment for the second time."""
    return _Verdict("clash", (*read.differences, Difference(CLASH, 0, read.remittance.place)), first=first)


def _told(set_ordinal: int, difference: Difference) -> ToldDifference:
    return ToldDifference(
        code=difference.code,
        set_ordinal=set_ordinal,
        segment=difference.place.segment or None,
        difference_cents=difference.cents or None,
    )
