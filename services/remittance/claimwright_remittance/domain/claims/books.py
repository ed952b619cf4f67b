"""The books of one claim: what was billed, what payers said, what was posted, and what follows from one more word.

A change makes new books and says what has to be kept and told; nothing here knows a table or an event.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from claimwright.events.lifecycle_words import Outcome
from claimwright_remittance.domain.billing import BilledClaim
from claimwright_remittance.domain.ledger.chart import Account, Role, accounts_of
from claimwright_remittance.domain.ledger.entries import Balances, Posting, total_cents
from claimwright_remittance.domain.ledger.postings import (
    posting_of_billed,
    posting_of_dropped,
    postings_of_moves,
)
from claimwright_remittance.domain.ledger.settlement import States, settle
from claimwright_remittance.domain.patients.account import Close, Release, next_step, open_cents
from claimwright_remittance.domain.recovery.denials import Denial, denial_of
from claimwright_remittance.domain.remits.decision import Effect, effect_of, outcome_of
from claimwright_remittance.domain.remits.matching import match_lines
from claimwright_remittance.domain.remits.remittance import ORDER_SAID, RemitClaim
from claimwright_remittance.domain.remits.standing import Heard, HeldFor, Move, Standing, arrive

DECIDES: Final = frozenset({Standing.POSTED, Standing.REVERSAL})
"""Standings by which a posting changes what a payer order came to."""
TAKEN_BACK: Final = frozenset({Outcome.REVERSED_AWAITING_CORRECTION, Outcome.NONE})
"""Outcomes after which the next decision is one made again."""


class AccountState(StrEnum):
    """Whether work on a claim's money goes on, the patient was asked, or nothing is left."""

    OPEN = "open"
    RELEASED = "released"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Posted:
    """A posting as it stands in the ledger. `artifact_id` is the file of its cause; a billed claim's has none.

    `remit_claim_id` is the remit claim whose money a person's act moved; of other postings it is the cause itself.
    `day` is given when it is kept: the day that is open then.
    """

    id: UUID
    posting: Posting
    posted_at: datetime
    artifact_id: UUID | None = None
    corrects: UUID | None = None
    remit_claim_id: UUID | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class ClaimBooks:
    """One claim. `submissions` in the order in which they were queued; `heard` in the order of arrival."""

    claim_id: UUID
    submissions: tuple[BilledClaim, ...] = ()
    heard: tuple[Heard, ...] = ()
    postings: tuple[Posted, ...] = ()
    outcomes: tuple[tuple[int, Outcome], ...] = ()
    state: AccountState = AccountState.OPEN
    patient_cents: int = 0

    @property
    def billed(self) -> BilledClaim | None:
        """Return what counts as billed: the lines of the latest submission."""
        return self.submissions[-1] if self.submissions else None

    @property
    def is_dropped(self) -> bool:
        return self.billed is not None and self.billed.is_dropped

    @property
    def balances(self) -> Balances:
        """Return what stands where, from what counts."""
        return settle(self.billed, [each for each in self.heard if each.standing is Standing.POSTED])

    def numbered(self, patient_control_number: str) -> BilledClaim | None:
        """Return the latest submission with a patient control number."""
        fitting = [each for each in self.submissions if each.patient_control_number == patient_control_number]
        return fitting[-1] if fitting else None

    def billed_to(self, payer_order: int) -> BilledClaim | None:
        """Return the latest submission to a payer order; a payer to which another forwarded the claim has none."""
        fitting = [each for each in self.submissions if each.payer_order == payer_order]
        return fitting[-1] if fitting else None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a payer order came to by one posting, in the totals of that order.

    A restated one is no new decision: another payer's changed the cents of it. One taken back counts no more: its payer
    reversed it, or a person took it off.
    """

    posted: Posted
    heard: Heard
    outcome: Outcome
    version: int
    charge_cents: int
    paid_cents: int
    adjusted_cents: int
    patient_cents: int
    open_cents: int
    denial: Denial | None
    follows_reversal: bool
    balances: Balances
    is_restated: bool = False
    is_taken_back: bool = False


@dataclass(frozen=True, slots=True)
class Heeded:
    """What one more word of a payer changed: the new books, the moves, what is posted, decided, and due next.

    `was` is how the account stood before.
    """

    books: ClaimBooks
    moves: tuple[Move, ...] = ()
    postings: tuple[Posted, ...] = ()
    decisions: tuple[Decision, ...] = ()
    step: Release | Close | None = None
    was: AccountState = AccountState.OPEN

    @property
    def given_up(self) -> AccountState | None:
        """Return the end at which the account stood and stands no more; a bill that the patient need not pay closes."""
        if self.was in {AccountState.OPEN, self.books.state}:
            return None
        return None if (self.was, self.books.state) == (AccountState.RELEASED, AccountState.CLOSED) else self.was


def take_billed(
    books: ClaimBooks,
    billed: BilledClaim,
    *,
    change_id: UUID | None = None,
    new_id: Callable[[], UUID],
    now: datetime,
) -> Heeded:
    """Return the books with one more submission, and the posting of what it charged or changed.

    With `change_id` it is a later version of one that is known: it takes that one's place, and what was posted stays.
    """
    posting = posting_of_billed(books.billed, billed, books.heard, change_id=change_id)
    posted = () if posting is None else (Posted(new_id(), posting, now),)
    others = tuple(each for each in books.submissions if each.submission_id != billed.submission_id)
    state = AccountState.OPEN if books.is_dropped else books.state
    return Heeded(
        books=replace(books, submissions=(*others, billed), postings=(*books.postings, *posted), state=state),
        postings=posted,
    )


def take_dropped(
    books: ClaimBooks, submission_id: UUID, *, drop_id: UUID, new_id: Callable[[], UUID], now: datetime
) -> Heeded | None:
    """Return the books without what a submission charged, since it is sent to nobody.

    None where that changes nothing: it is not what counts as billed, it is dropped already, or a payer has decided it
    after all, and then its charge stays and people see why it is open.
    """
    billed = books.billed
    is_decided = any(each.standing is Standing.POSTED for each in books.heard)
    if billed is None or billed.submission_id != submission_id or billed.is_dropped or is_decided:
        return None
    dropped = replace(billed, is_dropped=True)
    posting = posting_of_dropped(billed, dropped, drop_id)
    posted = Posted(new_id(), posting, now)
    return Heeded(
        books=replace(
            books,
            submissions=(*books.submissions[:-1], dropped),
            postings=(*books.postings, posted),
            state=AccountState.CLOSED,
        ),
        postings=(posted,),
    )


def take_remit_claim(
    books: ClaimBooks,
    new: Heard,
    *,
    files: Callable[[UUID], UUID],
    new_id: Callable[[], UUID],
    now: datetime,
) -> Heeded:
    """Return the books after one more remit claim of the claim, with all that it set in motion.

    Shape: `new` has no standing, or was held while its claim was unknown. `files` names the file of a remit claim.
    """
    billed = books.billed
    if billed is None:
        raise ValueError("a remit claim is heard only on a claim that was billed")
    moves = arrive(books.heard, new)
    states = States(billed)
    postings: list[Posted] = []
    for posting in postings_of_moves(billed, books.heard, moves, states):
        corrects = posting_id_of(books.postings, postings, posting.corrects)
        postings.append(Posted(new_id(), posting, now, files(posting.cause_id), corrects))
    at_end = _after(books.heard, moves)
    after = replace(books, postings=(*books.postings, *postings), heard=at_end)
    decisions: list[Decision] = []
    for posted in postings:
        at = next(at for at, move in enumerate(moves) if move.heard.remit_claim_id == posted.posting.cause_id)
        mover = moves[at].heard
        if mover.standing not in DECIDES:
            continue
        # A reversal's next move is its original's; what was set free by it is decided after it.
        done = at + 2 if mover.standing is Standing.REVERSAL else at + 1
        while done < len(moves) and moves[done].heard.standing is Standing.NOTED:
            done += 1  # what only repeated it counts no more, and has no say in what it came to
        then = after if done == len(moves) else replace(after, heard=_after(books.heard, moves[:done]))
        decision = decision_of(then, states.of(then.heard), posted, mover, now=now)
        decisions.append(decision)
        after = replace(after, outcomes=(*after.outcomes, (mover.payer_order, decision.outcome)))
    if not decisions:
        return Heeded(after, moves, tuple(postings))
    balances = states.of(after.heard)
    decisions += restated(books, after, balances, decisions[-1], now=now)
    after, step = settled(after, balances, decisions)
    return Heeded(after, moves, tuple(postings), tuple(decisions), step, was=books.state)


def heard_of(
    remit_claim_id: UUID,
    claim: RemitClaim,
    billed: BilledClaim,
    payer_ids: Sequence[str],
    *,
    standing: Standing | None = None,
    held_for: HeldFor | None = None,
) -> Heard:
    """Return a remit claim with its lines matched to those of the submission that its number names."""
    return Heard(
        remit_claim_id=remit_claim_id,
        payer_order=payer_order_of(claim, billed, payer_ids),
        claim=claim,
        matches=match_lines(claim, billed.lines),
        standing=standing,
        held_for=held_for,
    )


def payer_order_of(claim: RemitClaim, billed: BilledClaim, payer_ids: Sequence[str]) -> int:
    """Return the payer order that speaks: the number's own, unless a later payer answers a claim forwarded to it.

    A payer to which another forwarded the claim uses the number that the first one was given. What a payer says of its
    order is believed only when it is not the payer that the number was minted for, and the claim has such a payer.
    """
    said = ORDER_SAID.get(claim.claim_outcome_code, billed.payer_order)
    is_own = billed.payer_id in payer_ids
    if not is_own and billed.payer_order < said <= billed.payer_count:
        return said
    return billed.payer_order


def _after(heard: Sequence[Heard], moves: Sequence[Move]) -> tuple[Heard, ...]:
    latest = {move.heard.remit_claim_id: move.heard for move in moves}
    known = {each.remit_claim_id for each in heard}
    kept = [latest.get(each.remit_claim_id, each) for each in heard]
    return (*kept, *(each for each_id, each in latest.items() if each_id not in known))


def posting_id_of(earlier: Iterable[Posted], now: Iterable[Posted], remit_claim_id: UUID | None) -> UUID | None:
    """Return the latest posting that moved a remit claim's money; its release, where it waited in suspense first."""
    caused = [each.id for each in (*earlier, *now) if (each.remit_claim_id or each.posting.cause_id) == remit_claim_id]
    return caused[-1] if caused else None


