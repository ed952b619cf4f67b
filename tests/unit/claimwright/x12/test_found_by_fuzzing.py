"""What random files found (`make fuzz`, mutations, other programs), each kept as the smallest file that shows it."""

import pytest

from claimwright.x12 import blocks, join, judge, read_837p, tokens, write_277ca, write_837i, write_837p
from claimwright.x12.bounded import Findings
from claimwright.x12.models import Patient
from claimwright.x12.tools.masking import masked
from tests.support.builders_x12 import (
    SENT,
    a_batch,
    a_batch_ack,
    a_claim,
    a_claim_ack,
    a_patient,
    a_status,
    a_subscriber,
    an_institutional_claim,
)

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

    # What is longer than any id is a word, and hidden.
    assert [each.id if len(each.id) <= 3 else len(each.id) for each in tokens(copy)] == [
        each.id if len(each.id) <= 3 else len(each.id) for each in tokens(data)
    ]


def test_masking_keeps_empty_segments_between_interchanges_whose_delimiters_differ() -> None:
    # The letters that ended them were replaced as words, and the second ISA was a part of a segment then.
    data = FAMILY.replace(b"~", b"\xd0") + b"\xd0\xd0" + FAMILY

    copy = masked(data, b"key")

    assert [each.id for each in tokens(copy)] == [each.id for each in tokens(data)]


def test_masking_keeps_the_stated_length_of_bytes_behind_bytes_that_fell_apart() -> None:
    # A made-up length swallowed the segments that follow.
    opened = FAMILY.index(b"BHT*")
    torn = FAMILY[:opened] + b"BIN*9*<~e>~BDS*B64*24*JVBERi0xLjcgaW52ZW50ZWQ=~LX*123456789~" + FAMILY[opened:]

    copy = masked(torn, b"key")

    assert [each.id for each in tokens(copy)] == [each.id for each in tokens(torn)]


def test_the_attending_provider_of_a_hospital_is_written_first_and_the_referring_one_last() -> None:
    # pyx12 wants the providers of a claim in the order of their loops; the referring one came first.
    claim = an_institutional_claim()
    referring = claim.providers[0]._replace(role="DN", id="1003000126", taxonomy="")

    data = write_837i(a_batch(claim._replace(providers=(referring, *claim.providers))), **SENT).data

    roles = [row.split(b"*")[1] for row in data[data.index(b"CLM*") :].split(b"~") if row.startswith(b"NM1*")]
    assert roles == [b"71", b"72", b"DN"]


def test_groups_outside_any_interchange_cost_no_more_for_what_was_found_before_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Each group looked through all findings for the missing ISA: 80 KB of this took 18 seconds, 300 KB minutes.
    data = FAMILY[:106] + b"X~" * 15_000 + b"IEA*0*000000017~" + b"GS~" * 10_000
    looked_through = []
    monkeypatch.setattr(Findings, "__iter__", lambda self: looked_through.append(self) or iter(self.kept))

    findings = judge(data)

    assert blocks(findings)
    assert len(looked_through) < 10


def test_a_missing_interchange_is_said_once_whatever_was_found_before() -> None:
    data = FAMILY[106:] + b"X~" + FAMILY[106:]

    found = [each.segment for each in judge(data) if each.code == "x12.no_isa"]

    assert found == [1]


@pytest.mark.parametrize(
    "data",
    [
        b"ISA********EISA***0*****RE********00" + FAMILY,
        # A sign in a password ended segments till it was replaced.
        b"ISA*BDS*B64*NTE*ADD*YPER*IC*00501****" + FAMILY[FAMILY.index(b"GS*") :],
        b"ISA*ISA*|0A|3*SE*GS*HC*SENDER*RECEIVER*20261120*1405*17*X*005010X222A1~SGE*1*1~REF*GSREGE*1*1~" + FAMILY,
        # What is part of a word is no segment of its own, and no word in the copy.
        b"ISA**|^00SE*ST*GS*HC*SENDER*RECEIVER*20261120*1405*17*X*005010X222A1|" + FAMILY,
    ],
)
def test_masking_keeps_the_segments_behind_an_isa_that_is_cut_off(data: bytes) -> None:
    # Its sixteen elements were counted on into the segments behind it, and what was made up there ended others.
    assert len(list(tokens(masked(data, b"key")))) == len(list(tokens(data)))


@pytest.mark.parametrize("terminator", [b"1", b" "])
def test_an_isa_at_the_end_of_a_file_comes_back_whatever_terminator_it_declares(terminator: bytes) -> None:
    data = FAMILY + FAMILY[:105] + terminator

    assert join(tokens(data)) == data


@pytest.mark.parametrize("codes", [(), (("A1", "19", "PR"),) * 4])
def test_a_status_of_no_code_or_of_too_many_is_refused_with_its_place(codes: tuple[tuple[str, str, str], ...]) -> None:
    # `STC*A` is read as a status of no code, and to write it raised IndexError.
    ack = a_claim_ack(statuses=(a_status("A1", "19")._replace(codes=codes),))

    written = write_277ca([a_batch_ack(ack)], **SENT)

    assert written.data == b""
    assert any(each.blocks and each.segment_id == "STC" for each in written.findings)
