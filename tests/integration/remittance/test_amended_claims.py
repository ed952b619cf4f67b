"""A claim that is amended and queued again under its submission: the ledger follows, and keeps what it was."""

from claimwright import control_numbers, ids
from claimwright.events.parts import BilledClaim, BilledParties
from claimwright.events.submission import ClaimQueued
from tests.support.files_835 import ClaimSaid, LineSaid, SetSaid, file_835
from tests.support.remittance import RemittanceBench, a_queued
from tests.support.tables import CODES, KEY

NUMBER = control_numbers.mint(60, payer_order=1, key=KEY)
Queued = tuple[ClaimQueued, BilledParties, BilledClaim]


def a_version(first: Queued, version: int, charges: list[int], places: list[int]) -> Queued:
    """The same submission once more, with other lines; `places` are those of their line control numbers."""
    queued, _, _ = first
    claim_id = ids.parse(ids.CLAIM, queued.claim_id)
    again, parties, part = a_queued(NUMBER, claim_id=claim_id, charges=charges)
    lines = tuple(
        line.model_copy(
            update={
                "line_control_number": control_numbers.line_number(NUMBER, place),
                "procedure_code": CODES[place - 1],
            }
        )
        for line, place in zip(part.lines, places, strict=True)
    )
    update = {"submission_id": queued.submission_id, "encounter_version": version}
    return again.model_copy(update=update), parties, part.model_copy(update={"lines": lines})


def an_answer(*lines: tuple[int, int, int]) -> ClaimSaid:
    """An answer to lines of which each says its place, what is paid and what is written off."""
    return ClaimSaid(
        NUMBER,
        tuple(
            LineSaid(
                paid,
                (("CO-45", cut),),
                code=CODES[place - 1],
                control=control_numbers.line_number(NUMBER, place),
            )
            for place, paid, cut in lines
        ),
        icn="I",
    )


async def a_known_claim(bench: RemittanceBench) -> Queued:
    bench.claims["A"] = claim_id = ids.new()
    first = a_queued(NUMBER, claim_id=claim_id, charges=[100_00, 50_00])
    await bench.queue(*first)
    return first


async def test_an_amended_claim_that_is_queued_again_is_settled_by_its_new_lines(bench: RemittanceBench) -> None:
    """Seen to fail while a known submission was passed over: the charge stayed 150.00 and the claim open."""
    first = await a_known_claim(bench)
    amended = a_version(first, 2, [120_00, 50_00, 30_00], [1, 2, 3])
    change_id = ids.new()

    await bench.queue(*amended, event_id=change_id)
    await bench.send(file_835([SetSaid("T", claims=[an_answer((1, 100_00, 20_00), (2, 50_00, 0), (3, 30_00, 0))])]))

    seen = await bench.see()
    assert not await bench.faults()
    assert seen.states["A"] == ("closed", 0)
    assert seen.organization == {}
    postings = await bench.rows("select cause_kind, cause_id from posting order by id")
    assert [row["cause_kind"] for row in postings] == ["billed_claim", "billed_claim_change", "remit_claim"]
    assert postings[1]["cause_id"] == change_id
    charges = await bench.rows(
        "select line, cents from ledger_entry where account = 'charges' order by posting_id, line"
    )
    assert [tuple(row) for row in charges] == [(1, -100_00), (2, -50_00), (1, -20_00), (3, -30_00)]
    (kept,) = await bench.rows("select encounter_version, charge_cents from billed_claim")
    assert tuple(kept) == (2, 200_00)


async def test_a_dropped_line_leaves_the_places_of_the_others_alone(bench: RemittanceBench) -> None:
    """Seen to fail while lines were counted anew: line 2 took the place, and so the entries, of line 1."""
    first = await a_known_claim(bench)

    await bench.queue(*a_version(first, 2, [50_00], [2]))
    await bench.send(file_835([SetSaid("T", claims=[an_answer((2, 40_00, 10_00))])]))

    rows = await bench.rows("select line from ledger_entry where account = 'payments'")
    assert [row["line"] for row in rows] == [2]
    assert (await bench.see()).states["A"] == ("closed", 0)
    assert not await bench.faults()


async def test_a_version_that_is_known_or_older_changes_nothing(bench: RemittanceBench) -> None:
    first = await a_known_claim(bench)
    await bench.queue(*a_version(first, 3, [120_00], [1]))
    before = await bench.see()

    await bench.queue(*a_version(first, 3, [120_00], [1]))
    await bench.queue(*a_version(first, 2, [90_00], [1]))

    assert await bench.see() == before
    assert len(await bench.rows("select from billed_claim_change")) == 1


async def test_an_answer_that_is_posted_keeps_its_entries_when_the_claim_changes(bench: RemittanceBench) -> None:
    first = await a_known_claim(bench)
    await bench.send(file_835([SetSaid("T", claims=[an_answer((1, 80_00, 20_00), (2, 50_00, 0))])]))
    posted = await bench.rows("select * from ledger_entry order by posting_id, ordinal")

    await bench.queue(*a_version(first, 2, [120_00, 50_00], [1, 2]))

    kept = await bench.rows("select * from ledger_entry order by posting_id, ordinal")
    assert kept[: len(posted)] == posted
    changes = {(row["account"], row["line"], row["cents"]) for row in kept[len(posted) :]}
    assert changes == {("charges", 1, -20_00), ("receivable.insurance", 1, 20_00)}
    assert not await bench.faults()


async def test_an_answer_that_waits_in_suspense_is_heard_by_the_version_that_comes(bench: RemittanceBench) -> None:
    await bench.send(file_835([SetSaid("T", claims=[an_answer((1, 80_00, 20_00))])]))
    bench.claims["A"] = claim_id = ids.new()
    first = a_queued(NUMBER, claim_id=claim_id, charges=[90_00])

    await bench.queue(*a_version(first, 2, [100_00], [1]))

    assert (await bench.see()).states["A"] == ("closed", 0)
