"""Level 3: every dollar of a remittance and of a claim is explained, or the finding says which is not."""

from claimwright.x12 import balance_835, balance_claim, judge, read_835, write_835, write_837p
from claimwright.x12.models import (
    Amount,
    ClaimGroup,
    ClaimsHeader,
    Dated,
    LineAdjudication,
    OtherCoverage,
    Party,
    ProviderAdjustment,
    money,
    money_of_cents,
)
from tests.support.builders_x12 import (
    SENT,
    a_batch,
    a_claim,
    a_line,
    a_remit_claim,
    a_remit_line,
    a_remittance,
    an_adjustment,
)


def held(code: str, reference: str, cents: int) -> ProviderAdjustment:
    return ProviderAdjustment("1234567893", "20261231", code, reference, money_of_cents(cents))


def codes(remittance: object) -> list[str]:
    return [each.code for each in balance_835(remittance)]  # type: ignore[arg-type]


def test_a_paid_claim_balances() -> None:
    line = a_remit_line(125_00, an_adjustment("CO-45", 25_00), an_adjustment("PR-2", 20_00))

    assert codes(a_remittance(a_remit_claim(line))) == []


def test_a_line_that_does_not_add_up_is_named_with_its_bytes() -> None:
    line = a_remit_line(125_00, an_adjustment("CO-45", 25_00))
    remittance = a_remittance(a_remit_claim(line))
    data = write_835([remittance], **SENT).data.replace(b"CAS*CO*45*25~", b"CAS*CO*45*24~")

    read = read_835(data).values[0]
    findings = balance_835(read)

    assert [each.code for each in findings] == ["x12.remit_line", "x12.remit_claim"]
    assert data[findings[0].byte_start : findings[0].byte_end].startswith(b"SVC*HC:99213*125*100")
    assert findings[0].claim == 1


def test_a_line_level_total_may_differ_from_the_claims_payment_by_its_own_adjustments() -> None:
    # With claim-level adjustments the lines' payments do not add up to the claim's, and that is right.
    claim = a_remit_claim(a_remit_line(125_00))._replace(
        adjustments=(an_adjustment("CO-253", 2_00),), paid=money_of_cents(123_00)
    )

    assert codes(a_remittance(claim)) == []


def test_lines_that_do_not_add_up_to_the_claims_charge_break_no_rule() -> None:
    # A split or bundled claim: SVC02 need not add up to CLP03.
    claim = a_remit_claim(a_remit_line(125_00))._replace(
        charge=money_of_cents(200_00), adjustments=(an_adjustment("CO-97", 75_00),)
    )

    assert codes(a_remittance(claim)) == []


def test_provider_adjustments_take_from_the_payment_whatever_their_code() -> None:
    remittance = a_remittance(provider_adjustments=(held("WO", "OLD-CLAIM", 50_00), held("L6", "", -1_50)))

    assert remittance.payment.cents == 76_50
    assert codes(remittance) == []
    assert codes(remittance._replace(provider_adjustments=())) == ["x12.remit_total"]


def test_a_shortfall_goes_forward_and_the_payment_is_never_below_zero() -> None:
    reversal = a_remit_claim(a_remit_line(-125_00, an_adjustment("CO-45", -25_00)), claim_outcome_code="22")
    forward = held("FB", "CHECK77", -100_00)

    assert codes(a_remittance(reversal, provider_adjustments=(forward,))) == []
    below = a_remittance(reversal)
    assert codes(below) == ["x12.remit_negative"]


def test_a_reversal_negates_charge_payment_and_every_adjustment() -> None:
    line = a_remit_line(-125_00, an_adjustment("CO-45", -25_00), an_adjustment("PR-2", -20_00))
    reversal = a_remit_claim(line, claim_outcome_code="22", patient_responsibility=money_of_cents(0))
    correction = a_remit_claim(a_remit_line(125_00, an_adjustment("CO-45", 15_00)))

    assert codes(a_remittance(reversal, correction)) == []


def test_a_patient_share_other_than_its_adjustments_is_a_warning() -> None:
    claim = a_remit_claim(a_remit_line(125_00, an_adjustment("PR-1", 25_00)), patient_responsibility=money_of_cents(0))

    findings = balance_835(a_remittance(claim))

    assert [(each.code, each.blocks) for each in findings] == [("x12.remit_patient_share", False)]


def test_interest_takes_no_part_in_the_balance_of_the_claim() -> None:
    claim = a_remit_claim(a_remit_line(125_00), amounts=(Amount("I", money_of_cents(1_50)),))

    assert codes(a_remittance(claim, provider_adjustments=(held("L6", "", -1_50),))) == []


def test_cents_add_up_exactly() -> None:
    # In binary floats 0.1 three times is not 0.3, and a balanced remittance would be called unbalanced.
    lines = [a_remit_line(10), a_remit_line(10), a_remit_line(10)]

    assert codes(a_remittance(a_remit_claim(*lines))) == []


