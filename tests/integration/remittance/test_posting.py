"""A file of remittances becomes balanced entries, once, whatever comes first and whatever comes twice."""

from tests.support.remittance import RemittanceBench
from tests.support.tables import run


async def test_a_payment_is_posted_and_the_same_file_changes_nothing(bench: RemittanceBench) -> None:
    await run(
        """
        day  file  does                                       expect
        1          bill A 100.00                              A insurance 100.00, working
        5    F     pay A 60.00 CO-45 25.00 PR-2 15.00         A paid 60.00, patient 15.00, PAID_FULL, released 15.00
        5    F     again                                      nothing changes, file duplicate
        6    G     again-enveloped                            nothing changes, file duplicate
        """,
        bench,
    )


async def test_answers_can_beat_the_question(bench: RemittanceBench) -> None:
    await run(
        """
        day  file  does                                       expect
        5    F     pay A 60.00 CO-45 40.00                    suspense -60.00, holds number_unknown, file posted
        6          bill A 100.00                              A open 0.00, suspense 0.00, closed, nothing held
        """,
        bench,
    )


async def test_a_file_that_does_not_balance_posts_nothing(bench: RemittanceBench) -> None:
    await run(
        """
        day  file  does                           expect
        1          bill A 100.00
        5    F     pay A 60.00 CO-45 40.00
        5    F     total 61.00                    nothing changes, file remit.transaction_out_of_balance -1.00
        """,
        bench,
    )
