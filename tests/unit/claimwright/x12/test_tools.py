"""What people do with files: told, compared, cut, put together, disguised and made up."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from claimwright.x12 import join, judge, read_835, read_837p, read_eligibility, tokens, write_835, write_837p
from claimwright.x12.models import ClaimSet, Note, OtherCoverage, ProviderAdjustment, Reference, Remittance
from claimwright.x12.models.acknowledgments import SegmentError
from claimwright.x12.models.values import money
from claimwright.x12.tools import story
from claimwright.x12.tools.difference import Difference, differences
from claimwright.x12.tools.masking import masked
from claimwright.x12.tools.outline import outlines
from claimwright.x12.tools.parcels import NotMergeable, merge, split_by_set, split_claims
from claimwright.x12.tools.synthetic import invented
from claimwright.x12.tools.veil import plain, veiled
from tests.support.builders_x12 import (
    ADDRESS,
    ENVELOPE,
    NUMBERS,
    SENT,
    a_batch,
    a_claim,
    a_remit_claim,
    a_remit_line,
    a_remittance,
    a_subscriber,
    an_adjustment,
)

CONFIDENTIAL = ("DOE", "JANE", "PAID123456", "19800229", "7 PRIVATE ROAD", "SECRET WORDS")
HOME = ADDRESS._replace(line1="7 PRIVATE ROAD")
CLAIM = a_claim(
    subscriber=a_subscriber(party=a_subscriber().party._replace(address=HOME)),
    notes=(Note("ADD", "SECRET WORDS"),),
    references=(Reference("EA", "MRN7"),),
)
FILE = write_837p(a_batch(CLAIM), **SENT).data
REMIT = write_835([a_remittance(a_remit_claim(a_remit_line(125_00, an_adjustment("CO-45", 25_00))))], **SENT).data
ANSWER = (Path(__file__).parents[3] / "golden" / "x12" / "271-benefits.edi").read_bytes().replace(b"\n", b"")


def test_a_claim_is_told_in_plain_words() -> None:
    told = "\n".join(story.tell_claims(read_837p(FILE).values[0]))

    assert "1 claim from BILLING SERVICE, batch BATCH1: $125.00" in told
    assert "SPRINGFIELD CLINIC bills GOOD HEALTH PLAN $125.00 for JANE DOE" in told
    assert "Nov 1, 2026  99213  ×1  $125.00  for 1" in told


def test_a_remittance_says_who_bears_what_is_not_paid() -> None:
    told = "\n".join(story.tell_remittance(read_835(REMIT).values[0]))

    assert "GOOD HEALTH PLAN pays SPRINGFIELD CLINIC $100.00 by check CHECK77, Nov 20, 2026" in told
    assert "less $25.00 CO-45 (contract)" in told


@pytest.mark.parametrize(
    ("code", "reference", "is_open"),
    [
        # Payers put a member's number behind that of a claim, or a name.
        ("WO", "20261234567891EG4TE5MK73", False),
        ("CS", "DOE JANE", False),
        ("72", "PCN9999", False),
        ("WO", a_remit_claim().patient_control_number, True),
        ("WO", a_remit_claim().payer_claim_control_number, True),
        ("FB", "CHECK76", True),
    ],
)
def test_what_an_adjustment_refers_to_is_veiled_unless_it_names_a_claim_or_payment(
    code: str, reference: str, is_open: bool
) -> None:
    adjustment = ProviderAdjustment("1234567893", "20261231", code, reference, money("5"))

    value = veiled(a_remittance(provider_adjustments=(adjustment,)))

    assert (reference in repr(plain(value))) == is_open
    assert (reference in "\n".join(story.tell_remittance(value._replace(groups=())))) == is_open
    assert value.provider_adjustments[0].amount == adjustment.amount


@pytest.mark.parametrize(("number", "is_open"), [("GRP77", True), (a_subscriber().party.id, False)])
def test_of_a_policy_a_group_number_is_told_unless_it_is_the_members_own(number: str, is_open: bool) -> None:
    subscriber = a_subscriber(group_number=number, group_name="DOE FAMILY")
    other = OtherCoverage("S", group_number=number, group_name="DOE FAMILY", subscriber=subscriber.party)

    told = repr(plain(veiled(a_batch(a_claim(subscriber=subscriber, other_coverages=(other,))))))

    assert (number in told) == is_open
    assert "DOE FAMILY" not in told


def test_behind_the_veil_no_person_can_be_told() -> None:
    value = veiled(read_837p(FILE).values[0])

    told = "\n".join(story.tell_claims(value)) + repr(plain(value))

    assert not [each for each in CONFIDENTIAL if each in told]
    assert "SPRINGFIELD CLINIC" in told
    assert "$125.00" in told


@pytest.mark.parametrize("kind", ["", "2", "3"])
def test_a_person_is_veiled_whatever_the_file_says_that_it_is(kind: str) -> None:
    claims = FILE.replace(b"NM1*IL*1*DOE", b"NM1*IL*" + kind.encode() + b"*DOE")
    paid = REMIT.replace(b"NM1*QC*1*DOE", b"NM1*QC*" + kind.encode() + b"*DOE")
    corrected = REMIT.replace(b"NM1*QC*1*DOE", b"NM1*74*" + kind.encode() + b"*DOE")
    covered = ANSWER.replace(b"NM1*IL*1*DOE", b"NM1*IL*" + kind.encode() + b"*DOE")
    dependent = ANSWER.replace(b"NM1*IL*1*DOE", b"NM1*03*" + kind.encode() + b"*DOE")
    assert not {FILE, REMIT, ANSWER} & {claims, paid, corrected, covered, dependent}

    told = [behind_the_veil(data) for data in (claims, paid, corrected, covered, dependent)]

    assert [[each for each in CONFIDENTIAL if each in one] for one in told] == [[]] * 5
    assert ["GOOD HEALTH PLAN" in one for one in told] == [True] * 5


def test_a_provider_who_is_not_said_to_be_an_organization_is_veiled_but_for_the_npi() -> None:
    data = FILE.replace(b"NM1*85*2*SPRINGFIELD CLINIC", b"NM1*85**DOE")

    told = behind_the_veil(data)

    assert "DOE" not in told
    assert "1234567893" in told


@pytest.mark.parametrize(
    ("data", "behind", "segment"),
    [
        (FILE, b"HI*", b"K3*SECRET WORDS~"),
        (FILE, b"HI*", b"CR1*LB*140*A*DH*12****SECRET WORDS~"),
        (FILE, b"SV1*", b"SV1*HC:99213:::::SECRET WORDS*125*UN*1***1~"),
        (FILE, b"HI*", b"REF*EA*SECRET WORDS~"),
        (FILE, b"HI*", b"REF*Y4*SECRET WORDS~"),
        (FILE, b"HI*", b"REF*G1*A1*SECRET WORDS~"),
        (REMIT, b"SVC*", b"REF*EA*SECRET WORDS~"),
        (REMIT, b"NM1*QC*", b"REF*1W*SECRET WORDS~"),
        (REMIT, b"NM1*QC*", b"NTE*ADD*SECRET WORDS~"),
        (REMIT, b"CLP*", b"SVC*HC:99213:::::SECRET WORDS*125*100~"),
        (ANSWER, b"INS*", b"REF*SY*SECRET WORDS~"),
        (ANSWER, b"INS*", b"III*ZZ*21*44*SECRET WORDS~"),
        (ANSWER, b"EB*1*", b"MSG*SECRET WORDS~"),
        (ANSWER, b"EB*1*", b"REF*IG*SECRET WORDS~"),
        (ANSWER, b"EB*1*", b"EB*1*IND*30**********HC:99213:::::SECRET WORDS~"),
        # A text that holds the terminator, and elements that a missing separator has put in the place of a code.
        (FILE, b"HI*", b"NTE*ADD*CALL~SECRET WORDS 5551234~"),
        (REMIT, b"CLP*", b"NTE*ADD*CALL~SECRET WORDS*5551234~"),
        (ANSWER, b"EB*1*", b"MSG*CALL~SECRET WORDS~"),
        (FILE, b"DMG*", b"N4*SPRINGFIELD*SECRET WORDS~"),
        (FILE, b"DMG*", b"DMG*D8**SECRET WORDS~"),
        (FILE, b"DMG*", b"REF*SECRET WORDS~"),
        (FILE, b"PER*", b"PER*IC*SMITH*SECRET WORDS~"),
        (FILE, b"PER*", b"PER*SECRET WORDS*SMITH~"),
        (FILE, b"HI*", b"NTE*SECRET WORDS~"),
        (REMIT, b"NM1*QC*", b"NM1*74*1*SMITH*ANN***C*SECRET WORDS~"),
        (REMIT, b"NM1*QC*", b"NM1*74*SECRET WORDS~"),
        (REMIT, b"NM1*QC*", b"NM1*SECRET WORDS~"),
    ],
)
def test_free_text_and_references_to_people_are_veiled_wherever_they_stand(
    data: bytes, behind: bytes, segment: bytes
) -> None:
    at = data.index(b"~", data.index(b"~" + behind) + 1) + 1
    changed = data[:at] + segment + data[at:]

    open_, told = behind_the_veil(changed, lifted=True), behind_the_veil(changed)

    assert "SECRET WORDS" in open_.replace("SECRET WORDS", "", data.count(b"SECRET WORDS"))
    assert "SECRET WORDS" not in told


def test_the_numbers_of_a_claim_and_what_its_payer_allowed_stay_open() -> None:
    kept = (Reference("F8", "PAYER1"), Reference("G1", "ALLOWED1"), Reference("D9", "TRACE1"))
    value = a_batch(CLAIM._replace(references=(*kept, Reference("EA", "MRN7"), Reference("??", "UNKNOWN1"))))

    claim = veiled(value).claims[0]

    assert (claim.patient_control_number, claim.references[:3]) == ("PCN0001", kept)
    assert [each.value for each in claim.references[3:]] == ["•••", "•••"]


def test_who_is_insured_is_no_organization_of_an_outline() -> None:
    review = (Path(__file__).parents[3] / "golden" / "x12" / "278-decision.edi").read_bytes()
    changed = review.replace(b"NM1*IL*1*DOE", b"NM1*IL*2*DOE")
    assert changed != review

    assert "DOE" not in "".join(line for each in outlines(changed) for line in story.tell_outline(each))


def test_no_rest_of_a_text_is_a_segment_id_of_an_outline() -> None:
    review = (Path(__file__).parents[3] / "golden" / "x12" / "278-decision.edi").read_bytes()
    changed = review.replace(b"~\nSE*", b"~\nMSG*CALL~DOE 5551234~\nSE*")
    assert changed != review

    (outline,) = outlines(changed)

    assert dict(outline.segment_counts)["?"] == 1
    assert "DOE 5551234" not in repr(plain(veiled(outline)))


@pytest.mark.parametrize(("unit", "shown"), [("CLM01", "PCN0001"), ("NM109", "•••")])
def test_what_a_999_names_is_open_for_claims_only(unit: str, shown: str) -> None:
    error = SegmentError("CLM", 7, "2300", "8", business_unit=(unit, "PCN0001"))

    assert veiled(error).business_unit == (unit, shown)


def test_bank_accounts_are_veiled() -> None:
    banks = ("CCP", "01", "999999992", "DA", "ACCOUNT1", "1512345678", "", "01", "999988880", "DA", "ACCOUNT2")

    told = veiled(a_remittance(payment_details=banks)).payment_details

    assert not {"999999992", "ACCOUNT1", "999988880", "ACCOUNT2"} & set(told)
    assert (told[0], told[5]) == ("CCP", "1512345678")


def behind_the_veil(data: bytes, *, lifted: bool = False) -> str:
    """Tell all of an 837, 835 or 271, as story and as JSON."""
    values: list[Any] = [*read_837p(data).values, *read_835(data).values, *read_eligibility(data).values]
    told = []
    for value in values if lifted else [veiled(each) for each in values]:
        match value:
            case ClaimSet():
                told += [*story.tell_claims(value)]
            case Remittance():
                told += [*story.tell_remittance(value)]
            case _:
                told += [*story.tell_eligibility(value)]
        told.append(repr(plain(value)))
    return "\n".join(told)


def test_a_masked_file_is_valid_and_tells_nobody() -> None:
    copy = masked(FILE, b"key")

    assert judge(copy) == []
    assert not [each for each in CONFIDENTIAL if each.encode() in copy]
    claim, original = read_837p(copy).values[0].claims[0], read_837p(FILE).values[0].claims[0]
    assert claim.charge == original.charge
    assert claim.lines[0].dates == original.lines[0].dates
    assert claim.medical_record_number != original.medical_record_number
    assert len(copy) == len(FILE) - len("SECRET WORDS") + len("NOTE")


def test_masked_files_still_belong_together_under_one_key() -> None:
    claim = read_837p(masked(FILE, b"key")).values[0].claims[0]
    paid = next(read_835(masked(REMIT, b"key")).values[0].claims)

    assert claim.patient_control_number == paid.patient_control_number != "PCN0001"
    assert claim.lines[0].line_control_number == paid.lines[0].line_control_number
    assert judge(masked(REMIT, b"key")) == []
    assert masked(FILE, b"other") != masked(FILE, b"key")


def test_a_difference_is_found_by_claim_and_field() -> None:
    second = write_837p(
        a_batch(a_claim(patient_control_number="NEW"), CLAIM._replace(place_of_service="22")), **SENT
    ).data

    found = differences(read_837p(FILE).values, read_837p(second).values)

    assert Difference("claim NEW", "", None, "is here") in found
    assert Difference("claim PCN0001", "place_of_service", "11", "22") in found
    assert len(found) == 2


@pytest.mark.parametrize(
    ("person", "field"),
    [
        ({"last_name": "ROE"}, "last_name"),
        ({"id": "PAID999999"}, "id"),
        ({"birth_date": "19800301"}, "birth_date"),
        ({"address": HOME._replace(line1="8 PRIVATE ROAD")}, "address.line1"),
    ],
)
def test_who_somebody_is_makes_a_difference_that_is_confidential(person: dict[str, Any], field: str) -> None:
    party = CLAIM.subscriber.party
    other = CLAIM._replace(subscriber=CLAIM.subscriber._replace(party=party._replace(**person)))

    found = differences([a_batch(CLAIM)], [a_batch(other)])

    assert [(each.field, each.is_confidential) for each in found] == [(f"subscriber.party.{field}", True)]


def test_a_note_makes_a_difference_that_is_confidential_and_a_place_one_that_is_not() -> None:
    other = CLAIM._replace(notes=(Note("ADD", "OTHER WORDS"),), place_of_service="22")

    found = differences([a_batch(CLAIM)], [a_batch(other)])

    assert [(each.field, each.is_confidential) for each in found] == [
        ("place_of_service", False),
        ("notes[1].text", True),
    ]


def test_amounts_are_compared_as_numbers_and_what_is_no_number_as_text() -> None:
    def charged(text: str) -> list[ClaimSet]:
        return [a_batch(CLAIM._replace(charge=money(text)))]

    assert differences(charged("125"), charged("125.00")) == []
    assert len(differences(charged("125"), charged("125.01"))) == 1
    # NaN differs from itself.
    assert differences(charged("12x"), charged("12x")) == []
    assert len(differences(charged("12x"), charged("12y"))) == 1
    assert len(differences(charged(""), charged("0"))) == 1


def test_the_same_content_written_otherwise_is_no_difference() -> None:
    delimiters = ENVELOPE.delimiters._replace(element="|", line_break="\n")
    again = write_837p(
        a_batch(CLAIM),
        **{**SENT, "envelope": ENVELOPE._replace(delimiters=delimiters), "control": NUMBERS._replace(interchange=99)},
    ).data

    assert differences(read_837p(FILE).values, read_837p(again).values) == []


def test_sets_cut_apart_and_put_together_hold_what_they_held() -> None:
    whole = write_835([a_remittance(), a_remittance(trace_number="CHECK78")], **SENT).data

    parts = list(split_by_set(whole))
    again = merge(parts)

    assert [judge(part) for part in parts] == [[], []]
    assert [each.trace_number for each in read_835(again).values] == ["CHECK77", "CHECK78"]
    assert judge(again) == []


def test_files_of_other_parties_are_not_put_together() -> None:
    other = write_837p(a_batch(), **{**SENT, "envelope": ENVELOPE._replace(usage_indicator="P")}).data

    with pytest.raises(NotMergeable):
        merge([FILE, other])
    with pytest.raises(NotMergeable):
        merge([])


def test_claims_are_cut_by_payer_with_totals_kept() -> None:
    other = a_subscriber(payer=a_subscriber().payer._replace(id="OTHER"))
    batch = a_batch(
        a_claim(), a_claim(patient_control_number="B", subscriber=other), a_claim(patient_control_number="C")
    )

    parts = dict(split_claims(batch, "payer"))

    assert {name: len(part.claims) for name, part in parts.items()} == {"GHP01": 2, "OTHER": 1}
    assert sum(claim.charge.cents for part in parts.values() for claim in part.claims) == 3 * 125_00


@pytest.mark.parametrize("seed", range(5))
def test_invented_claims_and_their_remittances_are_valid_and_belong_together(seed: int) -> None:
    batch, remittances = invented(seed, 20, last_day=date(2026, 11, 20))

    claims = write_837p(batch, **SENT)
    paid = write_835(remittances, **SENT)

    assert claims.findings == ()
    assert paid.findings == ()
    numbers = {claim.patient_control_number: claim.charge for claim in read_837p(claims.data).values[0].claims}
    answered = {c.patient_control_number: c.charge for each in read_835(paid.data).values for c in each.claims}
    assert numbers == answered
    assert invented(seed, 20, last_day=date(2026, 11, 20)) == (batch, remittances)


def test_a_masked_broken_file_keeps_its_breaks() -> None:
    broken = FILE.replace(b"SE*", b"ZZ*")

    copy = masked(broken, b"key")

    assert [each.id for each in tokens(copy)] == [each.id for each in tokens(broken)]
    assert join(tokens(copy)) == copy


def test_a_file_in_counted_pieces_is_judged_as_a_whole_one_and_counted_to_its_end() -> None:
    data, behind = FILE.replace(b"*UN*", b"*XX*") * 800, list[int]()

    counted = judge(data, behind=behind.append)

    assert counted == judge(data)
    assert len(behind) > 2
    assert (behind[0], behind[-1], sorted(behind)) == (0, len(data), behind)
