"""The outcome follows from the adjustments, whatever claim outcome code the payer sent."""

from dataclasses import replace

import pytest

from claimwright.events.lifecycle_words import Outcome
from claimwright_remittance.domain.remits.decision import Effect, effect_of, outcome_of
from claimwright_remittance.domain.remits.reasons import ReasonKind, kind_of
from tests.support.remits import a_remit_claim, a_remit_line, paid


@pytest.mark.parametrize(
    ("cents", "codes", "status", "outcome"),
    [
        (80_00, {"CO-45": 20_00}, "1", Outcome.PAID_FULL),
        (60_00, {"CO-45": 20_00, "PR-2": 20_00}, "1", Outcome.PAID_FULL),
        (60_00, {"CO-50": 40_00}, "1", Outcome.PAID_PARTIAL),
        (0, {"CO-50": 100_00}, "1", Outcome.DENIED),
        (0, {"CO-16": 100_00}, "1", Outcome.DENIED),
        (0, {"PR-1": 100_00}, "1", Outcome.ZERO_PAY_EXPECTED),
        (0, {"PR-100": 100_00}, "1", Outcome.ZERO_PAY_EXPECTED),
        (0, {"PR-27": 100_00}, "1", Outcome.DENIED),
        (0, {"PR-204": 100_00}, "1", Outcome.DENIED),
        (0, {"CO-24": 100_00}, "1", Outcome.DENIED),
        (0, {"OA-18": 100_00}, "1", Outcome.DENIED),
        (0, {"CO-9999": 100_00}, "1", Outcome.DENIED),
        (78_40, {"CO-45": 20_00, "CO-253": 1_60}, "1", Outcome.PAID_FULL),
        (0, {"CO-31": 100_00}, "4", Outcome.NOT_RECOGNISED),
        (0, {"PR-31": 100_00}, "4", Outcome.NOT_RECOGNISED),
        (0, {"CO-50": 100_00}, "4", Outcome.DENIED),
        (0, {"OA-109": 100_00}, "23", Outcome.NOT_OUR_CLAIM),
        (0, {"OA-101": 100_00}, "25", Outcome.PREDETERMINATION),
    ],
)
def test_the_outcome_follows_from_the_adjustments(
    cents: int, codes: dict[str, int], status: str, outcome: Outcome
) -> None:
    assert outcome_of([paid(cents, codes, status=status)]) is outcome


def test_capitation_is_expected_only_under_a_contract_by_head() -> None:
    claim = paid(0, {"CO-24": 100_00})

    assert outcome_of([replace(claim, is_under_capitation=True)]) is Outcome.ZERO_PAY_EXPECTED
    assert outcome_of([claim]) is Outcome.DENIED


def test_status_4_with_a1_needs_the_remark_to_mean_an_unknown_patient() -> None:
    line = a_remit_line(paid=0, codes={"CO-A1": 100_00})
    with_remark = a_remit_line(paid=0, codes={"CO-A1": 100_00}, remark_codes=("N382",))

    assert outcome_of([a_remit_claim(line, status="4")]) is Outcome.DENIED
    assert outcome_of([a_remit_claim(with_remark, status="4")]) is Outcome.NOT_RECOGNISED


@pytest.mark.parametrize(
    ("code", "effect"),
    [
        ("CO-45", Effect.CONTRACTUAL),
        ("CO-045", Effect.CONTRACTUAL),
        ("CO-253", Effect.SEQUESTRATION),
        ("OA-23", Effect.INFORMS),
        ("PI-45", Effect.DENIED),
        ("CO-1", Effect.DENIED),
        ("CO-97", Effect.DENIED),
        ("XX-Q7", Effect.DENIED),
        ("PR-45", Effect.SHARE),
        ("OA-100", Effect.SHARE),
    ],
)
def test_nothing_is_given_up_that_is_not_known_to_be_a_discount(code: str, effect: Effect) -> None:
    claim = paid(0, {code: 10_00})

    assert effect_of(claim.lines[0].adjustments[0], claim) is effect


def test_a_code_that_nobody_knows_is_of_no_kind() -> None:
    assert kind_of("Z99") is ReasonKind.UNKNOWN
