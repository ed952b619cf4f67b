"""Every remittance case as payers and networks tell it otherwise: twice, in one file, before the claim, backwards."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import pytest

from claimwright_remittance.domain.contracts.terms import Terms
from tests.support.books_in_memory import BooksInMemory
from tests.support.remittance_cases import CASES
from tests.support.tables import Seen, run

Act = Callable[[BooksInMemory], Awaitable[None]]


class Recorded(BooksInMemory):
    """Books that remember what they were told."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[Act] = []
        self.sent: list[bytes] = []

    async def bill(self, number: str, *, name: str, payer_order: int, payer_count: int, charges: Sequence[int]) -> None:
        async def act(books: BooksInMemory) -> None:
            await BooksInMemory.bill(
                books, number, name=name, payer_order=payer_order, payer_count=payer_count, charges=charges
            )

        self.said.append(act)
        await act(self)

    async def load(self, terms: Terms) -> None:
        self.said.append(lambda books: BooksInMemory.load(books, terms))
        await super().load(terms)

    async def send(self, content: bytes) -> None:
        self.sent.append(content)
        await super().send(content)


async def recorded(table: str) -> Recorded:
    books = Recorded()
    await run(table, books)
    return books


async def told(acts: Sequence[Act], files: Sequence[bytes]) -> Seen:
    books = BooksInMemory()
    for act in acts:
        await act(books)
    for content in files:
        await books.send(content)
    assert await books.faults() == []
    return await books.see()


def end(seen: Seen) -> object:
    return seen.claims, seen.organization, seen.states, sorted(seen.held_for)


THE_FIRST_WORD_COUNTS: Final = {
    "14_the_same_check_with_other_content_is_compared_by_a_person",
    "39_a_correction_without_its_reversal_is_held",
    "40_a_reversal_that_is_no_mirror_reverses_our_own_entries",
}
"""Here nothing in the files says which is right, and a person decides: of two claims to one check, and of two answers
to one line, the first is posted; a reversal that only its sum ties to what comes after it waits, for a correction would
fit as well."""


@pytest.mark.parametrize("table", CASES.values(), ids=CASES.keys())
async def test_every_file_twice_ends_as_once(table: str) -> None:
    case = await recorded(table)

    twice = await told(case.said, [content for content in case.sent for _ in "12"])

    assert end(twice) == end(await case.see())


@pytest.mark.parametrize("table", CASES.values(), ids=CASES.keys())
async def test_all_of_it_in_one_file_ends_as_in_many(table: str) -> None:
    case = await recorded(table)

    at_once = await told(case.said, [b"".join(dict.fromkeys(case.sent))])

    assert end(at_once) == end(await case.see())


@pytest.mark.parametrize("table", CASES.values(), ids=CASES.keys())
async def test_answers_before_their_claims_end_as_after_them(table: str) -> None:
    case = await recorded(table)
    books = BooksInMemory()

    for content in case.sent:
        await books.send(content)
    for act in case.said:
        await act(books)

    assert await books.faults() == []
    assert end(await books.see()) == end(await case.see())


@pytest.mark.parametrize(("name", "table"), CASES.items(), ids=CASES.keys())
async def test_files_backwards_end_as_forwards(name: str, table: str) -> None:
    case = await recorded(table)

    backwards = await told(case.said, case.sent[::-1])

    is_same = end(backwards) == end(await case.see())
    assert is_same is (name not in THE_FIRST_WORD_COUNTS)
