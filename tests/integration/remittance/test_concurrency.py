"""Many files at once about the same claims: the books end as if they had come one after the other."""

import asyncio
import random

from claimwright import control_numbers
from tests.support.books_in_memory import BooksInMemory
from tests.support.files_835 import ClaimSaid, LineSaid, SetSaid, file_835
from tests.support.remittance import RemittanceBench
from tests.support.tables import KEY

CLAIMS = 12


def number_of(at: int) -> str:
    return control_numbers.mint(at, payer_order=1, key=KEY)


def paid(at: int, cents: int, icn: str) -> ClaimSaid:
    codes = (("CO-45", 100_00 - cents),)
    return ClaimSaid(number_of(at), (LineSaid(cents, codes, control=f"{number_of(at)}01"),), icn=icn)


def files() -> list[bytes]:
    """Each claim is paid, reversed and paid otherwise, in files of a few claims that overlap in ever other orders."""
    order = random.Random(4)
    made = []
    for stage in ("pay", "reverse", "correct"):
        claims = list(range(CLAIMS))
        order.shuffle(claims)
        for start in range(0, CLAIMS, 4):
            trace = f"{stage}{start}"
            said = SetSaid(trace)
            for at in claims[start : start + 4]:
                first = paid(at, 80_00, f"I{at}")
                turned = {"pay": first, "reverse": first.turned(), "correct": paid(at, 50_00, f"J{at}")}
                said.claims.append(turned[stage])
            if stage == "reverse":
                said.provider_items.append(("FB", trace, sum(claim.paid_cents for claim in said.claims)))
            made.append(file_835([said], control=len(made) + 1))
    return made


async def test_files_that_race_about_the_same_claims_end_as_in_any_order(bench: RemittanceBench) -> None:
    serial = BooksInMemory()
    for at in range(CLAIMS):
        await serial.bill(number_of(at), name=f"C{at}", payer_order=1, payer_count=1, charges=[100_00])
    for content in files():
        await serial.send(content)

    async def bill(at: int) -> None:
        await bench.bill(number_of(at), name=f"C{at}", payer_order=1, payer_count=1, charges=[100_00])

    async def send(content: bytes) -> None:
        taken = await bench.receive(content)
        await bench.worker.post_file(bench.org_id, taken.file_id)

    racing = [*(bill(at) for at in range(CLAIMS)), *(send(content) for content in files() for _ in range(2))]
    random.Random(5).shuffle(racing)
    await asyncio.gather(*racing)

    seen, wanted = await bench.see(), await serial.see()
    assert seen.claims == wanted.claims
    assert seen.organization == wanted.organization
    assert seen.held_for == ()
    assert {name: state for name, (state, _) in seen.states.items()} == {f"C{at}": "closed" for at in range(CLAIMS)}
    assert await bench.faults() == []
