"""The 48 remittance cases of docs/domain/remittance-cases.md as text tables; the number in a name is the case's.

They are played in memory by the unit tests and on PostgreSQL by the integration tests. `tests/support/tables.py` says
how a table is read.
"""

from typing import Final

CASES: Final[dict[str, str]] = {
    "01_a_denial_with_status_1_is_a_case_and_no_write_off": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     deny A 0.00 CO-50 100.00                  A DENIED, disputed 100.00, contractual 0.00, denial 100.00
    """,
    "02_status_4_for_an_unknown_patient_is_registration_work": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     deny A 0.00 CO-31 100.00 as 4             A NOT_RECOGNISED, insurance 100.00, no denial, working
    """,
    "02_status_4_for_any_other_reason_is_a_denial": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     deny A 0.00 CO-50 100.00 as 4             A DENIED, disputed 100.00, denial 100.00
    """,
    "03_a_reversal_and_its_correction_in_one_file": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 CO-45 20.00                   A closed
        23   G     reverse A
        23   G     pay A 50.00 CO-45 50.00 icn 2
        23   G     plb FB TRACE2 -30.00                      A paid 50.00, contractual 50.00, open 0.00, closed
    """,
    "03_the_correction_may_stand_before_the_reversal": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 CO-45 20.00                   A closed
        23   G     pay A 50.00 CO-45 50.00 icn 2
        23   G     reverse A 80.00 CO-45 20.00
        23   G     plb FB TRACE2 -30.00                      A paid 50.00, contractual 50.00, closed, nothing held
    """,
    "04_a_reversal_waits_for_its_correction_in_a_later_file": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 PR-2 20.00                    A released 20.00
        23   G     reverse A
        23   G     put-off A 80.00                           A REVERSED_AWAITING_CORRECTION, working, patient 0.00
        30   H     pay A 60.00 PR-2 40.00 icn 2              A PAID_FULL, released 40.00, takeback -80.00
    """,
    "05_a_reversal_of_something_never_posted_is_held": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     reverse A 80.00 CO-45 20.00
        9    F     plb FB TRACE1 -80.00                      suspense 80.00, holds original_unknown, A open 100.00
        12   G     pay A 80.00 CO-45 20.00                   suspense 0.00, A paid 0.00, insurance 100.00, nothing held
    """,
    "06_a_takeback_at_once_stands_at_provider_level": """
        day  file  does                                      expect
        1          bill A 100.00
        1          bill B 200.00
        9    F     pay A 80.00 CO-45 20.00                   A closed
        23   G     pay B 150.00 CO-45 50.00
        23   G     takeback A 80.00                          B paid 150.00, takeback 80.00, file posted
    """,
    "07_a_delayed_takeback_is_owed_until_it_is_taken": """
        day  file  does                                      expect
        1          bill A 100.00
        1          bill B 200.00
        9    F     pay A 80.00 PR-2 20.00
        23   G     reverse A
        23   G     put-off A 80.00                           A REVERSED_AWAITING_CORRECTION, takeback -80.00
        30   H     pay B 150.00 CO-45 50.00
        30   H     takeback A 80.00                          takeback 0.00, B paid 150.00
        30   H     again                                     nothing changes
    """,
    "08_a_takeback_by_letter_waits_for_its_match": """
        day  file  does                                      expect
        1          bill B 200.00
        9    F     pay B 150.00 CO-45 50.00
        9    F     plb WO FCN0815 40.00                      takeback 40.00, file posted
    """,
    "09_a_forwarded_balance_opens_and_closes_by_its_reference": """
        day  file  does                                      expect
        1          bill A 100.00
        1          bill B 200.00
        9    F     pay A 80.00 CO-45 20.00
        23   G     reverse A
        23   G     trace EFT77
        23   G     plb FB EFT77 -80.00                       forwarded -80.00, file posted
        30   H     pay B 150.00 CO-45 50.00
        30   H     plb FB EFT77 80.00                        forwarded 0.00, B paid 150.00
    """,
    "10_interest_is_income_and_no_part_of_the_claim": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 CO-45 20.00 interest 1.25
        9    F     plb L6 ICN-A -1.25                        interest -1.25, A paid 80.00, open 0.00, file posted
    """,
    "11_each_provider_code_has_its_account": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 CO-45 20.00
        9    F     plb CS ADJ1 5.00
        9    F     plb IR TAX1 2.00
        9    F     plb AP ADV1 -10.00                        other 5.00, levy 2.00, advance -10.00, file posted
    """,
    "11_an_unknown_provider_code_goes_to_suspense_and_the_file_posts": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 CO-45 20.00
        9    F     plb ZZ WHAT 5.00                          suspense 5.00, A paid 80.00, file posted
    """,
    "12_interest_of_a_second_payer_enters_no_amount_of_the_claim": """
        day  file  does                                      expect
        1          bill A 100.00 payers 2
        9    F     pay A 60.00 CO-45 20.00 PR-2 20.00
        12         bill A@2
        30   G     pay A@2 20.00 OA-23 80.00 interest 0.50
        30   G     plb L6 ICN-A -0.50                        A paid 80.00, contractual 20.00, closed, interest -0.50
    """,
    "13_the_same_bytes_twice_change_nothing": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 CO-45 20.00
        9    F     again                                     nothing changes, file duplicate
    """,
    "13_the_same_payment_in_another_envelope_changes_nothing": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 CO-45 20.00
        9    F     again-enveloped                           nothing changes, file duplicate
    """,
    "14_the_same_check_with_other_content_is_compared_by_a_person": """
        day  file  does                                      expect
        1          bill A 100.00
        1          bill B 100.00
        9    F     pay A 80.00 CO-45 20.00
        9    F     trace CHECK1                              A closed
        9    G     pay B 80.00 CO-45 20.00
        9    G     trace CHECK1                              nothing changes, file remit.payment_clash 0.00
    """,
    "15_a_claim_split_over_several_adds_up": """
        day  file  does                                      expect
        1          bill A 100.00+50.00
        9    F     pay A 80.00 CO-45 20.00 icn 1             A paid 80.00, insurance 50.00, working
        9    G     pay A 40.00 CO-45 10.00 line 2 icn 2      A paid 120.00, contractual 30.00, closed
    """,
    "16_a_line_split_over_lines_adds_up": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 30.00 CO-45 20.00 no6R
                   / 35.00 CO-45 15.00 line 1 no6R           A paid 65.00, contractual 35.00, closed
    """,
    "17_a_bundle_is_balanced_as_a_group": """
        day  file  does                                      expect
        1          bill A 100.00+50.00
        9    F     pay A 120.00 OA-94 -50.00 CO-45 30.00
                   + code 80050 billed 99213
                   / 0.00 CO-97 50.00
                   + code 80050 billed 80053                 A PAID_FULL, paid 120.00, contractual 30.00, closed
    """,
    "18_an_unbundled_line_adds_up_over_its_parts": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 30.00 CO-45 70.00
                   / 10.00 OA-94 -10.00 line 1 code 80051    A paid 40.00, contractual 70.00, increase -10.00, closed
    """,
    "19_a_recoded_line_answers_the_line_that_was_billed": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 50.00 CO-45 50.00
                   + code 99212 billed 99213 no6R            A paid 50.00, closed
    """,
    "20_a_dropped_modifier_costs_a_step_and_no_money": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 50.00 CO-45 50.00 modifier 25 no6R  A paid 50.00, closed
    """,
    "21_no_line_number_and_no_date_still_find_the_line": """
        day  file  does                                      expect
        1          bill A 100.00+50.00
        9    F     pay A 80.00 CO-45 20.00 no6R nodate
                   / 40.00 CO-45 10.00 no6R nodate           A paid 120.00, closed
    """,
    "22_a_line_that_the_payer_added_waits_in_suspense": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 CO-45 20.00
                   / 7.00 CO-45 3.00 code G0008 no6R         A paid 80.00, open 0.00, suspense -7.00, file posted
        23   G     reverse A
        23   G     plb FB TRACE2 -87.00                      A paid 0.00, open 100.00, suspense 0.00, file posted
    """,
    "23_adjustments_of_the_claim_as_a_whole": """
        day  file  does                                      expect
        1          bill A 100.00+50.00
        9    F     pay A none & CO-45 30.00 PR-1 20.00       A paid 100.00, contractual 30.00, released 20.00
    """,
    "24_a_line_out_of_balance_holds_the_transaction": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 CO-45 19.00 charge 100.00     nothing changes, file remit.line_out_of_balance 1.00
    """,
    "24_a_payment_out_of_balance_holds_the_transaction": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 CO-45 20.00
        9    F     total 79.00                               nothing changes, file remit.transaction_out_of_balance 1.00
        10   G     pay A 80.00 CO-45 20.00
        10   G     trace TRACE1                              A closed, file posted
    """,
    "24_a_payment_below_zero_is_no_payment": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 CO-45 20.00
        16   G     reverse A                                 nothing changes, file remit.payment_negative -80.00
    """,
    "25_a_second_payer_posts_only_what_it_changes": """
        day  file  does                                      expect
        1          bill A 100.00 payers 2
        9    F     pay A 60.00 CO-45 20.00 PR-2 20.00        A insurance 20.00, patient 0.00, working
        12         bill A@2
        30   G     pay A@2 15.00 OA-23 80.00 PR-2 5.00       A paid 75.00, contractual 20.00, released 5.00
    """,
    "25_the_second_payer_may_answer_first": """
        day  file  does                                      expect
        1          bill A 100.00 payers 2
        12         bill A@2
        20   G     pay A@2 15.00 OA-23 80.00 PR-2 5.00       A paid 15.00, patient 0.00, insurance 85.00, working
        30   F     pay A 60.00 CO-45 20.00 PR-2 20.00        A paid 75.00, contractual 20.00, released 5.00
    """,
    "26_a_payer_to_whom_it_was_forwarded_uses_the_first_number": """
        day  file  does                                      expect
        1          bill A 100.00 payers 2
        9    F     pay A 80.00 PR-2 20.00 as 19 crossed      A PAID_FULL, insurance 20.00, working
        20   G     payer OTHER
        20   G     pay A 20.00 OA-23 80.00 as 2 icn 9        A paid 100.00, closed, nothing held
    """,
    "28_capitation_without_a_contract_of_ours_is_the_wrong_payer": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     deny A 0.00 CO-24 100.00                  A DENIED, disputed 100.00, denial 100.00
    """,
    "28_capitation_under_a_contract_of_ours_is_expected": """
        day  file  does                                      expect
        1          contract by head
        1          bill A 100.00
        9    F     deny A 0.00 CO-24 100.00                  A ZERO_PAY_EXPECTED, capitated 100.00, closed, no denial
        16   G     reverse A
        16   G     pay A 30.00 CO-45 70.00 icn 2             A PAID_FULL, capitated 0.00, paid 30.00, closed
    """,
    "28_capitation_that_waited_for_its_claim_is_taken_back_whole": """
        day  file  does                                      expect
        1          contract by head
        9    F     deny A 0.00 CO-24 100.00                  holds number_unknown
        10         bill A 100.00                             A capitated 100.00, closed, no denial, nothing held
        16   G     reverse A                                 A capitated 0.00, disputed 0.00, insurance 100.00
    """,
    "28_a_contract_by_head_makes_no_other_denial_expected": """
        day  file  does                                      expect
        1          contract by head
        1          bill A 100.00
        9    F     deny A 0.00 CO-50 100.00                  A DENIED, disputed 100.00, denial 100.00
    """,
    "29_a_predetermination_posts_nothing": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     deny A 0.00 OA-101 100.00 as 25           A insurance 100.00, working, file posted
    """,
    "29_a_claim_passed_on_waits_for_the_other_payer": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     deny A 0.00 OA-109 100.00 as 23 crossed   A insurance 100.00, working, no denial
    """,
    "30_an_unknown_code_loses_no_money_and_writes_nothing_off": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 CO-Q99 20.00                  A PAID_PARTIAL, paid 80.00, disputed 20.00
    """,
    "31_each_transaction_of_a_file_stands_alone": """
        day  file  does                                      expect
        1          bill A 100.00
        1          bill B 100.00
        9    F     pay A 80.00 CO-45 20.00
        9    F     set
        9    F     pay B 70.00 CO-45 30.00
        9    F     total 71.00                               A closed, B open 100.00, file quarantined
    """,
    "32_a_payment_of_zero_posts_and_no_deposit_is_due": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     deny A 0.00 PR-1 100.00                   A ZERO_PAY_EXPECTED, released 100.00, file posted
    """,
    "32_a_payment_of_zero_expects_no_deposit": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     deny A 0.00 PR-1 100.00                   file posted, awaited 0.00
    """,
    "33_a_deposit_is_matched_by_trace_amount_and_day": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 CO-45 20.00
        9    F     trace EFT1                                A closed, awaited 80.00
        10         bank 80.00 trace EFT1 late 1              deposits matched 1, awaited 0.00
    """,
    "33_the_deposit_may_come_first": """
        day  file  does                                      expect
        1          bill A 100.00
        8          bank 80.00 trace EFT1                     deposits open 1
        9    F     pay A 80.00 CO-45 20.00
        9    F     trace EFT1                                deposits matched 1, awaited 0.00
    """,
    "33_another_amount_is_matched_by_nobody": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 CO-45 20.00
        9    F     trace EFT1
        10         bank 79.99 trace EFT1                     deposits mismatched 1, awaited 80.00
    """,
    "33_too_late_or_without_the_trace_number_is_a_persons": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 CO-45 20.00
        9    F     trace EFT1
        10         bank 80.00                                deposits open 1, awaited 80.00
        17         bank 80.00 trace EFT1 late 8              deposits mismatched 1, awaited 80.00
    """,
    "33_two_remittances_of_one_trace_number_are_a_persons": """
        day  file  does                                      expect
        1          bill A 100.00
        1          bill B 100.00
        9    F     payer ONE
        9    F     trace EFT1
        9    F     pay A 80.00 CO-45 20.00
        9    G     payer TWO
        9    G     trace EFT1
        9    G     pay B 80.00 CO-45 20.00
        10         bank 80.00 trace EFT1                     deposits open 1, awaited 160.00
    """,
    "34_an_altered_number_decides_nothing": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay "07T07VGAVJ1" 80.00 CO-45 20.00       A open 100.00, suspense -80.00, holds number_not_ours
    """,
    "35_a_takeback_that_eats_the_whole_payment_leaves_the_claims_paid": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 CO-45 20.00
        9    F     plb WO OLD1 80.00                         A paid 80.00, closed, takeback 80.00, awaited 0.00
    """,
    "36_a_trace_number_used_for_every_zero_payment_is_no_duplicate": """
        day  file  does                                      expect
        1          bill A 100.00
        1          bill B 100.00
        9    F     deny A 0.00 PR-1 100.00
        9    F     trace NOCHECK                             A released 100.00
        16   G     deny B 0.00 PR-1 100.00
        16   G     trace NOCHECK                             B released 100.00, file posted
        16   H     again-enveloped                           nothing changes, file duplicate
    """,
    "37_a_takeback_in_parts_closes_by_its_remainder": """
        day  file  does                                      expect
        1          bill A 100.00
        1          bill B 300.00
        9    F     pay A 80.00 CO-45 20.00
        16   G     reverse A
        16   G     put-off A 80.00                           takeback -80.00
        20   H     pay B 100.00 line 1 charge 100.00 icn 1
        20   H     takeback A 50.00                          takeback -30.00
        27   I     plb WO ICN-A 40.00
        27   I     plb L6 X -40.00                           takeback 0.00, suspense 10.00
    """,
    "38_a_refund_of_ours_that_was_acknowledged_nets_to_zero": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 CO-45 20.00
        16   G     takeback A 80.00
        16   G     plb 72 CHECK9 -80.00                      takeback 80.00, refund -80.00, A paid 80.00, file posted
    """,
    "39_a_correction_without_its_reversal_is_held": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 CO-45 20.00
        23   G     pay A 50.00 CO-45 50.00 was ICN-A icn 2   A paid 80.00, suspense -50.00, holds answered_before
    """,
    "40_a_reversal_that_is_no_mirror_reverses_our_own_entries": """
        day  file  does                                      expect
        1          bill A 100.00
        1          bill B 100.00
        9    F     pay A 80.00 CO-45 20.00
        23   G     pay B 80.00 CO-45 20.00
        23   G     reverse A 80.00 CR-22 20.00 icn 7         A paid 0.00, insurance 100.00, nothing held
    """,
    "41_sequestration_is_a_cut_of_its_own_and_no_denial": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 78.40 CO-45 20.00 CO-253 1.60       A PAID_FULL, sequestration 1.60, contractual 20.00, closed
    """,
    "42_a_negative_adjustment_raises_the_payment_in_its_group": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 120.00 CO-45 -15.00 OA-94 -5.00     A PAID_FULL, contractual -15.00, increase -5.00, open 0.00
    """,
    "43_a_second_payer_without_oa_23_cuts_no_more_than_is_open": """
        day  file  does                                      expect
        1          bill A 100.00 payers 2
        9    F     pay A 60.00 CO-45 20.00 PR-2 20.00
        12         bill A@2
        30   G     pay A@2 15.00 CO-45 85.00                 A paid 75.00, contractual 25.00, open 0.00, closed
    """,
    "44_the_share_is_the_last_payers_and_at_most_what_is_open": """
        day  file  does                                      expect
        1          bill A 100.00 payers 2
        9    F     pay A 60.00 CO-45 20.00 PR-2 20.00
        12         bill A@2
        30   G     pay A@2 12.00 OA-23 60.00 PR-3 28.00      A patient 8.00, released 8.00
    """,
    "45_a_patient_is_not_asked_before_the_coverage_is_clear": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     deny A 0.00 PR-27 100.00                  A DENIED, patient 0.00, disputed 100.00, working
    """,
    "45_a_patient_without_the_benefit_owes": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     deny A 0.00 PR-204 100.00                 A DENIED, patient 100.00, released 100.00, no denial
    """,
    "46_a_duplicate_posts_nothing_beside_its_twin": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 CO-45 20.00
        16   G     deny A 0.00 OA-18 100.00 icn 2            nothing changes, nothing held, file posted
    """,
    "46_a_duplicate_may_be_told_before_what_it_repeats": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     deny A 0.00 OA-18 100.00 icn 2            A DENIED, insurance 100.00, working
        16   G     pay A 0.00 PR-1 100.00                    A ZERO_PAY_EXPECTED, released 100.00, nothing held
    """,
    "46_a_duplicate_without_a_twin_is_work": """
        day  file  does                                      expect
        1          bill A 100.00
        16   G     deny A 0.00 OA-18 100.00                  A DENIED, insurance 100.00, working
    """,
    "47_an_unprocessable_claim_is_a_denial": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     deny A 0.00 CO-16 100.00 remark MA130     A DENIED, disputed 100.00, denial 100.00
    """,
    "48_what_was_paid_to_the_patient_is_the_patients": """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     deny A 0.00 PR-100 100.00                 A ZERO_PAY_EXPECTED, patient 100.00, no denial
    """,
}
"""Name → table. Case 27 is about an event and has no ledger of its own."""
