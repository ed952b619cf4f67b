"""What bit others, by the number it has in `x12.md`, section 4 of the references: each is kept from us by a test.

Where several are named, each keeps a part of it. Those that had no test of their own stand below.
"""

import re
from pathlib import Path

import pytest

from claimwright.x12 import (
    Adjustment,
    Delimiters,
    HealthCode,
    Severity,
    acknowledge,
    judge,
    read_277ca,
    read_835,
    read_837p,
    write_277ca,
    write_835,
    write_837p,
)
from claimwright.x12.models import Amount, Party, Reference, money_of_cents, without_places
from tests.support.builders_x12 import (
    BILLING,
    ENVELOPE,
    MOMENT,
    SENT,
    a_batch,
    a_claim,
    a_patient,
    a_remit_claim,
    a_remit_line,
    a_remittance,
    a_subscriber,
)
from tests.support.rule_cases_x12 import OTHER, secondary

TESTS = Path(__file__).parents[1]
X12 = "unit/claimwright/x12"
HERE = "contract/test_x12_field_lessons.py"
RULES = ("contract/test_x12_single_rules.py", "test_one_broken_rule_is_found_and_nothing_else")
ENVELOPES = (f"{X12}/test_envelope.py", "test_one_broken_rule_of_the_envelope_gives_one_finding")

