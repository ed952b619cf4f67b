"""What the fuzzer found (`make fuzz`), each kept as the smallest file of ours that shows it."""

from claimwright.x12 import judge, read_837p, tokens, write_837p
from claimwright.x12.models import Patient
from claimwright.x12.tools.masking import masked
from tests.support.builders_x12 import SENT, a_batch, a_claim, a_patient, a_subscriber

FAMILY = write_837p(
    a_batch(a_claim(subscriber=a_subscriber(patient_relationship=""), patient=a_patient())), **SENT
).data


def test_a_patient_below_no_subscriber_stays_a_patient() -> None:
    # The level was taken for the biller as well, and the claim's patient was then a billing provider.
    data = FAMILY.replace(FAMILY[FAMILY.index(b"HL*1") : FAMILY.index(b"HL*3")], b"")

    (claim,) = read_837p(data).values[0].claims

    assert isinstance(claim.patient, Patient)
    assert claim.patient.party.first_name == "JACK"
    assert claim.billing.party.last_name == ""
    assert any(each.blocks for each in judge(data))


def test_masking_keeps_the_segments_of_a_file_whose_delimiters_are_letters() -> None:
    # The made-up names held the letter that ends a segment.
    data = FAMILY.replace(b"~", b"A").replace(b"DOE", b"DEO")

    copy = masked(data, b"key")

    assert [each.id for each in tokens(copy)] == [each.id for each in tokens(data)]