def decision_of(books: ClaimBooks, balances: Balances, posted: Posted, heard: Heard, *, now: datetime) -> Decision:
    """Return what the payer order of a remit claim comes to, in books where it has its standing already."""
    order = heard.payer_order
    counting = [each for each in books.heard if each.standing is Standing.POSTED]
    claims = [each.claim for each in counting if each.payer_order == order]
    is_reversal = heard.standing is Standing.REVERSAL
    nothing_left = Outcome.REVERSED_AWAITING_CORRECTION if is_reversal else Outcome.NONE
    outcome = outcome_of(claims) if claims else nothing_left
    billed = books.billed
    earlier = [each for each_order, each in books.outcomes if each_order == order]
    left_to_patient = total_cents(balances, (Account.RECEIVABLE_PATIENT,))
    return Decision(
        posted=posted,
        heard=heard,
        outcome=outcome,
        version=1 + len(earlier),
        charge_cents=billed.charge_cents if billed else 0,
        paid_cents=total_cents(balances, (Account.PAYMENTS,), order),
        adjusted_cents=total_cents(balances, accounts_of(Role.ADJUSTED), order),
        patient_cents=left_to_patient or _share_cents(claims),
        open_cents=open_cents(balances),
        denial=denial_of(heard, counting, balances, now=now) if heard.standing is Standing.POSTED else None,
        balances=balances,
        follows_reversal=not TAKEN_BACK.isdisjoint(earlier),
        is_taken_back=is_reversal or heard.standing is not Standing.POSTED,
    )


