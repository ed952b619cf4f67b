"""People's acts on the books of a claim: what they move, that every cent keeps its cause, and that undo undoes."""

import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claimwright import control_numbers
from claimwright.refusals import Refusal
from claimwright_remittance.domain.claims.acts import (
    LineAnswered,
    LinesDiffer,
    MoneyWaits,
    NoSuchOriginal,
    NothingAnswered,
    NotOnClaim,
    NotWaitingHere,
    Shift,
    booked_outside,
    corrected,
    counted_beside,
    matched,
    matched_by_line,
    noted,
    reversing,
    shifts_of,
    take_act,
    taken_alone,
    taken_off,
    turned,
)
from claimwright_remittance.domain.claims.books import AccountState, ClaimBooks, Posted, take_dropped
from claimwright_remittance.domain.ledger.chart import Account
from claimwright_remittance.domain.ledger.entries import CauseKind, Entry, balances_of
from claimwright_remittance.domain.remits.parts import PartsDiffer, split
from claimwright_remittance.domain.remits.standing import Heard, HeldFor, Standing
from tests.support.books_in_memory import FILE, NOW, BooksInMemory
from tests.support.remits import SOMEWHERE, a_remit_claim, a_remit_line
from tests.support.tables import KEY, run
from tests.unit.remittance.test_histories import Story, files_of, stories

Changes = list[tuple[Heard, Heard]]
PAID_AND_HELD = """
    day  file  does                                      expect
    1          bill A 100.00
    9    F     pay A 80.00 CO-45 20.00                   A closed
    23   G     pay A 50.00 CO-45 50.00 was ICN-A icn 2   holds answered_before
"""


class Acting:
    """The books of one claim, and what was posted about its remit claims beside it."""

    def __init__(self, bench: BooksInMemory, name: str = "A") -> None:
        self.bench = bench
        self.told = bench.told[name]
        self.books = bench.books[name]
        self.posted: list[Posted] = list(bench.postings)
        self.off: dict[UUID, Heard] = {}

    def do(self, changes: Iterable[tuple[Heard, Heard]]) -> tuple[Shift, ...]:
        return self.take(shifts_of(changes, new_id=self.bench.new_id))

    def undo(self, shifts: tuple[Shift, ...]) -> tuple[Shift, ...]:
        return self.take(turned(shifts, new_id=self.bench.new_id))

    def take(self, shifts: tuple[Shift, ...]) -> tuple[Shift, ...]:
        heeded = take_act(self.books, shifts, files=lambda _: FILE, new_id=self.bench.new_id, now=NOW)
        self.books = heeded.books
        self.told.take(heeded)
        self.posted += heeded.postings
        return shifts

    def match(self, heard: Heard) -> tuple[Shift, ...]:
        acted = matched(self.books, heard, files=lambda _: FILE, new_id=self.bench.new_id, now=NOW)
        self.books = acted.heeded.books
        self.told.take(acted.heeded)
        self.posted += acted.heeded.postings
        return acted.shifts

    def state(self) -> object:
        """Return what stands: the claim by spot, the rest by account, each remit claim, and the account."""
        entries = [entry for posted in self.posted for entry in posted.posting.entries]
        ours = balances_of((e.spot, e.cents) for e in entries if e.claim_id == self.books.claim_id)
        beside = Counter[Account]()
        for entry in entries:
            if entry.claim_id is None:
                beside[entry.spot.account] += entry.cents
        assert ours == self.books.balances
        standing = {each.remit_claim_id: each for each in self.books.heard}
        return ours, {a: c for a, c in beside.items() if c}, standing, self.books.state, self.books.patient_cents

    def check(self) -> None:
        """Each posting is balanced, all that was posted about a remit claim is just the money that it brought, and
        whoever folds what was told sees the claim stand as it does.
        """
        assert self.told.faults(self.books) == []
        brought = {each.remit_claim_id: each.claim.paid_cents for each in (*self.books.heard, *self.off.values())}
        sums = Counter[UUID]()
        for posted in self.posted:
            assert posted.posting.is_balanced
            cause = posted.remit_claim_id or posted.posting.cause_id
            sums[cause] += sum(e.cents for e in posted.posting.entries if e.spot.account is Account.PAYMENTS)
        assert {each: sums[each] for each in brought} == brought


async def played(table: str) -> Acting:
    bench = BooksInMemory()
    await run(table, bench)
    return Acting(bench)


def sums(entries: Iterable[Entry]) -> dict[str, int]:
    found = Counter[str]()
    for entry in entries:
        found[f"{entry.spot.account.value}{'' if entry.claim_id else ' beside'}"] += entry.cents
    return {account: cents for account, cents in found.items() if cents}


