"""Every fault that the codec can name: its level, its words, and how the acknowledgments code it.

The words are ours. Levels: 1 syntax and envelope, 2 guide, 3 balance, 4 situation, 5 outer codes, 6 line of business,
7 partner. A severity is the usual one; a profile may judge otherwise, and says itself whether it speaks for a line of
business.
"""

from __future__ import annotations

from typing import NamedTuple


class Fault(NamedTuple):
    """One kind of fault. An empty acknowledgment code says that this acknowledgment does not speak of it."""

    code: str
    level: int
    severity: str
    says: str
    fix: str
    ik304: str = ""
    ik403: str = ""
    ik502: str = ""
    ak905: str = ""
    ta105: str = ""


# code | level | severity | acknowledgment codes | what is wrong | what mends it
_TABLE = """
x12.no_segments         |1|fatal|ta105=022| The bytes have no segment structure. | Send an X12 file.
x12.isa_form            |1|fatal|ta105=022| The ISA is cut short or its elements can't be told apart. | Send an ISA with 16 elements of fixed width.
x12.delimiters          |1|fatal|ta105=026| A delimiter is a letter or digit, or two delimiters are equal. | Choose four different signs that no value holds.
x12.limit_segment       |1|fatal|ta105=024| A segment is longer than we read. | Check the segment terminator.
x12.limit_elements      |1|fatal|ta105=024| A segment has more elements than we read. | Check the element separator.
x12.limit_segments      |1|fatal|ta105=024| A transaction has more segments than we read. | Send fewer claims in one transaction.
x12.limit_disorder      |1|fatal|ta105=022| More stands outside the order of the envelope than we read. | Send an X12 file, with its transactions between ST and SE.
x12.findings_many       |1|fatal|ta105=024| More is wrong than is told. | Mend what is told, or send a file that is X12.
x12.findings_more       |1|warn|| There are more warnings and notes than are told. | Mend what is told, and look again.
x12.limit_binary        |1|fatal|ta105=024| The bytes of a BIN or BDS are more than we read. | Send the attachment in parts.

x12.byte_order_mark     |1|note|| The file starts with a byte order mark. | Write the file without it.
x12.leading_bytes       |1|warn|| There are bytes before the first segment. | Start the file with ISA.
x12.trailing_bytes      |1|note|| There are bytes after the last segment. | End the file with the last terminator.
x12.last_terminator     |1|note|| The last segment has no terminator. | End every segment with the terminator.
x12.break_in_segment    |1|note|| A line break stands before a segment terminator. | Put line breaks after the terminator, or none.
x12.empty_segment       |1|warn|| A segment terminator ends nothing. | Leave it out.
x12.trailing_separator  |1|warn|ik304=8| A segment or composite ends in a separator. | Leave empty elements out at the end.
x12.isa_width           |1|note|| The ISA is not 106 bytes long. | Pad the ISA's elements to their fixed widths.
x12.no_isa              |1|warn|ta105=022| The interchange has no ISA. | Send the interchange whole.
x12.no_iea              |1|warn|ta105=023| The interchange has no IEA. | Send the interchange whole.
x12.no_ge               |1|error|ak905=3| The functional group has no GE. | Send the group whole.
x12.no_se               |1|error|ik502=2| The transaction has no SE. | Send the transaction whole.
x12.no_gs               |1|warn|ta105=024| A transaction stands outside a functional group. | Open a group with GS first.
x12.stray_segment       |1|error|ta105=022| A segment stands outside any transaction. | Put it between ST and SE.
x12.trailer_alone       |1|error|ta105=022| A trailer ends nothing that was open. | Write each trailer once, after its header.
x12.ta1_place           |1|warn|ta105=022| A TA1 stands inside a functional group. | Put TA1 directly after ISA.
x12.empty_group         |1|warn|ak905=5| A functional group holds no transaction. | Leave the group out.

x12.isa_authorization   |1|warn|ta105=010| ISA01 is no known qualifier. | Use 00.
x12.isa_security        |1|warn|ta105=012| ISA03 is no known qualifier. | Use 00.
x12.isa_sender_kind     |1|warn|ta105=005| ISA05 is no known qualifier. | Use ZZ, 01, 14, 20, 27, 28, 29, 30 or 33.
x12.isa_sender          |1|error|ta105=006| ISA06 is blank. | Name the sender.
x12.isa_receiver_kind   |1|warn|ta105=007| ISA07 is no known qualifier. | Use ZZ, 01, 14, 20, 27, 28, 29, 30 or 33.
x12.isa_receiver        |1|error|ta105=008| ISA08 is blank. | Name the receiver.
x12.isa_date            |1|error|ta105=014| ISA09 is no date YYMMDD. | Write the day of the interchange.
x12.isa_time            |1|error|ta105=015| ISA10 is no time HHMM. | Write the time of the interchange.
x12.isa_repetition      |1|warn|ta105=016| ISA11 is no usable repetition separator. | Use a sign such as ^.
x12.isa_version         |1|warn|ta105=017| ISA12 is neither 00501 nor, for attachments, 00602. | Send version 00501.
x12.isa_control         |1|error|ta105=018| ISA13 is not nine digits. | Number the interchange with nine digits.
x12.isa_ack             |1|warn|ta105=019| ISA14 is neither 0 nor 1. | Say 1 to ask for a TA1, else 0.
x12.isa_usage           |1|error|ta105=020| ISA15 is neither P nor T. | Say P for production, T for test.
x12.interchange_control |1|error|ta105=001| IEA02 differs from ISA13. | Repeat the control number of the ISA.
x12.interchange_repeated|1|error|ta105=025| Two interchanges of the file have one control number. | Never use a control number twice.
x12.group_count         |1|error|ta105=021| IEA01 is not the number of functional groups. | Count the groups.
x12.group_control       |1|error|ak905=4| GE02 differs from GS06. | Repeat the control number of the GS.
x12.group_control_form  |1|error|ak905=6| GS06 is not a number of one to nine digits. | Number the group with one to nine digits.
x12.group_repeated      |1|error|ak905=6| Two groups of the interchange have one control number. | Never use a control number twice.
x12.set_count           |1|error|ak905=5| GE01 is not the number of transactions. | Count the transactions.
x12.group_kind          |1|error|ak905=1| GS01 does not fit the transactions in the group. | Use the functional id of the transaction.
x12.group_date          |1|error|ak905=1| GS04 is no date CCYYMMDD. | Write the day of the group.
x12.group_time          |1|error|ak905=1| GS05 is no time. | Write the time of the group.
x12.group_agency        |1|warn|ak905=2| GS07 is not X. | Use X.
x12.guide_unknown       |1|warn|ak905=2| The guide version is not one that we know; read by the guide in force. | Send a guide version in force.
x12.guide_old           |1|warn|ak905=2| The guide version is no longer in force; read by the guide in force. | Send a guide version in force.
x12.guide_differs       |1|error|ik502=I6| ST03 names another guide than GS08. | Name the same guide in both.
x12.guide_errata        |1|warn|ik502=I6| ST03 names other errata of the guide than GS08. | Name the same guide in both.
x12.guide_missing       |1|warn|ik502=I6| ST03 is missing. | Name the guide in ST03.
x12.set_unknown         |1|warn|ik502=1| We don't know this kind of transaction. | Send a health care transaction.
x12.set_control         |1|error|ik502=3| SE02 differs from ST02. | Repeat the control number of the ST.
x12.set_control_form    |1|error|ik502=7| ST02 is not four to nine characters. | Number the transaction with four to nine characters.
x12.set_repeated        |1|error|ik502=23| Two transactions of the group have one control number. | Number each transaction of a group otherwise.
x12.segment_count       |1|error|ik502=4| SE01 is not the number of segments from ST to SE. | Count the segments, ST and SE included.

x12.segment_id          |2|error|ik304=1| The segment is not of this transaction set. | Leave it out.
x12.segment_unexpected  |2|error|ik304=2| The segment has no place here. | Put it where the guide has it, or leave it out.
x12.segment_order       |2|error|ik304=7| The segment stands too late in its loop. | Put it where the guide has it.
x12.segment_missing     |2|error|ik304=3| A required segment is missing. | Add it.
x12.segment_repeated    |2|error|ik304=5| The segment stands more often than the guide allows. | Leave the extra ones out.
x12.loop_missing        |2|error|ik304=I7| A required loop is missing. | Add it.
x12.loop_repeated       |2|error|ik304=4| The loop stands more often than the guide allows. | Leave the extra ones out.
x12.element_missing     |2|error|ik304=8 ik403=1| A required element is missing. | Fill it in.
x12.element_unused      |2|error|ik304=8 ik403=I10| The guide does not use this element. | Leave it empty.
x12.element_many        |2|error|ik304=8 ik403=3| The segment has more elements than its definition. | Leave the extra ones out.
x12.component_many      |2|error|ik304=8 ik403=13| The element has more components than its definition. | Leave the extra ones out.
x12.repetition_many     |2|error|ik304=8 ik403=12| The element repeats more often than the guide allows. | Leave the extra ones out.
x12.element_short       |2|error|ik304=8 ik403=4| The element is too short. | Write it in full.
x12.element_long        |2|error|ik304=8 ik403=5| The element is too long. | Shorten it.
x12.element_characters  |2|error|ik304=8 ik403=6| The element holds characters that are not allowed. | Leave them out.
x12.element_code        |2|error|ik304=8 ik403=7| The code is not in the guide's list. | Use a code of the list.
x12.element_date        |2|error|ik304=8 ik403=8| The element is no date of its form. | Write the date in the form that the qualifier names.
x12.element_time        |2|error|ik304=8 ik403=9| The element is no time. | Write HHMM, with seconds if needed.
x12.number              |2|error|ik304=8 ik403=6| The element is no number. | Write digits, a minus and a decimal point only.
x12.money_decimals      |2|error|ik304=8 ik403=I12| The amount has fractions of a cent. | Round it to whole cents.
x12.element_conditional |2|error|ik304=8 ik403=2| An element is missing that another one demands. | Fill both in, or neither.
x12.element_exclusive   |2|error|ik304=8 ik403=10| Two elements exclude each other. | Leave one out.
x12.detail_count        |2|warn|ik304=8 ik403=I12| CTT01 is not the number of lines of the transaction. | Count its lines.
x12.decimals_implied    |2|note|| No unit price of the transaction has a decimal point, as if cents were meant. | Write the decimal point, or leave it so if the prices are in whole dollars.
x12.hl_number           |2|error|ik304=8 ik403=I12| HL01 does not count up by one. | Number the HL segments from 1.
x12.hl_parent           |2|error|ik304=8 ik403=I12| HL02 names no level that this one may stand under. | Name the HL above.
x12.hl_child            |2|warn|ik304=8 ik403=I12| HL04 does not tell whether levels follow below. | Say 1 when they do, else 0.
x12.line_number         |2|error|ik304=8 ik403=I12| LX01 does not count up by one. | Number the lines of each claim from 1.
x12.claim_place         |2|error|ik304=2| A claim stands where neither a subscriber nor a patient is open. | Put it below its subscriber or patient.

x12.claim_total         |3|error|ik304=8 ik403=I12| The claim's charge is not the sum of its lines. | Correct CLM02 or the lines.
x12.cob_line            |3|error|ik304=8 ik403=I12| Another payer's payment and adjustments do not add up to the line's charge. | Copy them from that payer's remittance.
x12.cob_claim           |3|error|ik304=8 ik403=I12| Another payer's payment and adjustments do not add up to the claim's charge. | Copy them from that payer's remittance.
x12.cob_never_billed    |3|error|ik304=8 ik403=I12| A payer that was never billed has paid or adjusted something. | Leave AMT*A8 out, or the payment and adjustments.
x12.remit_line          |3|error|ik304=8 ik403=I12| The line's charge less its adjustments is not its payment. | Ask the payer for a corrected remittance.
x12.remit_claim         |3|error|ik304=8 ik403=I12| The claim's charge less all adjustments is not its payment. | Ask the payer for a corrected remittance.
x12.remit_total         |3|error|ik304=8 ik403=I12| The claims' payments less provider adjustments are not the payment. | Ask the payer for a corrected remittance.
x12.remit_negative      |3|error|ik304=8 ik403=I12| The payment is below zero. | Carry the shortfall forward as a provider adjustment.
x12.remit_zero_method   |3|warn|ik304=8 ik403=I12| A payment of zero goes with H and NON, and only it. | Say so in BPR01 and BPR04.
x12.remit_patient_share |3|warn|ik304=8 ik403=I12| The patient's share is not the sum of the PR adjustments. | Post by the adjustments.

x12.original_missing    |4|error|| A replacement or void names no original claim. | Add REF*F8 with the payer's claim number.
x12.original_unused     |4|error|| An original claim names another original. | Leave REF*F8 out, or use frequency 7 or 8.
x12.accident_date       |4|error|| An accident has no date. | Add DTP*439.
x12.accident_state      |4|error|| An automobile accident has no state. | Add the state to CLM11.
x12.patient_level       |4|error|| The patient's level does not fit the relationship. | Say 18 when the patient is the subscriber, else open a patient level.
x12.subscriber_address  |4|error|| A subscriber who is the patient has no address. | Add N3 and N4.
x12.subscriber_birth    |4|error|| A subscriber who is the patient has no birth date and gender. | Add DMG.
x12.subscriber_id       |4|error|| The subscriber has no member id. | Add the id from the insurance card.
x12.address_box         |4|warn|| The billing address is a post office box. | Give the street; a box belongs into the pay-to address.
x12.postal_code_short   |4|warn|| The postal code of the billing provider or facility has not nine digits. | Give all nine digits.
x12.billing_npi         |4|warn|| The billing provider has no NPI. | Add the NPI; only atypical providers have none.
x12.npi                 |5|warn|| An NPI has a wrong check digit or form. | Check the ten digits.
x12.rendering_same      |4|warn|| The rendering provider is the billing provider. | Leave the rendering provider out.
x12.facility_same       |4|warn|| The service facility is at the billing address. | Leave the facility out.
x12.primary_care_alone  |4|error|| A primary care provider stands without a referring provider. | Name the referring provider first.
x12.diagnosis_mixed     |4|error|| Diagnoses of two code sets stand together. | Use one code set.
x12.diagnosis_point     |4|error|| A diagnosis is written with a point. | Leave the point out.
x12.diagnosis_repeated  |4|warn|| A diagnosis stands twice. | Leave the second one out.
x12.pointer_range       |4|error|| A line points to a diagnosis that is not there. | Point to one of the claim's diagnoses.
x12.pointer_repeated    |4|warn|| A line points to a diagnosis twice. | Leave the second one out.
x12.charge_negative     |4|error|| A charge is below zero. | Bill zero or more.
x12.units_zero          |4|error|| A line has no units. | Bill at least one unit.
x12.line_control_repeated|4|error|| Two lines of a claim have one control number. | Number each line otherwise.
x12.line_place_same     |4|warn|| A line repeats the claim's place of service. | Leave it out.
x12.service_before_birth|4|error|| A service lies before the patient's birth. | Correct the date of service or of birth.
x12.ndc                 |4|error|| A national drug code has not eleven digits. | Write it as 5-4-2 digits without hyphens.
x12.admission_date      |4|warn|| An inpatient claim has no admission date. | Add DTP*435.
x12.insurance_type      |4|warn|| Medicare is not first, and the reason is missing. | Fill SBR05.
x12.insurance_type_unused|4|warn|| An insurance type stands where Medicare is not a later payer. | Leave SBR05 empty.
x12.other_payer         |4|warn|| A later payer is billed, and no earlier payer is named. | Add loop 2320.
x12.payer_order_repeated|4|error|| Two payers of a claim have one place in the order. | Give each its own.
x12.adjudication_payer  |4|error|| A line's adjudication names a payer that is not among the other payers. | Use the id of its loop 2330B.
x12.binary_length       |1|error|ik304=8 ik403=I12| The stated length of the bytes of a BIN or BDS is wrong. | State how many bytes there are.
x12.attachment_trace    |4|warn|| An attachment has no control number. | Give in TRN02 the number of PWK06, or of the payer's wish.
x12.attachment_claim    |4|warn|| Unasked attachments name no claim. | Give the patient control number with REF*EJ.
x12.attachment_empty    |4|warn|| An attachment has no bytes. | Attach them with BIN or BDS.
x12.attachment_coding   |4|warn|| Bytes in base 64 can't be decoded. | Write them in base 64, or say ASC.
x12.attachment_number   |4|error|| An attachment has no control number. | Add PWK05 and PWK06.
x12.accident_cause      |4|warn|| An accident has a date and no cause. | Name the cause in CLM11, or leave DTP*439 out.
x12.accident_state_unused|4|warn|| A state of an accident stands without an automobile accident. | Leave it out.
x12.onset_same          |4|warn|| The onset of the illness is the day of service. | Leave DTP*431 out.
x12.discharge_before_admission|4|error|| The discharge lies before the admission. | Correct the dates.
x12.filing_missing      |4|warn|| The kind of insurance is missing. | Fill SBR09.
x12.line_provider_same  |4|warn|| A line repeats a provider of the claim. | Leave the provider out at the line.
x12.ambulance_point     |4|error|| An ambulance has a pick-up or a drop-off, and not both. | Add the other one.
x12.ambulance_transport |4|warn|| An ambulance has its places and no transport data. | Add CR1.
x12.code_repeated       |4|warn|| A condition, occurrence or other code stands twice. | Leave the second one out.
x12.admission_after_statement|4|error|| The admission lies after the statement's last day. | Correct the dates.
x12.discharge_hour      |4|warn|| The last bill of a stay has no discharge hour. | Add DTP*096.
x12.discharge_hour_unused|4|warn|| An outpatient bill has a discharge hour. | Leave DTP*096 out.
x12.admission_type      |4|warn|| An inpatient bill has no type of admission. | Fill CL101.
x12.admission_source    |4|warn|| An inpatient bill has no point of origin. | Fill CL102.
x12.interim_status      |4|warn|| Patient status and frequency contradict each other. | Say status 30 on first and continuing bills, and only there.
x12.admitting_missing   |4|error|| An inpatient bill has no admitting diagnosis. | Add HI with ABJ.
x12.admitting_unused    |4|warn|| An outpatient bill has an admitting diagnosis. | Leave it out.
x12.visit_reason_missing|4|warn|| An unscheduled outpatient visit has no reason for the visit. | Add HI with APR.
x12.visit_reason_unused |4|warn|| An inpatient bill has a reason for a visit. | Leave it out.
x12.presence_unused     |4|warn|| An outpatient bill tells what was present on admission. | Leave the indicator out.
x12.procedure_alone     |4|error|| Other procedures stand without a principal one. | Name the principal procedure first.
x12.procedure_unused    |4|warn|| An outpatient bill has inpatient procedures. | Leave them out; the lines tell the procedures.
x12.attending_missing   |4|error|| The attending provider is missing. | Add loop 2310A.
x12.operating_missing   |4|warn|| A procedure has no operating physician. | Add loop 2310B.
x12.other_operating_alone|4|error|| Another operating physician stands without the operating one. | Name the operating physician first.
x12.rendering_attends   |4|warn|| The rendering provider is the attending one. | Leave the rendering provider out.
x12.referring_attends   |4|warn|| The referring provider is the attending one. | Leave the referring provider out.
x12.service_date_missing|4|error|| A service has no date. | Add DTP*472.
x12.service_outside_statement|4|warn|| A service lies outside the statement's days. | Correct the date or the statement.
x12.non_covered_above   |4|warn|| A line's non-covered amount is above its charge. | Correct SV207.
x12.predetermination_date|4|warn|| A predetermination has a date of service. | Leave the date out until the work is done.
x12.line_date_same      |4|warn|| A line repeats the claim's date of service. | Leave it out.
x12.placement_missing   |4|error|| A replaced prosthesis has no date of its first placement. | Add DTP*441.
x12.placement_unused    |4|warn|| A first placement stands without a replacement. | Leave DTP*441 out.
x12.tooth_repeated      |4|warn|| A line names a tooth twice. | Leave the second one out.
x12.surface_repeated    |4|error|| A tooth has one surface twice. | Leave the second one out.
x12.payer_repeated      |4|warn|| Two other payers have one id, so their decisions can't be told apart. | Give each its own id.
x12.bundled_line        |4|error|| A line is bundled into a line that is not there. | Name a line of the claim.
x12.other_paid_missing  |4|error|| Another payer has decided, and what it paid is missing. | Add AMT*D, zero too.
x12.decision_date       |4|error|| Another payer has decided, and the date is missing. | Add DTP*573 to its loop 2330B or to the lines.
x12.decision_date_twice |4|warn|| Another payer's decision is dated at the claim and at the lines. | Leave it out at the claim.
x12.reason_repeated     |4|warn|| An adjustment names one reason twice. | Add the amounts up.
x12.adjustment_zero     |4|warn|| An adjustment is of no amount. | Leave it out.
x12.crossover_missing   |4|warn|| A claim was forwarded, and nobody says to whom. | Ask the payer; the next payer is unknown.
x12.crossover_unexpected|4|warn|| A payer is named to whom the claim was not forwarded. | Ask the payer whether it was forwarded.
x12.reversal_positive   |4|warn|| A reversal has a charge above zero. | Ask the payer; a reversal negates every amount.
x12.predetermination_paid|4|warn|| A predetermination has a payment. | Ask the payer; it pays nothing.
x12.remit_date_missing  |4|warn|| A paid line has no date of service. | Match it by its control number.
x12.remit_period_half   |4|warn|| A line's period has one end only. | Ask the payer for both days.
x12.submitted_same      |4|warn|| A line repeats its own procedure as the submitted one. | Nothing was changed: SVC06 says nothing.
x12.payment_account     |4|warn|| An electronic payment names no accounts. | Ask the payer where the money went.
x12.trace_payer         |4|warn|| TRN03 is not 1 and a tax number. | Match the payment by its trace number.
x12.forward_reference   |4|warn|| A shortfall is carried forward under another trace number. | Match it by amount.
x12.interest_unmatched  |4|warn|| The claims' interest is not what the provider adjustments pay. | Ask the payer for the difference.
x12.provider_adjustment_zero|4|warn|| A provider adjustment is of no amount. | Nothing is to be posted.

x12.diagnosis_form      |5|warn|| A diagnosis has not the form of ICD-10-CM. | Check the code.
x12.diagnosis_unknown   |5|warn|| A diagnosis is not in ICD-10-CM. | Check the code.
x12.diagnosis_day       |5|warn|| A diagnosis was not in ICD-10-CM on the day of service. | Use the code of that day.
x12.inpatient_procedure_form|5|warn|| A procedure has not the form of ICD-10-PCS. | Check the code.
x12.inpatient_procedure_unknown|5|warn|| A procedure is not in ICD-10-PCS. | Check the code.
x12.inpatient_procedure_day|5|warn|| A procedure was not in ICD-10-PCS on its day. | Use the code of that day.
x12.procedure_form      |5|warn|| A procedure code has not its form. | Check the code.
x12.procedure_unknown   |5|warn|| A procedure is not in its list. | Check the code.
x12.procedure_day       |5|warn|| A procedure was not in its list on the day of service. | Use the code of that day.
x12.modifier_form       |5|warn|| A modifier is not two letters or digits. | Check the modifier.
x12.modifier_unknown    |5|warn|| A modifier is not in the list. | Check the modifier.
x12.modifier_day        |5|warn|| A modifier was not in the list on the day of service. | Use the modifier of that day.
x12.revenue_form        |5|warn|| A revenue code is not four digits. | Write it with its leading zero.
x12.revenue_unknown     |5|warn|| A revenue code is not in the list. | Check the code.
x12.revenue_day         |5|warn|| A revenue code was not in the list on the day of service. | Use the code of that day.
x12.place_form          |5|warn|| A place of service is not two digits. | Check the code.
x12.place_unknown       |5|warn|| A place of service is not in the list. | Check the code.
x12.place_day           |5|warn|| A place of service was not in the list on the day of service. | Use the code of that day.
x12.taxonomy_form       |5|warn|| A taxonomy code is not ten characters that end in X. | Check the code.
x12.taxonomy_unknown    |5|warn|| A taxonomy code is not in the list. | Check the code.
x12.taxonomy_day        |5|warn|| A taxonomy code was not in the list on the day of service. | Use the code of that day.
x12.group_form          |5|warn|| A diagnosis-related group is not three or four digits. | Check the group.
x12.group_unknown       |5|warn|| A diagnosis-related group is not in the list. | Check the group.
x12.group_day           |5|warn|| A diagnosis-related group was not in the list on that day. | Use the list of that day.
x12.reason_form         |5|warn|| An adjustment reason has not the form of one. | Check the code.
x12.reason_unknown      |5|warn|| An adjustment reason is not in the list. | Update the list, or ask the payer.
x12.reason_day          |5|warn|| An adjustment reason was not in the list on that day. | Ask the payer.
x12.remark_form         |5|warn|| A remark code has not the form of one. | Check the code.
x12.remark_unknown      |5|warn|| A remark code is not in the list. | Update the list, or ask the payer.
x12.remark_day          |5|warn|| A remark code was not in the list on that day. | Ask the payer.
x12.frequency_unknown   |5|warn|| A claim frequency is none that professionals and dentists use. | Use 1, 7 or 8.
x12.state_unknown       |5|warn|| A state is none of the United States. | Check the code, or add the country.
x12.provider_adjustment_code|5|warn|| A provider adjustment's code is not in the guide's list. | Post it by its sign.

x12.business_guide      |7|error|| The guide version is none that is taken. | Send a version that is taken.
x12.business_frequency  |7|error|| The claim's frequency is none that is taken. | Ask how corrections are to be sent.
x12.business_reference  |7|error|| A reference that is demanded is missing. | Add the REF.
x12.business_reference_unused|7|error|| A reference stands that is not taken. | Leave the REF out.
x12.business_other_reference|7|error|| Another payer lacks a reference that is demanded. | Add the REF to loop 2330B.
x12.business_segment    |7|error|| A segment is missing that every such transaction is to have. | Add it.
x12.business_line_breaks|7|error|| Line breaks stand where none are taken, or are missing. | Write the file as it is wanted.
x12.business_delimiters |7|error|| The delimiters are not those that are wanted. | Write the file with them.
x12.business_usage      |7|error|| Test and production are mixed up. | Correct ISA15.
x12.business_claims     |7|error|| The transaction has more claims than are taken. | Write them in several.
x12.business_lines      |7|error|| The claim has more lines than are taken. | Split the claim.
x12.business_taxonomy   |7|error|| The billing provider's taxonomy is demanded and missing. | Add PRV*BI.
x12.business_rendering  |7|error|| The rendering provider is demanded and missing. | Add loop 2310B, or 2310D of a hospital.
x12.business_member_id  |7|error|| The member id has not the payer's form. | Check the insurance card.
x12.business_late       |7|error|| The service lies too long ago. | Send it with proof of timely filing.
x12.inquiry_missing     |4|error|| A person is named, and nothing is asked. | Ask for a service type or procedure with EQ.
x12.inquiry_search      |4|warn|| A person is named by neither a member id nor a name and birth date. | Give what the payer can search by.
x12.spend_down          |4|warn|| Amounts of a spend down and BHT06 do not fit together. | Say RT and give the amounts, or neither.
x12.answer_missing      |4|error|| A question is answered with neither a benefit nor a reason. | Say EB, or AAA with the reason.
x12.answer_unused       |4|warn|| A person is refused and has benefits all the same. | Leave one of them out.
x12.benefit_amount      |4|warn|| A copay, deductible or limit has no amount. | Fill EB07.
x12.benefit_percent     |4|warn|| A coinsurance has no share. | Fill EB08.
x12.benefit_fraction    |4|warn|| A share is more than the whole. | Write 20 percent as .2.
x12.status_claim_missing|4|error|| A patient is named, and no claim. | Name the claim with TRN.
x12.status_missing      |4|error|| A level ends with neither claims nor a status. | Say with STC why nothing is answered.
x12.status_birth        |4|warn|| A subscriber who is the patient has no birth date. | Add DMG.
x12.status_date         |4|warn|| A claim is asked about without a date of service. | Add DTP*472.
x12.status_paid         |4|warn|| A paid claim has no amount paid. | Fill STC05.
x12.status_payment      |4|warn|| A payment has a number or a date, but not both. | Fill STC08 and STC09.
x12.claims_many         |2|error|ik304=5| There are more than 5,000 claims in one transaction. | Write them in several.
x12.value_missing       |2|error|| A value that must be written is missing. | Fill it in.
x12.value_unplaced      |2|error|| A value has no place in this transaction. | Leave it out.
x12.value_kind          |2|error|| A value is of another transaction set. | Write it with the writer of its set.
x12.value_characters    |1|error|| A value holds a delimiter, a control sign or a character that X12 does not have. | Leave it out, or let it be replaced.
x12.value_lost          |1|error|| Letters, digits or signs of arithmetic of a value have no plain form, or nothing of it is left: replaced, it would be another. | Give it in the letters of X12.
x12.value_number        |1|error|| An amount or count can't be written as an X12 number. | Give a number of at most 18 digits.
x12.value_moment        |1|error|| The moment or control number does not fit its element. | Give an aware moment and numbers within nine digits.
x12.written_differently |1|fatal|| The bytes read back are not what was to be written. | Report this; nothing was written.
"""  # noqa: E501 (a row of the table is one line)


def _fault(row: str) -> Fault:
    code, level, severity, acknowledged, says, fix = (cell.strip() for cell in row.split("|"))
    return Fault(code, int(level), severity, says, fix, **dict(each.split("=") for each in acknowledged.split()))


FAULTS: dict[str, Fault] = {fault.code: fault for fault in map(_fault, filter(str.strip, _TABLE.splitlines()))}
