"""What people do about remit claims: each act moves the ledger as it says, and undoing it leaves only its history."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import select

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright.refusals import Refusal
from claimwright_remittance.domain.claims.acts import (
    ActKind,
    BuiltUpon,
    LineAnswered,
    LinesDiffer,
    MoneyWaits,
    NoSuchOriginal,
    NothingAnswered,
    NotOnClaim,
    NotWaitingHere,
)
from claimwright_remittance.domain.ledger.chart import Account
from claimwright_remittance.domain.remits.parts import PartsDiffer
from claimwright_remittance.persistence import tables
from claimwright_remittance.usecases.book_outside import book_outside
from claimwright_remittance.usecases.decide_waiting import decide_waiting
from claimwright_remittance.usecases.keep_act import RemitClaimUnknown
from claimwright_remittance.usecases.match_by_hand import ClaimNotBilled, NotWaiting, match_by_hand
from claimwright_remittance.usecases.match_lines import match_lines
from claimwright_remittance.usecases.split_remit_claim import split_remit_claim
from claimwright_remittance.usecases.take_off_claim import take_off_claim
from claimwright_remittance.usecases.undo_act import ActUnknown, UndoneBefore, undo_act
from tests.support.backbone import ORG_B
from tests.support.remittance import RemittanceBench, a_bench
from tests.support.stack import TestStack
from tests.support.tables import Seen, run

PERSON = "per_somebody"
WHY = "seen with the payer"
Does = Callable[[Work], Awaitable[UUID]]

PAID_AND_HELD = """
    day  file  does                                      expect
    1          bill A 100.00
    9    F     pay A 80.00 CO-45 20.00                   A closed
    23   G     pay A 50.00 CO-45 50.00 was ICN-A icn 2   A paid 80.00, suspense -50.00, holds answered_before
"""
ALTERED = """
    day  file  does                                      expect
    1          bill A 100.00
    9    F     pay "0815" 80.00 CO-45 20.00              A open 100.00, suspense -80.00, holds number_not_ours
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(remittance_template: TestStack) -> AsyncIterator[RemittanceBench]:
    """One database for all acts."""
    async with a_bench(remittance_template) as made:
        yield made


@pytest.fixture
def bench(shared: RemittanceBench) -> RemittanceBench:
    """An organization of the test's own."""
    return RemittanceBench(shared.stack, shared.name, shared.transactions, org_id=ids.new())


async def rows_of(bench: RemittanceBench, table: str, more: str = "") -> list[asyncpg.Record]:
    return await bench.rows(f"select * from {table} where org_id = $1 {more}", bench.org_id)


async def act(bench: RemittanceBench, does: Does) -> UUID:
    async with bench.transactions.begin(org_id=bench.org_id, actor=PERSON) as work:
        return await does(work)


async def refused(bench: RemittanceBench, refusal: type[Refusal], does: Does) -> None:
    with pytest.raises(refusal):
        await act(bench, does)


async def remit_claims(bench: RemittanceBench) -> list[UUID]:
    return [row["id"] for row in await rows_of(bench, "remit_claim", "order by arrived")]


def standing(seen: Seen) -> object:
    return seen.claims, seen.organization, seen.states, sorted(seen.held_for)


async def undone(bench: RemittanceBench, act_id: UUID, before: Seen) -> None:
    """Undo an act, and hold the books to what they were before it, with every posting since still there."""
    postings = len(await rows_of(bench, "posting"))
    await act(bench, lambda work: undo_act(work, act_id, reason=WHY))

    after = await bench.see()
    assert standing(after) == standing(before)
    assert await bench.faults() == []
    assert len(await rows_of(bench, "posting")) >= postings
    await refused(bench, UndoneBefore, lambda work: undo_act(work, act_id, reason=WHY))