async def test_what_is_taken_off_stands_beside_the_claim_under_its_own_cause() -> None:
    acting = await played(PAID_AND_HELD)
    before = acting.state()
    first, second = acting.books.heard

    shifts = acting.do(taken_off(acting.books, first.remit_claim_id))

    acting.off[first.remit_claim_id] = shifts[0].after
    acting.check()
    off, freed = acting.posted[-2:]
    assert (off.posting.cause_kind, off.posting.cause_id, off.remit_claim_id) == (
        CauseKind.PERSON_ACT, shifts[0].id, first.remit_claim_id,
    )  # fmt: skip
    assert sums(off.posting.entries) == {
        "payments": -80_00, "adjustment.contractual": -20_00, "receivable.insurance": 100_00,
        "payments beside": 80_00, "suspense beside": -80_00,
    }  # fmt: skip
    assert sums(freed.posting.entries) == {
        "payments": 50_00, "adjustment.contractual": 50_00, "receivable.insurance": -100_00,
        "payments beside": -50_00, "suspense beside": 50_00,
    }  # fmt: skip
    assert all(entry.place is not None for posted in (off, freed) for entry in posted.posting.entries)
    assert off.corrects == next(p.id for p in acting.posted if p.posting.cause_id == first.remit_claim_id)
    assert [each.remit_claim_id for each in acting.books.heard] == [second.remit_claim_id]
    acting.undo(shifts)
    acting.check()
    assert acting.state() == before
    assert acting.posted[-1].corrects == off.id


async def test_a_correction_puts_off_what_answered_its_lines_and_counts_instead() -> None:
    acting = await played(PAID_AND_HELD)
    before = acting.state()
    first, second = acting.books.heard

    shifts = acting.do(corrected(acting.books, second.remit_claim_id))

    acting.check()
    assert [(each.standing, each.held_for) for each in acting.books.heard] == [
        (Standing.HELD, HeldFor.REPLACED), (Standing.POSTED, None),
    ]  # fmt: skip
    assert acting.books.heard[0].pairs_with == second.remit_claim_id
    assert [outcome.value for _, outcome in acting.books.outcomes] == ["PAID_FULL", "NONE", "PAID_FULL"]
    assert acting.books.state is AccountState.CLOSED
    acting.undo(shifts)
    acting.check()
    assert acting.state() == before
    assert first.remit_claim_id in {each.remit_claim_id for each in acting.books.heard}


async def test_a_named_original_is_reversed_in_our_own_entries_and_the_difference_waits() -> None:
    acting = await played(
        """
        day  file  does                                      expect
        1          bill A 100.00+10.00
        9    F     pay A 80.00 CO-45 20.00
                   / 7.00 CO-45 3.00 code G0008 no6R         A paid 80.00, suspense -7.00
        23   G     reverse A 75.00 CO-45 25.00
        23   G     plb FB TRACE2 -75.00                      holds original_unknown
        """
    )
    before = acting.state()
    original, reversal = acting.books.heard

    shifts = acting.do(reversing(acting.books, reversal.remit_claim_id, original.remit_claim_id))

    acting.check()
    (posted,) = acting.posted[-1:]
    assert sums(posted.posting.entries) == {
        "payments": -80_00, "adjustment.contractual": -20_00, "receivable.insurance": 100_00,
        "payments beside": 80_00, "suspense beside": -80_00,
    }  # fmt: skip
    assert [each.standing for each in acting.books.heard] == [Standing.REVERSED, Standing.REVERSAL]
    assert acting.books.outcomes[-1][1].value == "REVERSED_AWAITING_CORRECTION"
    acting.undo(shifts)
    acting.check()
    assert acting.state() == before


async def test_money_from_outside_leaves_suspense_for_a_provider_account() -> None:
    acting = await played(PAID_AND_HELD)
    before = acting.state()
    _, held = acting.books.heard

    shifts = acting.do(booked_outside(held))

    assert sums(acting.posted[-1].posting.entries) == {"provider.other beside": -50_00, "suspense beside": 50_00}
    assert acting.books.state is AccountState.CLOSED
    acting.undo(shifts)
    assert acting.state() == before
    alone = shifts_of(booked_outside(held), new_id=acting.bench.new_id)[0]
    posted = taken_alone(alone, files=lambda _: FILE, new_id=acting.bench.new_id, now=NOW)
    assert posted is not None
    assert sums(posted.posting.entries) == {"provider.other beside": -50_00, "suspense beside": 50_00}
    assert (posted.posting.cause_id, posted.artifact_id, posted.remit_claim_id) == (
        alone.id, FILE, held.remit_claim_id,
    )  # fmt: skip


