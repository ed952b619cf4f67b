"""Every fault that the codec can name: its level, its words, and how the acknowledgments code it.

The words are ours. Levels: 1 syntax and envelope, 2 guide, 3 balance, 4 situation, 5 outer codes. A severity is the
usual one; a partner profile may judge otherwise.
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
x12.limit_binary        |1|fatal|ta105=024| The bytes of a BIN or BDS are more than we read. | Send the attachment in parts.

x12.byte_order_mark     |1|note|| The file starts with a byte order mark. | Write the file without it.
x12.leading_bytes       |1|warn|| There are bytes before the first segment. | Start the file with ISA.
x12.trailing_bytes      |1|note|| There are bytes after the last segment. | End the file with the last terminator.
x12.last_terminator     |1|note|| The last segment has no terminator. | End every segment with the terminator.
x12.break_in_segment    |1|note|| A line break stands before a segment terminator. | Put line breaks after the terminator, or none.
x12.empty_segment       |1|warn|| A segment terminator ends nothing. | Leave it out.
x12.trailing_separator  |1|warn|ik304=8| A segment or composite ends in a separator. | Leave empty elements out at the end.
x12.isa_width           |1|note|| The ISA is not 106 bytes long. | Pad the ISA's elements to their fixed widths.
x12.no_isa              |1|warn|ta105=022| The file has no ISA. | Send the interchange whole.
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
x12.isa_version         |1|warn|ta105=017| ISA12 is not 00501. | Send version 00501.
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
x12.hl_number           |2|error|ik304=8 ik403=I12| HL01 does not count up by one. | Number the HL segments from 1.
x12.hl_parent           |2|error|ik304=8 ik403=I12| HL02 names no level that this one may stand under. | Name the HL above.
x12.hl_child            |2|warn|ik304=8 ik403=I12| HL04 does not tell whether levels follow below. | Say 1 when they do, else 0.
x12.line_number         |2|error|ik304=8 ik403=I12| LX01 does not count up by one. | Number the lines of each claim from 1.
x12.claim_place         |2|error|ik304=2| A claim stands where neither a subscriber nor a patient is open. | Put it below its subscriber or patient.

x12.claim_total         |3|error|ik304=8 ik403=I12| The claim's charge is not the sum of its lines. | Correct CLM02 or the lines.
x12.cob_line            |3|error|ik304=8 ik403=I12| Another payer's payment and adjustments do not add up to the line's charge. | Copy them from that payer's remittance.
x12.cob_claim           |3|error|ik304=8 ik403=I12| Another payer's payment and adjustments do not add up to the claim's charge. | Copy them from that payer's remittance.
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
x12.attachment_number   |4|error|| An attachment has no control number. | Add PWK05 and PWK06.
x12.claims_many         |2|error|ik304=5| There are more than 5,000 claims in one transaction. | Write them in several.
x12.value_missing       |2|error|| A value that must be written is missing. | Fill it in.
x12.value_characters    |1|error|| A value holds a delimiter, a control sign or a character that X12 does not have. | Leave it out, or let it be replaced.
x12.value_number        |1|error|| An amount or count can't be written as an X12 number. | Give a number of at most 18 digits.
x12.value_moment        |1|error|| The moment or control number does not fit its element. | Give an aware moment and numbers within nine digits.
x12.written_differently |1|fatal|| The bytes read back are not what was to be written. | Report this; nothing was written.
"""  # noqa: E501 (a row of the table is one line)


def _fault(row: str) -> Fault:
    code, level, severity, acknowledged, says, fix = (cell.strip() for cell in row.split("|"))
    return Fault(code, int(level), severity, says, fix, **dict(each.split("=") for each in acknowledged.split()))


FAULTS: dict[str, Fault] = {fault.code: fault for fault in map(_fault, filter(str.strip, _TABLE.splitlines()))}