async def corrections(bench: RemittanceBench) -> list[tuple[str, str]]:
    rows = await bench.rows(
        "select p.cause_kind, o.cause_kind as corrected from posting p join posting o on o.id = p.corrects "
        "where p.org_id = $1 order by p.id",
        bench.org_id,
    )
    return [(row["cause_kind"], row["corrected"]) for row in rows]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_match_is_undone_and_done_again(bench: RemittanceBench) -> None:
    await run(ALTERED, bench)
    before = await bench.see()
    (waiting,) = await remit_claims(bench)
    claim_id = bench.claims["A"]

    act_id = await act(bench, lambda work: match_by_hand(work, waiting, claim_id, reason=WHY))
    assert (await bench.see()).states["A"] == ("closed", 0)
    await undone(bench, act_id, before)
    await act(bench, lambda work: match_by_hand(work, waiting, claim_id, reason=WHY))

    seen = await bench.see()
    assert (seen.states["A"], seen.organization, seen.held_for) == (("closed", 0), {}, ())
    assert await bench.faults() == []
    assert ("person_act", "person_act") in await corrections(bench)


@pytest.mark.asyncio(loop_scope="module")
async def test_capitation_that_a_person_matched_is_taken_back_whole(bench: RemittanceBench) -> None:
    """Seen to fail while the contract's word was not kept: 100.00 stayed capitated, against 100.00 disputed."""
    await run(
        """
        day  file  does                                      expect
        1          contract by head
        1          bill A 100.00
        9    F     deny "0815" 0.00 CO-24 100.00             holds number_not_ours
        """,
        bench,
    )
    (waiting,) = await remit_claims(bench)

    await act(bench, lambda work: match_by_hand(work, waiting, bench.claims["A"], reason=WHY))
    assert (await bench.see()).claims["A"] == {Account.CHARGES: -100_00, Account.CAPITATED: 100_00}
    await run(
        """
        day  file  does                                      expect
        16   G     trace LATE
        16   G     reverse A 0.00 CO-24 100.00               nothing held
        """,
        bench,
    )

    assert (await bench.see()).claims["A"] == {Account.CHARGES: -100_00, Account.RECEIVABLE_INSURANCE: 100_00}
    assert await bench.faults() == []


@pytest.mark.asyncio(loop_scope="module")
async def test_a_matched_claim_is_taken_off_and_its_money_waits(bench: RemittanceBench) -> None:
    """It takes back what a file posted, and a claim that comes under the number does not take it again by itself."""
    await run(
        """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 60.00 CO-50 25.00 PR-2 15.00        A PAID_PARTIAL, disputed 25.00
        """,
        bench,
    )
    before = await bench.see()
    (posted,) = await remit_claims(bench)

    act_id = await act(bench, lambda work: take_off_claim(work, posted, reason=WHY))

    seen = await bench.see()
    assert seen.claims["A"] == {Account.CHARGES: -100_00, Account.RECEIVABLE_INSURANCE: 100_00}
    assert seen.organization == {Account.SUSPENSE: -60_00}
    assert (seen.held_for, seen.states["A"], seen.outcomes["A", 1]) == (("unmatched",), ("open", 0), "NONE")
    assert await bench.faults() == []
    assert await corrections(bench) == [("person_act", "remit_claim")]
    told = [row["type"] for row in await rows_of(bench, "outbox", "order by seq desc limit 3")]
    assert told == ["remit.unmatched.v1", "denial.superseded.v1", "claim.reversed.v1"]
    await undone(bench, act_id, before)
    assert len(await rows_of(bench, "denial_case")) == 1
    (audit,) = await rows_of(bench, "audit", "and action = 'remit_claim.unmatch'")
    assert (audit["object"], audit["reason"]) == (ids.text(ids.REMIT_CLAIM, posted), WHY)


