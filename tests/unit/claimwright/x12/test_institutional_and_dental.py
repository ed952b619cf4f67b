"""837I and 837D: the same model, each guide's own parts written and read back."""

from claimwright.x12 import read_837p, without_places, write_837d, write_837i
from claimwright.x12.models import Claim, HealthCode, Note, OtherCoverage, Procedure
from tests.support.builders_x12 import (
    PAYER,
    SENT,
    a_batch,
    a_dental_claim,
    a_subscriber,
    an_institutional_claim,
)


def again(data: bytes) -> Claim:
    claim = without_places(read_837p(data).values[0].claims[0])
    return claim._replace(lines=tuple(line._replace(number="") for line in claim.lines))


def test_an_inpatient_claim_comes_back_whole() -> None:
    claim = an_institutional_claim()
    written = write_837i(a_batch(claim), **SENT)

    assert written.findings == ()
    read = again(written.data)
    assert set(read.health_codes) == set(claim.health_codes)
    assert read._replace(health_codes=()) == claim._replace(health_codes=())


def test_each_kind_of_code_has_segments_of_its_own_in_the_order_of_the_guide() -> None:
    external = tuple(HealthCode("ABN", f"W19{place}") for place in range(3))
    claim = an_institutional_claim()

    data = write_837i(a_batch(claim._replace(health_codes=(*claim.health_codes, *external))), **SENT).data

    kinds = [row.split(b"*")[1].split(b":")[0] for row in data.split(b"~") if row.startswith(b"HI*")]
    assert kinds == [b"ABK", b"ABJ", b"ABN", b"DR", b"ABF", b"BBR", b"BI", b"BH", b"BE", b"BG"]
    assert data.count(b"ABN:W19") == 3


def test_a_line_may_have_a_revenue_code_alone() -> None:
    data = write_837i(a_batch(an_institutional_claim()), **SENT).data

    assert b"SV2*0120**1200*DA*3~" in data
    assert b"SV2*0301*HC:80053*42*UN*1**2~" in data


def test_an_institutional_claim_without_revenue_code_or_admission_is_refused() -> None:
    claim = an_institutional_claim()
    no_code = claim._replace(lines=(claim.lines[0]._replace(revenue_code=""), claim.lines[1]))

    found = {
        (each.code, each.segment_id)
        for broken in (no_code, claim._replace(discharge_status="", admission_type="", admission_source=""))
        for each in write_837i(a_batch(broken), **SENT).findings
    }

    assert ("x12.element_missing", "SV2") in found
    assert ("x12.segment_missing", "CL1") in found


def test_a_secondary_institutional_claim_comes_back() -> None:
    first = OtherCoverage(
        "P",
        "18",
        claim_filing_indicator="MA",
        assignment_of_benefits="Y",
        release_of_information="Y",
        subscriber=a_subscriber().party._replace(birth_date="", gender=""),
        payer=PAYER._replace(id="OLD1"),
        details=(("MIA", "3", "", "", "", "MA18"),),
    )
    claim = an_institutional_claim(
        other_coverages=(first,),
        subscriber=a_subscriber(payer_responsibility_sequence="S"),
        notes=(Note("DGN", "SEE RECORD"),),
    )

    assert again(write_837i(a_batch(claim), **SENT).data).other_coverages == (first,)


def test_a_dental_claim_comes_back_whole() -> None:
    claim = a_dental_claim(details=(("DN1", "24", "6"),))
    written = write_837d(a_batch(claim), **SENT)

    assert written.findings == ()
    assert b"SV3*AD:D2391*210**10**1~TOO*JP*3*M:O~" in written.data
    assert again(written.data) == claim


def test_a_guide_refuses_the_codes_of_another() -> None:
    line = a_dental_claim().lines[0]._replace(procedure=Procedure("HC", "99213"))

    findings = write_837d(a_batch(a_dental_claim(lines=(line,))), **SENT).findings

    assert [(each.code, each.segment_id) for each in findings] == [("x12.element_code", "SV3")]