async def test_what_brought_no_money_counts_as_nothing_without_a_posting() -> None:
    acting = await played(PAID_AND_HELD.replace("pay A 50.00 CO-45 50.00", "deny A 0.00 CO-50 100.00"))
    _, held = acting.books.heard
    count = len(acting.posted)

    shifts = acting.do(noted(held))

    assert (acting.books.heard[1].standing, acting.books.heard[1].held_for) == (Standing.NOTED, None)
    assert len(acting.posted) == count
    assert taken_alone(shifts[0], files=lambda _: FILE, new_id=acting.bench.new_id, now=NOW) is None


async def test_a_line_is_given_by_a_person_with_what_is_odd_about_it() -> None:
    acting = await played(
        """
        day  file  does                                      expect
        1          bill A 100.00+10.00
        9    F     pay A 80.00 CO-45 20.00
                   / 7.00 CO-45 3.00 code G0008 no6R         A paid 80.00, suspense -7.00
        """
    )
    before = acting.state()
    (posted,) = acting.books.heard

    shifts = acting.do(matched_by_line(acting.books, posted.remit_claim_id, {1: 1, 2: 2}))

    acting.check()
    matches = acting.books.heard[0].matches
    assert [(each.line, each.rung.value, each.score, each.notes) for each in matches] == [
        (1, "by_hand", 100, ()), (2, "by_hand", 100, ("recoded",)),
    ]  # fmt: skip
    assert sums(acting.posted[-1].posting.entries) == {
        "payments": 7_00, "adjustment.contractual": 3_00, "receivable.insurance": -10_00,
        "payments beside": -7_00, "suspense beside": 7_00,
    }  # fmt: skip
    acting.undo(shifts)
    assert acting.state() == before
    none = matched_by_line(acting.books, posted.remit_claim_id, {1: None, 2: None})
    assert [each.line for each in none[0][1].matches] == [None, None]


async def test_acts_that_the_books_do_not_allow_are_refused() -> None:
    acting = await played(PAID_AND_HELD)
    books = acting.books
    first, second = (each.remit_claim_id for each in books.heard)
    nobody = UUID(int=1 << 60)
    refused: list[tuple[type[Refusal], Callable[[], object]]] = [
        (NotOnClaim, lambda: taken_off(books, nobody)),
        (NotWaitingHere, lambda: corrected(books, first)),
        (NotWaitingHere, lambda: counted_beside(books, first)),
        (NotWaitingHere, lambda: reversing(books, second, first)),
        (NotWaitingHere, lambda: booked_outside(books.heard[0])),
        (NotWaitingHere, lambda: noted(books.heard[0])),
        (MoneyWaits, lambda: noted(books.heard[1])),
        (LinesDiffer, lambda: matched_by_line(books, first, {})),
        (LinesDiffer, lambda: matched_by_line(books, first, {2: 1})),
        (LinesDiffer, lambda: matched_by_line(books, first, {1: 2})),
    ]

    for refusal, does in refused:
        with pytest.raises(refusal):
            does()

    crooked = replace(books.heard[1], held_for=HeldFor.OUT_OF_BALANCE)
    with pytest.raises(NotWaitingHere):
        booked_outside(crooked)
    with pytest.raises(NotWaitingHere):
        noted(crooked)
    reversed_ = replace(books.heard[0], standing=Standing.REVERSED)
    with pytest.raises(NotOnClaim):
        taken_off(replace(books, heard=(reversed_,)), first)
    with pytest.raises(NothingAnswered):
        corrected(replace(books, heard=(replace(books.heard[0], standing=Standing.NOTED), books.heard[1])), second)
    both = (books.heard[0], replace(books.heard[1], standing=Standing.POSTED))
    with pytest.raises(LineAnswered):
        matched_by_line(replace(books, heard=both), first, {1: 1})
    turned_ = replace(books.heard[1], claim=replace(books.heard[1].claim, claim_outcome_code="22"))
    with_reversal = replace(books, heard=(books.heard[0], turned_))
    for original in (nobody, second):
        with pytest.raises(NoSuchOriginal):
            reversing(with_reversal, second, original)
    with pytest.raises(NotWaitingHere):
        counted_beside(with_reversal, second)