@pytest.mark.asyncio(loop_scope="module")
async def test_taking_one_off_frees_what_it_held_back(bench: RemittanceBench) -> None:
    await run(PAID_AND_HELD, bench)
    before = await bench.see()
    first, _ = await remit_claims(bench)

    act_id = await act(bench, lambda work: take_off_claim(work, first, reason=WHY))

    seen = await bench.see()
    assert (seen.claims["A"][Account.PAYMENTS], seen.organization) == (50_00, {Account.SUSPENSE: -80_00})
    assert (seen.states["A"][0], seen.held_for) == ("closed", ("unmatched",))
    await undone(bench, act_id, before)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_correction_replaces_what_was_answered_and_nets_with_its_late_reversal(bench: RemittanceBench) -> None:
    await run(PAID_AND_HELD, bench)
    before = await bench.see()
    _, second = await remit_claims(bench)
    correct: Does = lambda work: decide_waiting(work, second, ActKind.CORRECTION, reason=WHY)  # noqa: E731

    act_id = await act(bench, correct)
    seen = await bench.see()
    assert (seen.claims["A"][Account.PAYMENTS], seen.claims["A"][Account.CONTRACTUAL]) == (50_00, 50_00)
    assert (seen.organization, seen.held_for) == ({Account.SUSPENSE: -80_00}, ("replaced",))
    await undone(bench, act_id, before)
    await act(bench, correct)

    await run(
        """
        day  file  does                                      expect
        1          bill A 100.00
        30   H     trace LATE
        30   H     reverse A 80.00 CO-45 20.00
        30   H     plb FB LATE -80.00                        A paid 50.00, suspense 0.00, nothing held
        """.replace("        1          bill A 100.00\n", ""),
        bench,
    )
    assert await bench.faults() == []


@pytest.mark.asyncio(loop_scope="module")
async def test_a_second_decision_may_count_beside_the_first(bench: RemittanceBench) -> None:
    await run(
        """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 CO-50 20.00
        23   G     pay A 5.00 charge 5.00 icn 2              A disputed 20.00, suspense -5.00, holds answered_before
        """,
        bench,
    )
    before = await bench.see()
    _, second = await remit_claims(bench)

    act_id = await act(bench, lambda work: decide_waiting(work, second, ActKind.ADDITIONAL, reason=WHY))

    seen = await bench.see()
    assert (seen.claims["A"][Account.PAYMENTS], seen.organization, seen.held_for) == (85_00, {}, ())
    assert await bench.faults() == []
    await undone(bench, act_id, before)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_person_names_what_a_reversal_takes_back_and_the_difference_waits(bench: RemittanceBench) -> None:
    await run(
        """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 CO-45 20.00
        23   G     reverse A 75.00 CO-45 25.00
        23   G     plb FB TRACE2 -75.00                      A paid 80.00, suspense 75.00, holds original_unknown
        """,
        bench,
    )
    before = await bench.see()
    original, reversal = await remit_claims(bench)

    act_id = await act(
        bench, lambda work: decide_waiting(work, reversal, ActKind.REVERSES, original_id=original, reason=WHY)
    )

    seen = await bench.see()
    assert seen.claims["A"] == {Account.CHARGES: -100_00, Account.RECEIVABLE_INSURANCE: 100_00}
    assert seen.organization[Account.SUSPENSE] == -5_00
    assert (seen.outcomes["A", 1], seen.held_for) == ("REVERSED_AWAITING_CORRECTION", ())
    assert await bench.faults() == []
    await undone(bench, act_id, before)