KEPT_BY: dict[int, tuple[tuple[str, str], ...]] = {
    1: ((f"{X12}/test_tokens.py", "test_a_member_called_isaac_does_not_restart_the_interchange"),),
    2: (
        (f"{X12}/test_tokens.py", "test_the_terminator_is_the_byte_after_isa16"),
        (f"{X12}/test_tokens.py", "test_crlf_as_terminator_keeps_both_bytes"),
    ),
    3: (
        (f"{X12}/test_tokens.py", "test_u_in_isa11_of_an_old_version_is_no_repetition_separator"),
        ("contract/test_x12_golden.py", "test_an_old_guide_with_u_as_standard_is_not_split_at_every_u"),
    ),
    4: ((f"{X12}/test_tokens.py", "test_adjacent_empty_elements_stay_empty"),),
    5: ((f"{X12}/test_tokens.py", "test_each_interchange_has_its_own_delimiters"),),
    6: (
        (f"{X12}/test_envelope.py", "test_ta1_before_a_group_with_a_999_is_read"),
        ("contract/test_x12_golden.py", "test_ta1_and_999_in_one_interchange_are_read"),
    ),
    7: ((f"{X12}/test_envelope.py", "test_an_interchange_of_ta1_alone_is_valid_with_no_groups"),),
    8: ((f"{X12}/test_reading_837.py", "test_a_second_2320_under_one_claim_is_no_new_subscriber"),),
    9: (
        (f"{X12}/test_reading_837.py", "test_claims_hang_on_the_subscriber_or_on_its_patients"),
        (HERE, "test_a_subscriber_has_a_claim_or_patients_who_have_them"),
    ),
    10: ((f"{X12}/test_guide.py", "test_every_loop_of_a_guide_is_defined_once_and_can_be_reached"),),
    11: ((f"{X12}/test_reading_837.py", "test_equal_hl_ids_in_two_sets_do_not_mix"),),
    12: ((HERE, "test_a_level_without_levels_below_is_normal"),),
    13: ((f"{X12}/test_reading_837.py", "test_pick_up_and_drop_off_are_told_apart"),),
    14: ((f"{X12}/test_reading_837.py", "test_an_amount_with_a_qualifier_outside_the_list_is_kept"),),
    15: (("contract/test_x12_memory.py", "test_memory_is_bounded_by_the_largest_claim_and_not_by_the_file"),),
    16: (
        (f"{X12}/test_reading_835.py", "test_every_set_is_its_own_remittance_with_its_own_payer_and_trace"),
        (f"{X12}/test_reading_835.py", "test_claims_keep_the_group_that_they_came_in"),
        ("contract/test_x12_golden.py", "test_appended_files_with_other_delimiters_are_each_read_by_their_own"),
    ),
    17: ((f"{X12}/test_reading_835.py", "test_a_line_keeps_qualifier_code_modifiers_and_what_was_billed"),),
    18: ((f"{X12}/test_reading_835.py", "test_the_posting_keys_are_fields"),),
    19: (
        (HERE, "test_what_may_repeat_is_kept_as_often_as_it_stands"),
        (f"{X12}/test_reading_835.py", "test_plb_pairs_belong_to_the_transaction_and_keep_their_references"),
    ),
    20: (
        ENVELOPES,
        (f"{X12}/test_profiles.py", "test_a_wrong_segment_count_blocks_or_not_as_the_profile_says"),
        ("contract/test_x12_golden.py", "test_a_file_without_isa_and_with_a_wrong_count_is_read_and_stopped"),
    ),
    21: ((f"{X12}/test_reading_837.py", "test_the_well_known_references_have_names"),),
    22: (ENVELOPES,),
    23: ((f"{X12}/test_envelope.py", "test_two_groups_of_two_sets_are_counted_right"),),
    24: (
        (f"{X12}/test_code_sets.py", "test_an_unknown_diagnosis_warns_and_never_rejects"),
        (f"{X12}/test_profiles.py", "test_an_unknown_outer_code_rejects_only_where_the_profile_says_so"),
    ),
    25: (
        (f"{X12}/test_writing.py", "test_lines_count_from_one_in_each_claim"),
        ("contract/test_x12_outlines.py", "test_what_repeats_inside_its_loop_raises_nothing"),
    ),
    26: (
        (f"{X12}/test_acknowledgments.py", "test_an_acknowledgment_is_never_acknowledged"),
        (f"{X12}/test_acknowledgments.py", "test_a_fault_of_the_envelope_rejects_the_interchange_by_ta1_alone"),
        ("contract/test_x12_answers.py", "test_every_fault_within_a_claim_names_the_claim"),
        ("contract/test_x12_answers.py", "test_an_acknowledgment_is_answered_by_nothing_even_if_it_asks"),
    ),
    27: (
        (f"{X12}/test_acknowledgments.py", "test_a_rejected_set_always_names_its_fault"),
        ("contract/test_x12_answers.py", "test_each_single_fault_of_a_guide_is_answered_in_order"),
    ),
    28: ((f"{X12}/test_acknowledgments.py", "test_levels_of_a_277ca_are_told_by_their_parents"),),
    29: (
        ("integration/submission/test_sending.py", "test_control_numbers_go_up_and_never_repeat"),
        ENVELOPES,
    ),
    30: ((f"{X12}/test_writing.py", "test_hl_numbers_count_up_over_providers_subscribers_and_patients"),),
    31: (RULES, (HERE, "test_a_facility_at_the_billing_address_is_named")),
    32: (RULES, (HERE, "test_a_short_postal_code_is_named_and_never_dropped")),
    33: ((f"{X12}/test_reading_835.py", "test_adjustments_of_one_group_share_a_segment_up_to_six"),),
    34: ((f"{X12}/test_writing.py", "test_assignment_and_acceptance_are_data_of_the_claim"),),
    35: (RULES, (HERE, "test_why_medicare_is_not_first_is_said_only_when_it_is_not")),
    36: ((HERE, "test_the_first_payers_claim_number_goes_along_to_the_second"),),
    37: (
        (f"{X12}/test_reading_837.py", "test_cob_a_drug_and_line_providers_come_back_whole"),
        ("unit/submission/domain/test_professional.py", "test_providers_and_numbers_stand_where_the_guide_has_them"),
    ),
    38: (
        (f"{X12}/test_institutional_and_dental.py", "test_an_inpatient_claim_comes_back_whole"),
        (
            f"{X12}/test_institutional_and_dental.py",
            "test_an_institutional_claim_without_revenue_code_or_admission_is_refused",
        ),
        ("contract/test_x12_golden.py", "test_what_we_write_is_accepted_by_us_and_by_others"),
    ),
    39: ((f"{X12}/test_writing.py", "test_each_diagnosis_has_a_composite_of_its_own"),),
    40: ((f"{X12}/test_writing.py", "test_what_is_missing_or_wrong_comes_back_as_a_finding_and_no_bytes"),),
    41: ((HERE, "test_with_line_breaks_or_without_the_content_is_the_same"),),
    42: (RULES, (HERE, "test_an_original_names_no_earlier_claim_and_a_replacement_must")),
    43: (
        ("unit/remittance/test_reading.py", "test_the_same_content_is_known_in_another_envelope"),
        ("unit/remittance/test_reading.py", "test_a_payment_is_the_same_a_clash_or_new"),
        ("unit/remittance/test_cases_otherwise_told.py", "test_every_file_twice_ends_as_once"),
    ),
    44: (
        ("unit/remittance/test_claim_ledger.py", "test_a_denial_is_in_dispute_and_never_written_off"),
        ("unit/remittance/test_denials.py", "test_who_looks_first_follows_from_the_reasons"),
    ),
    45: (
        ("unit/remittance/test_matching.py", "test_the_line_control_number_decides_even_against_the_code"),
        ("unit/remittance/test_matching.py", "test_a_dropped_modifier_costs_a_step"),
    ),
    46: (
        (
            "contract/test_remittance_corpus.py",
            "test_what_balances_is_posted_and_what_does_not_is_held_with_its_difference",
        ),
        (f"{X12}/test_reading_835.py", "test_every_qualifier_of_a_service_is_kept"),
        (f"{X12}/test_reading_837.py", "test_an_unknown_segment_is_kept_raw_and_stops_nothing"),
        ("contract/test_x12_golden.py", "test_appended_files_with_other_delimiters_are_each_read_by_their_own"),
    ),
    47: (
        (f"{X12}/test_balance.py", "test_cents_add_up_exactly"),
        ("unit/remittance/test_balance.py", "test_a_transaction_that_adds_up_has_no_differences"),
    ),
    48: ((f"{X12}/test_reading_837.py", "test_a_padded_qualifier_is_still_found"),),
    49: (
        (HERE, "test_a_remittance_says_to_whom_the_claim_was_forwarded"),
        ("integration/remittance/test_contracts_and_clocks.py", "test_a_forwarded_payer_that_is_silent_is_asked_about"),
        ("unit/remittance/test_claim_ledger.py", "test_the_share_waits_for_the_next_payer"),
    ),
    50: (
        (f"{X12}/test_balance.py", "test_a_reversal_negates_charge_payment_and_every_adjustment"),
        ("unit/remittance/test_claim_ledger.py", "test_a_reversal_nets_its_posting_to_zero"),
    ),
    51: ((f"{X12}/test_balance.py", "test_a_shortfall_goes_forward_and_the_payment_is_never_below_zero"),),
    52: (
        (HERE, "test_a_277ca_decides_claim_by_claim_and_only_as_far_as_acceptance"),
        (f"{X12}/test_acknowledgments.py", "test_a_claim_out_of_balance_is_rejected_alone_in_the_277ca"),
    ),
}


