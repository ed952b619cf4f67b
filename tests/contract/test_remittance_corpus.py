"""Foreign 835 files against claims made from them: what balances posts to the cent, what does not is held by name."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest

from claimwright.money import cents_of
from claimwright_remittance.domain.billing import BilledLine
from claimwright_remittance.domain.ledger.chart import Account
from claimwright_remittance.domain.remits.balance import CLAIM, LINE, NEGATIVE, TRANSACTION
from claimwright_remittance.domain.remits.file import ReadSet, read_file
from claimwright_remittance.domain.remits.remittance import RemitClaim, Remittance
from tests.support.books_in_memory import BooksInMemory
from tests.support.corpus import corpus_files, expected_sets
from tests.support.files_835 import SERVICE_DAY

UNREADABLE = "remit.amount"


def test_the_corpus_holds_what_the_verdicts_are_about() -> None:
    paths = [each.values[0] for each in corpus_files("835")]
    if paths == [None]:
        pytest.skip("the X12 corpus is not beside the repository")
    sets = [read for path in paths for read in read_file(path.read_bytes()).sets]  # type: ignore[union-attr]

    assert (len(paths), len(sets)) == (25, 36)
    assert sum(not read.differences for read in sets) == 15


@pytest.mark.parametrize("path", corpus_files("835"))
async def test_what_balances_is_posted_and_what_does_not_is_held_with_its_difference(path: Path) -> None:
    for read, theirs in zip(read_file(path.read_bytes()).sets, expected_sets(path, "835"), strict=True):
        facts = theirs["facts"]
        codes = {each.code for each in read.differences}
        if facts["payment_amount"] is None:
            assert codes == {UNREADABLE}
            continue
        assert (TRANSACTION in codes) == (not facts["balance_transaction"])
        assert (CLAIM in codes) == bool(facts["claims_out_of_balance"])
        assert (LINE in codes) == bool(facts["lines_out_of_balance"])
        assert codes <= {TRANSACTION, CLAIM, LINE, NEGATIVE}
        if TRANSACTION in codes:
            (whole,) = (each for each in read.differences if each.code == TRANSACTION)
            paid = Decimal(facts["total_paid"]) - Decimal(facts["provider_adjustment_total"])
            assert whole.cents == cents_of(paid - Decimal(facts["payment_amount"]))
        if not codes:
            await _posts_to_the_cent(read)


async def _posts_to_the_cent(read: ReadSet) -> None:
    books = BooksInMemory()
    for number, lines in _billed_by(read.remittance).items():
        await books.seed(number, lines)

    books.post(read.remittance)

    assert await books.faults() == []
    seen = await books.see()
    posted = sum(sums.get(Account.PAYMENTS, 0) for sums in seen.claims.values())
    suspense = -seen.organization.get(Account.SUSPENSE, 0)
    provider_level = -sum(cents for account, cents in seen.organization.items() if account is not Account.SUSPENSE)
    assert posted + suspense + provider_level == read.remittance.payment_cents
    for entry in (entry for each in books.postings for entry in each.posting.entries if each.artifact_id):
        assert entry.place is not None
        assert entry.place.byte_end > entry.place.byte_start


def _billed_by(remittance: Remittance) -> dict[str, list[BilledLine]]:
    """Return, for each patient control number, the lines that we would have billed to get these answers."""
    claims: defaultdict[str, list[RemitClaim]] = defaultdict(list)
    for claim in remittance.claims:
        if not claim.is_reversal:
            claims[claim.patient_control_number].append(claim)
    return {number: _lines_of(each) for number, each in claims.items()}


def _lines_of(claims: Iterable[RemitClaim]) -> list[BilledLine]:
    said = [
        (line.submitted_code or line.procedure_code, line.modifiers, line.charge_cents, line.service_date)
        for claim in claims
        for line in claim.lines
    ] or [("99213", (), claim.charge_cents, None) for claim in claims]
    return [
        BilledLine(at, f"L{at}", code, modifiers, charge, Decimal(1), day or SERVICE_DAY)
        for at, (code, modifiers, charge, day) in enumerate(said, 1)
    ]