@pytest.mark.asyncio(loop_scope="module")
async def test_what_was_never_here_is_booked_outside(bench: RemittanceBench) -> None:
    await run(
        """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     reverse A 80.00 CO-45 20.00
        9    F     plb FB TRACE1 -80.00                      suspense 80.00, holds original_unknown
        10   G     pay "0815" 7.00                           suspense 73.00, holds number_not_ours
        """,
        bench,
    )
    before = await bench.see()
    reversal, stranger = await remit_claims(bench)

    done = [
        await act(bench, lambda work, each=each: book_outside(work, each, reason=WHY)) for each in (reversal, stranger)
    ]  # type: ignore[misc]

    seen = await bench.see()
    assert seen.organization[Account.OTHER_PROVIDER] == 73_00
    assert (seen.organization.get(Account.SUSPENSE, 0), seen.held_for) == (0, ())
    assert await bench.faults() == []
    await act(bench, lambda work: undo_act(work, done[1], reason=WHY))
    await undone(bench, done[0], before)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_waiting_answer_without_money_counts_as_nothing(bench: RemittanceBench) -> None:
    await run(
        """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 CO-45 20.00
        23   G     deny A 0.00 CO-50 100.00 icn 2            A paid 80.00, holds answered_before
        24   H     deny "0815" 0.00 CO-50 100.00             holds number_not_ours
        """,
        bench,
    )
    before = await bench.see()
    _, on_claim, alone = await remit_claims(bench)

    done = [
        await act(bench, partial(decide_waiting, remit_claim_id=each, kind=ActKind.NOTHING, reason=WHY))
        for each in (on_claim, alone)
    ]

    assert (await bench.see()).held_for == ()
    await act(bench, lambda work: undo_act(work, done[0], reason=WHY))
    await undone(bench, done[1], before)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_remit_claim_about_two_claims_is_split_and_each_part_finds_its_own(bench: RemittanceBench) -> None:
    await run(
        """
        day  file  does                                      expect
        1          bill A 100.00
        1          bill B 50.00
        9    F     pay "0815" 80.00 CO-45 20.00
                   / 40.00 CO-45 5.00 line 1 & CO-45 5.00    suspense -115.00
        """,
        bench,
    )
    before = await bench.see()
    (whole,) = await remit_claims(bench)
    made: list[UUID] = []

    async def split(work: Work) -> UUID:
        act_id, parts = await split_remit_claim(work, whole, [[2], [1]], reason=WHY)
        made[:] = parts
        return act_id

    await undone(bench, await act(bench, split), before)
    split_id = await act(bench, split)
    first = await act(bench, lambda work: match_by_hand(work, made[0], bench.claims["B"], reason=WHY))
    await act(bench, lambda work: match_by_hand(work, made[1], bench.claims["A"], reason=WHY))

    seen = await bench.see()
    assert (seen.claims["A"][Account.PAYMENTS], seen.claims["B"][Account.PAYMENTS]) == (80_00, 35_00)
    assert (seen.organization, seen.held_for) == ({}, ())
    assert await bench.faults() == []
    await refused(bench, BuiltUpon, lambda work: undo_act(work, split_id, reason=WHY))
    await act(bench, lambda work: undo_act(work, first, reason=WHY))
    assert (await bench.see()).organization == {Account.SUSPENSE: -35_00}
    await refused(bench, NotWaitingHere, split)


@pytest.mark.asyncio(loop_scope="module")
async def test_an_added_line_is_given_to_a_billed_line_by_a_person(bench: RemittanceBench) -> None:
    await run(
        """
        day  file  does                                      expect
        1          bill A 100.00+10.00
        9    F     pay A 80.00 CO-45 20.00
                   / 7.00 CO-45 3.00 code G0008 no6R         A paid 80.00, suspense -7.00, working
        """,
        bench,
    )
    before = await bench.see()
    (posted,) = await remit_claims(bench)

    act_id = await act(bench, lambda work: match_lines(work, posted, {1: 1, 2: 2}, reason=WHY))

    seen = await bench.see()
    assert (seen.claims["A"][Account.PAYMENTS], seen.organization, seen.states["A"]) == (87_00, {}, ("closed", 0))
    (row,) = await rows_of(bench, "remit_claim")
    assert row["rung"] == "by_hand"
    assert await bench.faults() == []
    await undone(bench, act_id, before)
    wrong: list[Mapping[int, int | None]] = [{1: 1}, {1: 1, 2: 9}, {1: 1, 2: 2, 3: 1}]
    for lines in wrong:
        await refused(bench, LinesDiffer, partial(match_lines, remit_claim_id=posted, lines=lines, reason=WHY))


@pytest.mark.asyncio(loop_scope="module")
async def test_a_held_answer_whose_line_a_person_changes_counts_where_that_line_is_free(
    bench: RemittanceBench,
) -> None:
    await run(
        """
        day  file  does                                      expect
        1          bill A 100.00+100.00
        9    F     pay A 80.00 CO-45 20.00                   A paid 80.00
        23   G     pay A 70.00 CO-45 30.00 icn 2             A paid 80.00, suspense -70.00, holds answered_before
        """,
        bench,
    )
    before = await bench.see()
    first, second = await remit_claims(bench)

    act_id = await act(bench, lambda work: match_lines(work, second, {1: 2}, reason=WHY))

    assert (await bench.see()).states["A"] == ("closed", 0)
    await refused(bench, LineAnswered, lambda work: match_lines(work, first, {1: 2}, reason=WHY))
    await undone(bench, act_id, before)