def test_every_lesson_has_its_test() -> None:
    assert sorted(KEPT_BY) == list(range(1, 53))
    for number, tests in KEPT_BY.items():
        for file, name in tests:
            text = (TESTS / file).read_text()
            assert re.search(rf"^(?:async )?def {name}\(", text, re.MULTILINE), f"{number}: {file}::{name}"


def codes(data: bytes) -> set[str]:
    return {each.code for each in judge(data)}


def written(claim: object, **changes: object) -> bytes:
    return write_837p(a_batch(claim), **{**SENT, "self_check": False, **changes}).data  # type: ignore[arg-type]


def test_a_subscriber_has_a_claim_or_patients_who_have_them() -> None:
    dependent = a_claim(subscriber=a_subscriber(patient_relationship=""), patient=a_patient())
    data = written(dependent)
    start, end = data.index(b"CLM*"), data.index(b"SE*")

    assert codes(data) == set()
    assert "x12.loop_missing" in codes(data[:start] + data[end:])
    assert "x12.patient_level" in codes(written(dependent._replace(patient=None)))


def test_a_level_without_levels_below_is_normal() -> None:
    other = a_subscriber(party=a_subscriber().party._replace(id="OTHER1"))
    data = write_837p(a_batch(a_claim(), a_claim(patient_control_number="P2", subscriber=other)), **SENT).data

    assert data.count(b"*22*0~") == 2
    assert len(read_837p(data).values[0].claims) == 2
    assert codes(data) == set()


def test_what_may_repeat_is_kept_as_often_as_it_stands() -> None:
    diagnoses = (HealthCode("ABK", "J0190"), HealthCode("ABF", "E119"), HealthCode("ABF", "I10"))
    claim = read_837p(written(a_claim(diagnoses=diagnoses))).values[0].claims[0]
    line = a_remit_line(
        paid=money_of_cents(100_00),
        adjustments=(Adjustment("CO", "45", money_of_cents(20_00)), Adjustment("PR", "1", money_of_cents(5_00))),
    )
    paid = a_remit_claim(
        line,
        paid=money_of_cents(90_00),
        patient_responsibility=money_of_cents(5_00),
        adjustments=(Adjustment("OA", "94", money_of_cents(10_00)),),
        amounts=(Amount("AU", money_of_cents(100_00)), Amount("F5", money_of_cents(1_00))),
    )
    read = next(iter(read_835(write_835([a_remittance(paid)], **SENT).data).values[0].claims))

    assert [each.code for each in claim.diagnoses] == ["J0190", "E119", "I10"]
    assert [each.qualifier for each in read.amounts] == ["AU", "F5"]
    assert [(each.group, each.reason) for each in read.adjustments] == [("OA", "94")]
    assert [(each.group, each.reason) for each in read.lines[0].adjustments] == [("CO", "45"), ("PR", "1")]