def test_parts_say_together_what_the_whole_said() -> None:
    whole = a_remit_claim(
        a_remit_line(paid=80_00, codes={"CO-45": 20_00}),
        a_remit_line(paid=40_00, codes={"CO-45": 10_00}, line=2),
        a_remit_line(paid=5_00, line=3),
        codes={"CO-253": 2_00},
        remark_codes=("N1",),
        interest_cents=1_00,
    )

    first, second = split(whole, [[3, 1], [2]])

    assert [(each.charge_cents, each.paid_cents, len(each.lines)) for each in (first, second)] == [
        (105_00, 83_00, 2), (50_00, 40_00, 1),
    ]  # fmt: skip
    assert first.lines == (whole.lines[2], whole.lines[0])
    assert (first.adjustments, first.interest_cents, first.remark_codes) == (whole.adjustments, 1_00, ("N1",))
    assert (second.adjustments, second.interest_cents, second.remark_codes) == ((), 0, ())
    assert second.place == SOMEWHERE
    crooked = replace(whole, paid_cents=whole.paid_cents + 1, charge_cents=whole.charge_cents - 1)
    parts = split(crooked, [[1], [2], [3]])
    assert sum(each.paid_cents for each in parts) == crooked.paid_cents
    assert sum(each.charge_cents for each in parts) == crooked.charge_cents
    for wrong in ([[1, 2, 3]], [[1], [2]], [[1, 2], [2, 3]], [[1, 2, 3], []], [[1], [2, 4]]):
        with pytest.raises(PartsDiffer):
            split(whole, wrong)


async def test_a_dropped_claim_gives_back_just_what_it_charged() -> None:
    acting = await played("day  file  does                   expect\n1          bill A 100.00+50.00    A open 150.00")
    billed = acting.books.billed
    assert billed is not None
    drop_id = UUID(int=77)

    taken = take_dropped(acting.books, billed.submission_id, drop_id=drop_id, new_id=acting.bench.new_id, now=NOW)

    assert taken is not None
    (posted,) = taken.postings
    assert (posted.posting.cause_kind, posted.posting.cause_id) == (CauseKind.DROPPED_CLAIM, drop_id)
    assert [(e.spot.account.value, e.spot.line, e.cents, e.claim_id) for e in posted.posting.entries] == [
        ("charges", 1, 100_00, billed.claim_id), ("charges", 2, 50_00, billed.claim_id),
        ("receivable.insurance", 1, -100_00, billed.claim_id), ("receivable.insurance", 2, -50_00, billed.claim_id),
    ]  # fmt: skip
    assert (taken.books.is_dropped, taken.books.balances, taken.books.state) == (True, {}, AccountState.CLOSED)
    again = take_dropped(taken.books, billed.submission_id, drop_id=drop_id, new_id=acting.bench.new_id, now=NOW)
    other = take_dropped(acting.books, drop_id, drop_id=drop_id, new_id=acting.bench.new_id, now=NOW)
    nothing = take_dropped(
        ClaimBooks(billed.claim_id), billed.submission_id, drop_id=drop_id, new_id=acting.bench.new_id, now=NOW
    )
    assert (again, other, nothing) == (None, None, None)


def every_act(books: ClaimBooks) -> list[Callable[[], Changes]]:
    """Return every act that can be tried on every remit claim of a claim, those that are refused as well."""
    acts: list[Callable[[], Changes]] = []
    for each in books.heard:
        one = each.remit_claim_id
        acts += [lambda one=one: taken_off(books, one), lambda one=one: corrected(books, one)]  # type: ignore[misc]
        acts += [lambda one=one: counted_beside(books, one), lambda each=each: booked_outside(each)]  # type: ignore[misc]
        acts += [
            lambda one=one, other=other: reversing(books, one, other.remit_claim_id)  # type: ignore[misc]
            for other in books.heard
        ]
        lines = {at: match.line for at, match in enumerate(each.matches, 1)}
        acts += [lambda one=one, lines=lines: matched_by_line(books, one, lines)]  # type: ignore[misc]
    return acts


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(stories(0), st.integers(0, 2**32))
async def test_any_acts_keep_every_cent_and_are_undone_without_a_trace_but_history(story: Story, seed: int) -> None:
    draw = random.Random(seed)
    bench = BooksInMemory()
    for order in range(1, len(story.decisions) + 1):
        await bench.bill(
            control_numbers.mint(0, payer_order=order, key=KEY),
            name="A",
            payer_order=order,
            payer_count=len(story.decisions),
            charges=story.charges,
        )
    files = files_of(story)
    draw.shuffle(files)
    for content in files[: draw.randint(1, len(files))]:
        await bench.send(content)
    acting = Acting(bench)
    before = [acting.state()]
    done: list[tuple[Shift, ...]] = []

    for _ in range(4):
        acts = every_act(acting.books)
        draw.shuffle(acts)
        for act in acts:
            try:
                changes = act()
            except Refusal:
                continue
            shifts = acting.do(changes)
            acting.off |= {each.remit_claim_id: each.after for each in shifts if each.leaves}
            done.append(shifts)
            acting.check()
            before.append(acting.state())
            break

    for shifts in reversed(done):
        before.pop()
        acting.undo(shifts)
        for each in shifts:
            acting.off.pop(each.remit_claim_id, None)
        acting.check()
        assert acting.state() == before[-1]
