"""Random histories of a few claims: whatever payers send, in whatever order, every cent has its one home.

Each history is played through real 835 bytes. It pays, denies, bundles, splits claims and lines, pays interest,
reverses, corrects, takes back and lets a second payer speak; bills and files come shuffled, and some files twice.
`HISTORIES` sets how many are played (2,000 by default, shared out over the tests; the whole proof is 100,000).
"""

import os
import random
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claimwright import control_numbers
from claimwright_remittance.domain.ledger.chart import Account
from tests.support.books_in_memory import BooksInMemory
from tests.support.files_835 import ClaimSaid, LineSaid, SetSaid, file_835
from tests.support.tables import CODES, KEY

HISTORIES = int(os.environ.get("HISTORIES", "2000"))
pytestmark = pytest.mark.timeout(180 * max(1, HISTORIES // 2000))
"""As long as any other test may take, and longer by as much as there is more to play."""
PLAYED = settings(
    max_examples=-(-HISTORIES // 3),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
CUTS = ("CO-45", "CO-253", "PR-1", "PR-2", "CO-50", "CO-16", "PR-27", "OA-Q9")
OPEN = (Account.RECEIVABLE_INSURANCE, Account.RECEIVABLE_DISPUTED, Account.RECEIVABLE_PATIENT)
Decision = tuple[ClaimSaid, ...]
"""What a payer says at once of a claim; it may need several remit claims for it."""


@dataclass(frozen=True)
class Story:
    """One claim: its lines' charges, and what its payers say, each list the decisions of one payer in order.

    Between two decisions of one payer stands the reversal of the first.
    """

    charges: tuple[int, ...]
    decisions: tuple[tuple[Decision, ...], ...]


def a_line(draw: st.DrawFn, number: str, line: int, charge: int) -> LineSaid:
    paid = draw(st.integers(0, charge))
    first = draw(st.integers(0, charge - paid))
    reasons = draw(st.lists(st.sampled_from(CUTS), min_size=2, max_size=2, unique=True))
    codes = tuple((code, cents) for code, cents in zip(reasons, (first, charge - paid - first), strict=True) if cents)
    return LineSaid(paid, codes, code=CODES[line - 1], control=f"{number}{line:02d}")


def lines_of(draw: st.DrawFn, number: str, charges: tuple[int, ...]) -> list[LineSaid]:
    """Return the answers to the lines; the first may be split over two, or hold the second in a bundle."""
    lines = [a_line(draw, number, line, charge) for line, charge in enumerate(charges, 1)]
    shape = draw(st.sampled_from(["plain", "plain", "split", "bundle"]))
    if shape == "split" and charges[0] > 1:
        part = draw(st.integers(1, charges[0] - 1))
        lines[:1] = [a_line(draw, number, 1, part), a_line(draw, number, 1, charges[0] - part)]
    elif shape == "bundle" and len(charges) > 1:
        cut = draw(st.integers(0, charges[0]))
        codes = (("OA-94", -charges[1]), *((("CO-45", cut),) if cut else ()))
        lines[0] = LineSaid(charges[0] + charges[1] - cut, codes, code=CODES[0], control=f"{number}01")
        lines[1] = LineSaid(0, (("CO-97", charges[1]),), code=CODES[1], control=f"{number}02")
    return lines


@st.composite
def stories(draw: st.DrawFn, at: int) -> Story:
    charges = tuple(draw(st.lists(st.integers(1, 500_00), min_size=1, max_size=3)))
    payers = draw(st.integers(1, 2))
    said: list[tuple[Decision, ...]] = []
    for order in range(1, payers + 1):
        number = control_numbers.mint(at, payer_order=order, key=KEY)
        decisions: list[Decision] = []
        for version in range(draw(st.integers(1, 3))):
            lines = tuple(lines_of(draw, number, charges))
            icn = f"I{at}{order}{version}"
            interest = draw(st.sampled_from([0, 0, 1_25]))
            whole = ClaimSaid(number, lines, status=str(order), icn=icn, interest=interest)
            is_bundle = any(code == "OA-94" for code, _ in lines[0].codes)
            if len({line.control for line in lines}) > 1 and not is_bundle and draw(st.booleans()):
                rest = tuple(line for line in lines if line.control != lines[0].control)
                first = tuple(line for line in lines if line.control == lines[0].control)
                decisions.append((replace(whole, lines=first), replace(whole, lines=rest, icn=f"{icn}B", interest=0)))
            else:
                decisions.append((whole,))
        said.append(tuple(decisions))
    return Story(charges, tuple(said))


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Story], int]:
    return [draw(stories(at)) for at in range(draw(st.integers(1, 2)))], draw(st.integers(0, 2**32))


def files_of(story: Story) -> list[bytes]:
    """Return the files of a claim's payers: each decision, and before each later one the reversal of the one before.

    A reversal alone would make a payment below zero; the payer carries it forward, and some take it from their next.
    """
    files: list[bytes] = []
    for order, decisions in enumerate(story.decisions, 1):
        standing: Decision = ()
        for decision in decisions:
            for said in (tuple(replace(each, interest=0).turned() for each in standing), decision):
                if not said:
                    continue
                file = SetSaid(f"T{said[0].icn}{said[0].status}", payer=f"PAYER{order}", claims=list(said))
                paid = sum(each.paid_cents for each in said)
                interest = sum(each.interest for each in said)
                if interest:
                    file.provider_items.append(("L6", said[0].icn, -interest))
                if paid < 0:
                    file.provider_items.append(("WO", said[0].icn, paid))
                files.append(file_835([file], control=len(files) + 1, judged=False))
            standing = decision
    return files


async def bill(books: BooksInMemory, story: Story, at: int) -> None:
    for order in range(1, len(story.decisions) + 1):
        await books.bill(
            control_numbers.mint(at, payer_order=order, key=KEY),
            name=f"C{at}",
            payer_order=order,
            payer_count=len(story.decisions),
            charges=story.charges,
        )


async def played(told: list[Story], order: random.Random | None) -> BooksInMemory:
    """Play a history: in order, or with bills and files shuffled and some files twice."""
    books = BooksInMemory()
    acts: list[tuple[int, bytes | None]] = []
    for at, story in enumerate(told):
        acts += [(at, None), *((at, content) for content in files_of(story))]
    if order is not None:
        acts += order.sample(acts[1:], k=min(2, len(acts) - 1)) if len(acts) > 1 else []
        order.shuffle(acts)
    billed: set[int] = set()
    for at, content in acts:
        if content is not None:
            await books.send(content)
        elif at not in billed:
            billed.add(at)
            await bill(books, told[at], at)
        assert await books.faults() == []
    return books


def open_cents(sums: dict[Account, int]) -> int:
    return sum(sums.get(account, 0) for account in OPEN)


@PLAYED
@given(histories())
async def test_every_cent_has_its_one_home_in_any_order(history: tuple[list[Story], int]) -> None:
    told, seed = history

    books = await played(told, random.Random(seed))
    seen = await books.see()

    for at, story in enumerate(told):
        sums = seen.claims[f"C{at}"]
        assert sum(sums.values()) == 0
        assert -sums.get(Account.CHARGES, 0) == sum(story.charges)
        assert sums.get(Account.RECEIVABLE_PATIENT, 0) >= 0
        assert sums.get(Account.RECEIVABLE_DISPUTED, 0) >= 0
        assert sums.get(Account.CONTRACTUAL, 0) >= 0


@PLAYED
@given(histories())
async def test_reversals_and_corrections_end_as_if_only_the_last_word_had_come(
    history: tuple[list[Story], int],
) -> None:
    """The serial model: each payer's last decision alone. It holds where each decision is reversed before the next."""
    told, _ = history
    last_words = [replace(story, decisions=tuple(each[-1:] for each in story.decisions)) for story in told]

    whole = await (await played(told, None)).see()
    serial = await (await played(last_words, None)).see()

    assert whole.claims == serial.claims
    assert whole.organization.get(Account.SUSPENSE, 0) == 0
    assert whole.held_for == ()


@PLAYED
@given(histories())
async def test_one_decision_a_payer_gives_the_same_books_in_any_order(history: tuple[list[Story], int]) -> None:
    told, seed = history
    once = [replace(story, decisions=tuple(each[:1] for each in story.decisions)) for story in told]

    in_order = await (await played(once, None)).see()
    shuffled = await (await played(once, random.Random(seed))).see()

    assert shuffled.claims == in_order.claims
    assert shuffled.organization == in_order.organization
