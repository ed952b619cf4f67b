"""What can't be posted is set aside and told; what can, goes on; and nobody posts a payment twice over it."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from claimwright import control_numbers, ids
from claimwright.messaging.work import Work
from claimwright_remittance.domain.claims.acts import NotWaitingHere
from claimwright_remittance.domain.remits.remittance import RemitClaim
from claimwright_remittance.persistence import acts, claims
from claimwright_remittance.persistence.claims import Source
from claimwright_remittance.usecases.accept_difference import PostedSince, approve_acceptance, propose_acceptance
from claimwright_remittance.usecases.book_outside import book_outside
from claimwright_remittance.usecases.match_by_hand import NotWaiting, match_by_hand
from claimwright_remittance.usecases.receive_file import Taken, receive_callback
from claimwright_remittance.usecases.split_remit_claim import split_remit_claim
from tests.support.files_835 import ClaimSaid, LineSaid, SetSaid, file_835
from tests.support.remittance import RemittanceBench
from tests.support.tables import KEY


def a_set(at: int, *, status: str = "1", number: str | None = None, total: int | None = None) -> SetSaid:
    number = number or control_numbers.mint(at, payer_order=1, key=KEY)
    claim = ClaimSaid(number, (LineSaid(60_00, (("CO-45", 40_00),), control=f"{number}01"),), icn="I", status=status)
    return SetSaid(f"T{at}", claims=[claim], total=total)


async def states(bench: RemittanceBench) -> list[str]:
    return [row["state"] for row in await bench.rows("select state from remittance order by id")]


async def accept(bench: RemittanceBench) -> None:
    """Let two people accept the first transaction that is held."""
    (row,) = await bench.rows("select id from remittance where state = 'held' order by id limit 1")
    async with bench.transactions.begin(org_id=bench.org_id, actor="one") as work:
        await propose_acceptance(work, row["id"], reason="seen")
    async with bench.transactions.begin(org_id=bench.org_id, actor="two") as work:
        await approve_acceptance(work, row["id"], reason="seen")


async def test_a_transaction_that_fails_is_held_and_the_others_go_on(bench: RemittanceBench) -> None:
    """Seen to fail while the worker only waited longer: the second transaction was never posted, and nobody told."""
    root = await bench.root()
    await root.execute("alter table remit_claim add constraint no_two check (claim_outcome_code <> '2')")

    await bench.send(file_835([a_set(1, status="2"), a_set(2)]))

    assert await states(bench) == ["held", "posted"]
    (told,) = await bench.rows("select payload from outbox where type = 'remit.file_quarantined.v1'")
    assert b"remit.posting_failed" in told["payload"]
    assert (await bench.see()).file_state == "quarantined"
    assert not await bench.faults()

    await root.execute("alter table remit_claim drop constraint no_two")
    await root.close()
    await accept(bench)
    assert bench.file_id is not None
    await bench.worker.post_file(bench.org_id, bench.file_id)

    assert await states(bench) == ["posted", "posted"]
    assert not await bench.faults()


async def test_a_character_that_no_table_takes_holds_its_transaction_alone(bench: RemittanceBench) -> None:
    content = file_835([a_set(1, number="NUMBER"), a_set(2)]).replace(b"CLP*NUMBER", b"CLP*NUM\x00ER")

    await bench.send(content)

    assert await states(bench) == ["held", "posted"]


async def test_other_bytes_under_the_id_of_a_message_are_a_file_of_their_own(bench: RemittanceBench) -> None:
    """Seen to fail while the id alone told a repetition: the second payment was answered 200 and lost."""
    first, second = (file_835([a_set(at)]) for at in (1, 2))

    takens = [await call_back(bench, content) for content in (first, second, first, second)]

    assert [taken.is_new for taken in takens] == [True, True, False, False]
    assert len({taken.file_id for taken in takens}) == 2


async def test_one_callback_at_the_same_moment_is_one_file(bench: RemittanceBench) -> None:
    """Seen to fail without `on conflict do nothing`: one of the two was answered 500."""
    content = file_835([a_set(1)])

    takens = await asyncio.gather(*(call_back(bench, content) for _ in range(4)))

    assert sorted(taken.is_new for taken in takens) == [False, False, False, True]
    assert len({taken.file_id for taken in takens}) == 1


async def test_what_was_posted_since_it_was_held_is_not_accepted_as_well(bench: RemittanceBench) -> None:
    """Seen to fail without the look at the payment's key: 60.00 stood in the books twice."""
    held = a_set(1)
    held.claims[0] = ClaimSaid(held.claims[0].number, (LineSaid(60_00, (("CO-45", 40_00),), charge=101_00),), icn="I")
    await bench.send(file_835([held]))
    await bench.send(file_835([a_set(1)], control=2))
    assert await states(bench) == ["held", "posted"]

    with pytest.raises(PostedSince):
        await accept(bench)

    assert await states(bench) == ["held", "posted"]


