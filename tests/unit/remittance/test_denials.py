"""A denial is a case with an owner who can do something about it, and a date."""

from datetime import UTC, datetime, timedelta

import pytest

from claimwright_remittance.domain.ledger.chart import Account
from claimwright_remittance.domain.ledger.entries import Spot
from claimwright_remittance.domain.recovery.denials import Path, denial_of
from tests.support.remits import paid

NOW = datetime(2026, 3, 9, tzinfo=UTC)
DISPUTED = {Spot(Account.RECEIVABLE_DISPUTED, 1, 1): 40_00}


@pytest.mark.parametrize(
    ("codes", "owner", "path"),
    [
        ({"CO-50": 40_00}, "denials", Path.APPEAL),
        ({"CO-16": 40_00}, "denials", Path.CORRECTED_RESUBMIT),
        ({"PR-27": 40_00}, "eligibility", Path.OTHER_COVERAGE),
        ({"CO-24": 40_00}, "eligibility", Path.OTHER_COVERAGE),
        ({"PR-27": 20_00, "CO-50": 20_00}, "denials", Path.APPEAL),
    ],
)
def test_who_looks_first_follows_from_the_reasons(codes: dict[str, int], owner: str, path: Path) -> None:
    case = denial_of(paid(60_00, codes), DISPUTED, payer_order=1, now=NOW)

    assert case is not None
    assert (case.owner, case.path, case.denied_cents, case.reasons) == (owner, path, 40_00, tuple(codes))
    assert case.due_at - NOW == timedelta(days=5)


def test_a_discount_beside_it_is_no_reason_of_a_denial() -> None:
    case = denial_of(paid(40_00, {"CO-45": 20_00, "CO-50": 40_00}), DISPUTED, payer_order=1, now=NOW)

    assert case is not None
    assert case.reasons == ("CO-50",)


def test_what_a_later_payer_paid_after_all_is_no_case() -> None:
    assert denial_of(paid(0, {"CO-50": 40_00}), {}, payer_order=1, now=NOW) is None


def test_the_dispute_of_another_payer_opens_no_second_case() -> None:
    assert denial_of(paid(0, {"CO-50": 40_00}), DISPUTED, payer_order=2, now=NOW) is None