def _share_cents(claims: Iterable[RemitClaim]) -> int:
    return sum(
        each.cents for claim in claims for each in claim.all_adjustments if effect_of(each, claim) is Effect.SHARE
    )


def restated(
    before: ClaimBooks, after: ClaimBooks, balances: Balances, last: Decision, *, now: datetime
) -> Iterator[Decision]:
    """Yield the decisions of other payer orders whose totals this changed: a later payer's cut, above all.

    They are the same decisions with the same versions; only their cents are other ones.
    """
    orders = {heard.payer_order for heard in after.heard if heard.standing is Standing.POSTED} - {
        last.heard.payer_order
    }
    if not orders:
        return
    earlier = before.balances
    for order in sorted(orders):
        accounts = (Account.PAYMENTS, *accounts_of(Role.ADJUSTED))
        if total_cents(earlier, accounts, order) == total_cents(balances, accounts, order):
            continue
        heard = [each for each in after.heard if each.payer_order == order and each.standing is Standing.POSTED][-1]
        decision = decision_of(after, balances, last.posted, heard, now=now)
        yield replace(decision, version=decision.version - 1, denial=None, is_restated=True)


def settled(
    books: ClaimBooks, balances: Balances, decisions: Iterable[Decision]
) -> tuple[ClaimBooks, Release | Close | None]:
    """Return the books with their account where decisions leave it, and what is due next.

    What is taken back opens the account, so an end that it comes to all the same is told again.
    """
    if any(each.is_taken_back for each in decisions):
        books = replace(books, state=AccountState.OPEN, patient_cents=0)
    step = _step_of(books, balances)
    return _stepped(books, balances, step), step


def _step_of(books: ClaimBooks, balances: Balances) -> Release | Close | None:
    """Return what a claim is ready for, where its account does not stand there already."""
    latest = {order: outcome for order, outcome in dict(books.outcomes).items() if outcome is not Outcome.NONE}
    step = next_step(balances, latest.values())
    if books.billed is not None and isinstance(step, Release) and len(latest) < books.billed.payer_count:
        return None
    if books.state is AccountState.CLOSED and isinstance(step, Close):
        return None
    if books.state is AccountState.RELEASED and step == Release(books.patient_cents):
        return None
    return step


def _stepped(books: ClaimBooks, balances: Balances, step: Release | Close | None) -> ClaimBooks:
    """Return the books with their account as the step leaves it."""
    match step:
        case Release(patient_cents=cents):
            return replace(books, state=AccountState.RELEASED, patient_cents=cents)
        case Close():
            return replace(books, state=AccountState.CLOSED, patient_cents=0)
        case None if _step_of(replace(books, state=AccountState.OPEN), balances) is None:
            return replace(books, state=AccountState.OPEN, patient_cents=0)
        case None:
            return books