def test_a_facility_at_the_billing_address_is_named() -> None:
    party = BILLING.party
    facility = Party("77", "CLINIC", id_qualifier="XX", id="1245319599", address=party.address)
    elsewhere = facility._replace(address=party.address and party.address._replace(line1="9 OTHER STREET"))

    assert codes(written(a_claim(providers=(facility,)))) == {"x12.facility_same"}
    assert codes(written(a_claim(providers=(elsewhere,)))) == set()


def test_a_short_postal_code_is_named_and_never_dropped() -> None:
    address = BILLING.party.address
    assert address is not None
    short = BILLING._replace(party=BILLING.party._replace(address=address._replace(postal_code="62701")))

    data = written(a_claim(billing=short))

    assert b"N4*SPRINGFIELD*IL*62701~REF*EI" in data
    assert codes(data) == {"x12.postal_code_short"}


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"payer_responsibility_sequence": "S"}, {"x12.insurance_type"}),
        ({"payer_responsibility_sequence": "S", "insurance_type": "12"}, set()),
        ({"insurance_type": "12"}, {"x12.insurance_type_unused"}),
        ({}, set()),
    ],
)
def test_why_medicare_is_not_first_is_said_only_when_it_is_not(changes: dict[str, str], wanted: set[str]) -> None:
    medicare = a_subscriber(claim_filing_indicator="MB", **changes)
    claim = secondary() if medicare.payer_responsibility_sequence == "S" else a_claim()

    assert codes(written(claim._replace(subscriber=medicare))) == wanted


def test_the_first_payers_claim_number_goes_along_to_the_second() -> None:
    payer = OTHER.payer._replace(references=(Reference("F8", "ICN77"),))

    data = written(secondary(OTHER._replace(payer=payer)))

    assert codes(data) == set()
    assert read_837p(data).values[0].claims[0].other_coverages[0].payer.reference("F8") == "ICN77"
    assert data.index(b"NM1*PR*2*" + OTHER.payer.last_name.encode()) < data.index(b"REF*F8*ICN77")


def test_with_line_breaks_or_without_the_content_is_the_same() -> None:
    broken = ENVELOPE._replace(delimiters=Delimiters(line_break="\r\n"))

    plain, lines = written(a_claim()), written(a_claim(), envelope=broken)

    assert lines.replace(b"\r\n", b"") == plain
    assert without_places(read_837p(lines).values) == without_places(read_837p(plain).values)
    assert codes(lines) == set()


def test_an_original_names_no_earlier_claim_and_a_replacement_must() -> None:
    earlier = (Reference("F8", "ICN77"),)

    assert codes(written(a_claim(references=earlier))) == {"x12.original_unused"}
    assert codes(written(a_claim(claim_frequency_code="7"))) == {"x12.original_missing"}
    assert codes(written(a_claim(claim_frequency_code="7", references=earlier))) == set()


def test_a_remittance_says_to_whom_the_claim_was_forwarded() -> None:
    next_payer = Party("TT", "NEXT PAYER", id_qualifier="PI", id="NEXT1")
    claim = a_remit_claim(claim_outcome_code="19")
    claim = claim._replace(parties=(*claim.parties, next_payer))

    read = next(iter(read_835(write_835([a_remittance(claim)], **SENT).data).values[0].claims))

    assert read.claim_outcome_code == "19"
    assert [(each.last_name, each.id) for each in read.parties if each.role == "TT"] == [("NEXT PAYER", "NEXT1")]


def test_a_277ca_decides_claim_by_claim_and_only_as_far_as_acceptance() -> None:
    good, bad = a_claim(), a_claim(patient_control_number="P2", charge=money_of_cents(1))
    first = write_837p(a_batch(good, bad), **SENT, self_check=False).data
    reading = read_837p(first)
    source = Party("AY", "CLEARINGHOUSE", id_qualifier="46", id="CLR01")

    answers = acknowledge(reading.interchanges, reading.values, judge(first), source=source, moment=MOMENT)
    (batch,) = read_277ca(write_277ca(answers.batches, **SENT).data).values

    assert batch.batch_reference == reading.values[0].header.reference
    assert not batch.is_rejected
    assert not any(provider.is_rejected for provider in batch.providers)
    assert [(claim.patient_control_number, no) for claim, no in batch.verdicts()] == [("PCN0001", False), ("P2", True)]
    levels = (batch, *batch.providers, *(claim for claim, _ in batch.verdicts()))
    assert {status.category[0] for level in levels for status in level.statuses} == {"A"}
    assert all(each.severity is not Severity.ERROR for each in judge(write_277ca(answers.batches, **SENT).data))