def test_an_unreadable_amount_never_balances() -> None:
    claim = a_remit_claim()._replace(paid=money("12O.00"))

    assert codes(a_remittance(a_remit_claim())._replace(groups=(ClaimGroup("1", (claim,)),))) == [
        "x12.remit_claim",
        "x12.remit_total",
    ]


def test_a_payment_of_zero_says_so_in_its_method() -> None:
    zero = a_remittance(a_remit_claim(a_remit_line(125_00, an_adjustment("CO-50", 125_00))))

    assert (zero.handling, zero.payment_method) == ("H", "NON")
    assert codes(zero) == []
    assert codes(zero._replace(payment_method="CHK")) == ["x12.remit_zero_method"]
    assert codes(zero._replace(payment_method="CHK", handling="P")) == []


def test_an_unbalanced_remittance_is_not_written() -> None:
    wrong = a_remittance()._replace(payment=money_of_cents(1))

    written = write_835([wrong], **SENT)

    assert written.data == b""
    assert [each.code for each in written.findings] == ["x12.remit_total"]


def test_a_claim_is_the_sum_of_its_lines() -> None:
    claim = a_claim(a_line(100_00), a_line(25_00))

    assert balance_claim(ClaimsHeader(), claim) == []
    wrong = balance_claim(ClaimsHeader(), claim._replace(charge=money_of_cents(100_00)))
    assert [each.code for each in wrong] == ["x12.claim_total"]


def test_each_other_payer_explains_the_whole_charge() -> None:
    decided = LineAdjudication(
        "OLD1",
        money_of_cents(80_00),
        adjustments=(an_adjustment("CO-45", 25_00), an_adjustment("PR-1", 20_00)),
        dates=(Dated("573", "D8", "20261103"),),
    )
    coverage = OtherCoverage(
        "P", payer=Party("PR", "OLD PLAN", id_qualifier="PI", id="OLD1"), amounts=(Amount("D", money_of_cents(80_00)),)
    )
    claim = a_claim(a_line(adjudications=(decided,)), other_coverages=(coverage,))
    short = coverage._replace(amounts=(Amount("D", money_of_cents(70_00)),))
    line_short = a_line(adjudications=(decided._replace(paid=money_of_cents(79_00)),))

    assert balance_claim(ClaimsHeader(), claim) == []
    assert [e.code for e in balance_claim(ClaimsHeader(), claim._replace(other_coverages=(short,)))] == [
        "x12.cob_claim"
    ]
    assert [e.code for e in balance_claim(ClaimsHeader(), claim._replace(lines=(line_short,)))] == ["x12.cob_line"]


def test_a_payer_that_was_never_billed_leaves_the_whole_charge() -> None:
    never = OtherCoverage("T", payer=Party("PR"), amounts=(Amount("A8", money_of_cents(125_00)),))

    assert balance_claim(ClaimsHeader(), a_claim(other_coverages=(never,))) == []


def test_a_claim_out_of_balance_is_not_written() -> None:
    written = write_837p(a_batch(a_claim(charge=money_of_cents(1))), **SENT)

    assert written.data == b""
    assert [each.code for each in written.findings] == ["x12.claim_total"]
    assert judge(written.data)[0].code == "x12.no_segments"


def test_a_line_that_a_payer_split_is_explained_by_all_its_decisions_together() -> None:
    halves = tuple(
        LineAdjudication("OLD1", money_of_cents(50_00), adjustments=(an_adjustment("CO-45", 12_50),)) for _ in range(2)
    )
    coverage = OtherCoverage(
        "P", payer=Party("PR", "OLD PLAN", id_qualifier="PI", id="OLD1"), amounts=(Amount("D", money_of_cents(100_00)),)
    )

    assert balance_claim(ClaimsHeader(), a_claim(a_line(adjudications=halves), other_coverages=(coverage,))) == []
    one = a_claim(a_line(adjudications=halves[:1]), other_coverages=(coverage,))
    assert [each.code for each in balance_claim(ClaimsHeader(), one)] == ["x12.cob_line", "x12.cob_claim"]


def test_a_payer_that_covers_a_part_may_pay_and_one_that_was_never_billed_may_not() -> None:
    # A part that is not covered beside a payment is in the examples that X12 publishes.
    paid = (Amount("D", money_of_cents(80_00)),)
    explained = (an_adjustment("CO-45", 45_00),)
    part = OtherCoverage(
        "P", payer=Party("PR"), adjustments=explained, amounts=(*paid, Amount("A8", money_of_cents(15_00)))
    )
    whole = part._replace(amounts=(*paid, Amount("A8", money_of_cents(125_00))))

    assert balance_claim(ClaimsHeader(), a_claim(other_coverages=(part,))) == []
    assert [each.code for each in balance_claim(ClaimsHeader(), a_claim(other_coverages=(whole,)))] == [
        "x12.cob_never_billed"
    ]