@pytest.mark.asyncio(loop_scope="module")
async def test_what_a_file_changed_since_is_not_undone(bench: RemittanceBench) -> None:
    await run(PAID_AND_HELD, bench)
    _, second = await remit_claims(bench)
    act_id = await act(bench, lambda work: decide_waiting(work, second, ActKind.ADDITIONAL, reason=WHY))
    await run(
        """
        day  file  does                                      expect
        30   H     trace LATE
        30   H     reverse A 50.00 CO-45 50.00 icn 2
        30   H     plb FB LATE -50.00                        A paid 80.00
        """,
        bench,
    )

    await refused(bench, BuiltUpon, lambda work: undo_act(work, act_id, reason=WHY))

    await refused(bench, NotOnClaim, lambda work: take_off_claim(work, second, reason=WHY))


@pytest.mark.asyncio(loop_scope="module")
async def test_acts_that_the_state_does_not_allow_are_refused_and_leave_nothing(bench: RemittanceBench) -> None:
    await run(PAID_AND_HELD, bench)
    first, second = await remit_claims(bench)
    nobody = ids.new()
    before = standing(await bench.see())
    refusals: list[tuple[type[Refusal], Does]] = [
        (RemitClaimUnknown, lambda work: take_off_claim(work, nobody, reason=WHY)),
        (RemitClaimUnknown, lambda work: book_outside(work, nobody, reason=WHY)),
        (NotWaiting, lambda work: match_by_hand(work, first, bench.claims["A"], reason=WHY)),
        (NotWaitingHere, lambda work: decide_waiting(work, first, ActKind.ADDITIONAL, reason=WHY)),
        (NotWaitingHere, lambda work: decide_waiting(work, second, ActKind.REVERSES, original_id=first, reason=WHY)),
        (NoSuchOriginal, lambda work: decide_waiting(work, second, ActKind.REVERSES, reason=WHY)),
        (MoneyWaits, lambda work: decide_waiting(work, second, ActKind.NOTHING, reason=WHY)),
        (NotWaitingHere, lambda work: book_outside(work, first, reason=WHY)),
        (ActUnknown, lambda work: undo_act(work, nobody, reason=WHY)),
    ]

    for refusal, does in refusals:
        await refused(bench, refusal, does)

    assert standing(await bench.see()) == before
    assert await rows_of(bench, "person_act") == []
    await act(bench, lambda work: take_off_claim(work, first, reason=WHY))
    await refused(bench, NotOnClaim, lambda work: decide_waiting(work, first, ActKind.CORRECTION, reason=WHY))
    await refused(bench, ClaimNotBilled, lambda work: match_by_hand(work, first, nobody, reason=WHY))
    await refused(bench, NothingAnswered, lambda work: _matched_then_corrected(work, first, bench))


async def _matched_then_corrected(work: Work, remit_claim_id: UUID, bench: RemittanceBench) -> UUID:
    await match_by_hand(work, remit_claim_id, bench.claims["A"], reason=WHY)
    table = tables.remit_claim
    (second,) = [row.id for row in await work.execute(select(table.c.id).where(table.c.id != remit_claim_id))]
    await take_off_claim(work, second, reason=WHY)
    return await decide_waiting(work, remit_claim_id, ActKind.CORRECTION, reason=WHY)


@pytest.mark.asyncio(loop_scope="module")
async def test_parts_hold_each_line_once(bench: RemittanceBench) -> None:
    await run(ALTERED, bench)
    (whole,) = await remit_claims(bench)

    for parts in ([[1]], [[1], [1]], [[1], []], [[1], [2]]):
        with pytest.raises(PartsDiffer):
            async with bench.transactions.begin(org_id=bench.org_id, actor=PERSON) as work:
                await split_remit_claim(work, whole, parts, reason=WHY)


@pytest.mark.asyncio(loop_scope="module")
async def test_another_organization_can_do_nothing_about_it(bench: RemittanceBench) -> None:
    await run(PAID_AND_HELD, bench)
    first, _ = await remit_claims(bench)

    with pytest.raises(RemitClaimUnknown):
        async with bench.transactions.begin(org_id=ORG_B, actor=PERSON) as work:
            await take_off_claim(work, first, reason=WHY)
