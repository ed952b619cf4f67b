"""The text tables say what they seem to say, and fail when the books say otherwise."""

import pytest

from tests.support.books_in_memory import BooksInMemory
from tests.support.tables import TableWrong, rows_of, run

GOOD = """
    day  file  does                                       expect
    1          bill A 100.00                              A insurance 100.00, working
    5    F     pay A 60.00 CO-45 25.00 PR-2 15.00         A paid 60.00, patient 15.00, PAID_FULL, released 15.00
    5    F     again                                      nothing changes, file duplicate
"""


async def test_a_table_is_played_through_real_files() -> None:
    books = BooksInMemory()

    await run(GOOD, books)

    assert len(books.files) == 1
    assert next(iter(books.files)).startswith(b"ISA*")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("patient 15.00", "patient 15.01"),
        ("PAID_FULL", "DENIED"),
        ("released 15.00", "closed"),
        ("nothing changes", "holds number_unknown"),
        ("file duplicate", "file posted"),
    ],
)
async def test_a_table_fails_where_the_books_say_otherwise(right: str, wrong: str) -> None:
    with pytest.raises(AssertionError, match="row"):
        await run(GOOD.replace(right, wrong), BooksInMemory())


def test_columns_begin_where_their_headings_do() -> None:
    rows = rows_of(GOOD)

    assert [(row.day, row.file, row.does) for row in rows][1] == ("5", "F", "pay A 60.00 CO-45 25.00 PR-2 15.00")
    assert rows[2].expect == "nothing changes, file duplicate"


@pytest.mark.parametrize(
    "table",
    [
        "",
        "day file expect does\n1 F pay A 1.00",
        "day  file  does  expect\n1    F     pay A 100.00 more",
    ],
)
def test_a_table_that_cannot_be_read_is_refused(table: str) -> None:
    with pytest.raises(TableWrong):
        rows_of(table)


async def test_only_the_last_row_of_a_file_may_expect_anything() -> None:
    table = """
    day  file  does              expect
    1          bill A 100.00
    5    F     pay A 60.00       A paid 60.00
    5    F     plb L6 X -5.00
    """

    with pytest.raises(TableWrong, match="last row"):
        await run(table, BooksInMemory())


async def test_words_that_nobody_knows_are_refused() -> None:
    with pytest.raises(TableWrong, match="nobody knows"):
        await run("day  file  does        expect\n1          burn A     ", BooksInMemory())