async def test_a_match_by_hand_waits_for_the_number_before_it_holds_the_remit_claim(bench: RemittanceBench) -> None:
    """Seen to fail while the remit claim was locked first: the two waited for each other until one was thrown out."""
    said = a_set(1)
    await bench.send(file_835([said]))
    other = control_numbers.mint(9, payer_order=1, key=KEY)
    await bench.bill(other, name="A", payer_order=1, payer_count=1, charges=[100_00])
    (row,) = await bench.rows("select id from remit_claim")

    async def by_hand() -> None:
        async with bench.transactions.begin(org_id=bench.org_id, actor="one") as work:
            await match_by_hand(work, row["id"], bench.claims["A"], reason="seen")

    async with bench.transactions.begin(org_id=bench.org_id, actor="consumer:remittance") as work:
        await claims.lock_numbers(work, [said.claims[0].number])
        matching = asyncio.create_task(by_hand())
        await asyncio.wait({matching}, timeout=0.5)
        assert row["id"] in await acts.seats(work, [row["id"]], lock=True)
    await matching

    assert (await bench.see()).states["A"] == ("closed", 0)
    with pytest.raises(NotWaiting):
        await by_hand()


async def by_outside(work: Work, remit_claim_id: UUID) -> None:
    await book_outside(work, remit_claim_id, reason="seen")


async def by_split(work: Work, remit_claim_id: UUID) -> None:
    await split_remit_claim(work, remit_claim_id, [[1], [2]], reason="seen")


@pytest.mark.parametrize("does", [by_outside, by_split])
async def test_an_act_on_waiting_money_waits_for_the_claim_that_just_comes_for_it(
    bench: RemittanceBench, monkeypatch: pytest.MonkeyPatch, does: Callable[[Work, UUID], Awaitable[None]]
) -> None:
    """Seen to fail while only the remit claim's row was locked: the act came between the look and the release."""
    number = control_numbers.mint(1, payer_order=1, key=KEY)
    lines = tuple(LineSaid(30_00, (("CO-45", 20_00),), control=f"{number}0{at}") for at in (1, 2))
    await bench.send(file_835([SetSaid("T1", claims=[ClaimSaid(number, lines, icn="I")])]))
    (row,) = await bench.rows("select id from remit_claim")
    acting: list[asyncio.Task[None]] = []
    look = claims.held_without_claim

    async def act() -> None:
        async with bench.transactions.begin(org_id=bench.org_id, actor="one") as work:
            await does(work, row["id"])

    async def look_and_let_act(work: Work, patient_control_number: str) -> list[tuple[UUID, RemitClaim, Source]]:
        found = await look(work, patient_control_number)
        acting.append(asyncio.create_task(act()))
        await asyncio.wait(acting, timeout=0.5)
        return found

    monkeypatch.setattr(claims, "held_without_claim", look_and_let_act)
    await bench.bill(number, name="A", payer_order=1, payer_count=1, charges=[50_00, 50_00])
    with pytest.raises(NotWaitingHere):
        await acting[0]

    seen = await bench.see()
    assert (seen.organization, seen.states["A"], seen.held_for) == ({}, ("closed", 0), ())
    assert not await bench.faults()


async def call_back(bench: RemittanceBench, content: bytes) -> Taken:
    async with bench.transactions.begin(org_id=bench.org_id, actor="rte_test") as work:
        return await receive_callback(work, content, route_id="rte_test", message_id=ids.text(ids.FILE, bench.org_id))
