"""A claim's content as an 837P: written, read back, and what keeps it from being written."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from claimwright import x12
from claimwright.events import parts
from claimwright_submission.domain.claim import BilledContent
from claimwright_submission.domain.professional import Bill, build, claim_set
from tests.support.builders_submission import a_content, a_line, an_address, an_identity

BILL = Bill(patient_control_number="0123456789A1", payer_order=1, claim_frequency_code="1")
ENVELOPE = x12.Envelope(
    sender=x12.Endpoint("ZZ", "CWSUBMITTER"), receiver=x12.Endpoint("ZZ", "SANDBOXCH"), usage_indicator="T"
)


def built(content: BilledContent, bill: Bill = BILL) -> x12.Claim:
    claim = build(content, bill)
    assert isinstance(claim, x12.Claim), claim
    return claim


def written(*claims: x12.Claim) -> x12.Written:
    batch = claim_set(
        claims,
        submitter=x12.Party(
            "41",
            last_name="CWSUBMITTER",
            id_qualifier="46",
            id="CWSUBMITTER",
            contacts=(x12.Contact("IC", "BILLING", (("TE", "5185550100"),)),),
        ),
        receiver=x12.Party("40", last_name="SANDBOX", id_qualifier="46", id="SANDBOXCH"),
        reference="000000001",
    )
    return x12.write_837p(
        batch, envelope=ENVELOPE, control=x12.ControlNumbers(1, 1, 1), moment=datetime(2026, 3, 3, tzinfo=UTC)
    )


def read_back(*claims: x12.Claim) -> list[x12.Claim]:
    result = written(*claims)
    assert result.data, [(finding.code, finding.segment_id, finding.element) for finding in result.findings]
    (batch,) = x12.read_837p(result.data).values
    return list(batch.claims)


def with_financial(**changes: Any) -> BilledContent:
    return a_content(financial=a_content().financial.model_copy(update=changes))


def test_the_smallest_claim_is_written_and_reads_back_as_it_was() -> None:
    (claim,) = read_back(built(a_content()))

    assert claim.patient_control_number == "0123456789A1"
    assert claim.charge.cents == 100_00
    assert claim.subscriber.party.id == "PAID1001"
    assert claim.subscriber.patient_relationship == "18"
    assert claim.patient is None
    assert claim.subscriber.payer.id == "SANDPAYER1"
    assert [code.code for code in claim.diagnoses] == ["E119"]
    assert claim.lines[0].procedure.code == "99213"


def test_a_patient_who_is_not_the_subscriber_has_a_level_of_their_own() -> None:
    holder = parts.Subscriber(name=parts.PersonName(last="Testfall", first="Otto"), address=an_address())
    content = a_content(
        identity=an_identity(
            memberships=(parts.Membership(member_id="PAID1001", relationship="19", subscriber=holder),)
        )
    )

    (claim,) = read_back(built(content))

    assert claim.subscriber.party.first_name == "Otto"
    assert claim.subscriber.patient_relationship == ""
    assert claim.patient is not None
    assert claim.patient.relationship == "19"
    assert claim.patient.party.first_name == "Ida"


def test_lines_carry_their_numbers_dates_modifiers_and_pointers() -> None:
    lines = (
        a_line(line_control_number="0123456789A101", modifiers=("25", "59"), diagnosis_pointers=(2, 1)),
        a_line(
            line_control_number="0123456789A102",
            procedure_code="97110",
            charge_cents=45_50,
            units=Decimal("2.5"),
            service_date=date(2026, 3, 2),
            service_date_to=date(2026, 3, 4),
            place_of_service="12",
        ),
    )
    content = a_content(
        financial=a_content().financial.model_copy(update={"lines": lines}),
        clinical=parts.EncounterClinical(diagnoses=(parts.Diagnosis(code="E119"), parts.Diagnosis(code="I10"))),
    )

    (claim,) = read_back(built(content))
    first, second = claim.lines

    assert claim.charge.cents == 145_50
    assert [code.qualifier for code in claim.diagnoses] == ["ABK", "ABF"]
    assert (first.line_control_number, first.procedure.modifiers) == ("0123456789A101", ("25", "59"))
    assert first.diagnosis_pointers == (2, 1)
    assert first.place_of_service == ""
    assert second.service_date is not None
    assert (second.service_date.first_day, second.service_date.last_day) == (date(2026, 3, 2), date(2026, 3, 4))
    assert (second.quantity.value, second.place_of_service) == (Decimal("2.5"), "12")


def test_a_second_payer_is_named_with_nothing_decided_yet() -> None:
    content = a_content(
        identity=an_identity(
            memberships=(
                parts.Membership(member_id="PAID1001", group_number="G100"),
                parts.Membership(member_id="OTHER2", group_name="Family plan"),
            )
        ),
        financial=a_content().financial.model_copy(
            update={
                "payers": (
                    parts.Payer(id="SANDPAYER1", name="Sand Health Plan", claim_filing_indicator="CI"),
                    parts.Payer(id="SANDPAYER2", name="Dune Mutual", claim_filing_indicator="MB"),
                )
            }
        ),
    )

    (claim,) = read_back(built(content))
    (other,) = claim.other_coverages

    assert claim.subscriber.payer_responsibility_sequence == "P"
    assert other.payer_responsibility_sequence == "S"
    assert (other.payer.id, other.subscriber.id) == ("SANDPAYER2", "OTHER2")
    assert not other.amounts


def test_providers_and_numbers_stand_where_the_guide_has_them() -> None:
    person = parts.PersonName(last="Heiler", first="Uwe")
    content = a_content(
        identity=an_identity(
            rendering_provider=parts.Provider(npi="1992099999", person_name=person, taxonomy_code="207Q00000X"),
            referring_provider=parts.Provider(npi="1003000126", person_name=person),
            prior_authorization_number="AUTH1",
            referral_number="REF1",
        )
    )

    (claim,) = read_back(built(content))

    assert claim.rendering_provider is not None
    assert claim.rendering_provider.id == "1992099999"
    assert claim.referring_provider is not None
    assert (claim.prior_authorization, claim.referral_number) == ("AUTH1", "REF1")


def test_who_renders_is_not_named_where_that_is_who_bills() -> None:
    billing = an_identity().billing_provider

    claim = built(a_content(identity=an_identity(rendering_provider=billing)))

    assert claim.rendering_provider is None


def test_accident_and_what_the_patient_paid_are_told() -> None:
    content = a_content(
        clinical=parts.EncounterClinical(
            diagnoses=(parts.Diagnosis(code="S93401A"),),
            accident=parts.Accident(cause="AA", state="NY", date=date(2026, 3, 1)),
        ),
        financial=a_content().financial.model_copy(update={"patient_paid_cents": 20_00}),
    )

    (claim,) = read_back(built(content))

    assert (claim.accident_causes, claim.accident_state) == (("AA",), "NY")
    assert [(each.qualifier, each.amount.cents) for each in claim.amounts] == [("F5", 20_00)]


def test_notes_and_icd_11_never_leave() -> None:
    content = a_content(
        clinical=parts.EncounterClinical(
            diagnoses=(parts.Diagnosis(code="E119"),),
            icd11=(parts.Icd11Entry(code="5A11"),),
            notes=("felt unwell since the funeral",),
        )
    )

    data = written(built(content)).data

    assert b"5A11" not in data
    assert b"funeral" not in data


def test_accents_become_plain_letters() -> None:
    patient = an_identity().patient.model_copy(update={"name": parts.PersonName(last="Müller-Peña", first="José")})

    (claim,) = read_back(built(a_content(identity=an_identity(patient=patient))))

    assert (claim.subscriber.party.last_name, claim.subscriber.party.first_name) == ("Muller-Pena", "Jose")


def test_a_delimiter_in_a_name_is_found_by_the_writer_and_never_written() -> None:
    patient = an_identity().patient.model_copy(update={"name": parts.PersonName(last="O*Hara~ST", first="Ida")})

    result = written(built(a_content(identity=an_identity(patient=patient))))

    assert result.data == b""
    assert {finding.claim for finding in result.findings if finding.blocks} == {1}


def test_claims_of_one_provider_and_patient_share_their_levels() -> None:
    second = Bill(patient_control_number="0123456789B2", payer_order=1, claim_frequency_code="1")

    result = written(built(a_content()), built(a_content(), second))

    assert result.data.count(b"HL*") == 2
    assert result.data.count(b"CLM*") == 2


def lacking(**changes: Any) -> BilledContent:
    identity = an_identity()
    return a_content(identity=identity.model_copy(update=changes))


NO_ADDRESS = {"address": None}
BILLING = an_identity().billing_provider
PATIENT = an_identity().patient


@pytest.mark.parametrize(
    ("content", "pointers"),
    [
        (lacking(memberships=()), ["/coverages"]),
        (lacking(memberships=(parts.Membership(member_id=""),)), ["/coverages/0/member_id"]),
        (lacking(memberships=(parts.Membership(member_id="A", relationship="19"),)), ["/coverages/0/subscriber"]),
        (lacking(patient=PATIENT.model_copy(update=NO_ADDRESS)), ["/patient/address"]),
        (
            lacking(billing_provider=parts.Provider()),
            [
                "/billing_provider/npi",
                "/billing_provider/tax_id",
                "/billing_provider/address",
                "/billing_provider",
            ],
        ),
        (a_content(clinical=parts.EncounterClinical(diagnoses=())), ["/diagnoses"]),
        (with_financial(lines=()), ["/lines"]),
    ],
)
def test_everything_that_is_missing_is_named_at_once(content: BilledContent, pointers: list[str]) -> None:
    findings = build(content, BILL)

    assert isinstance(findings, list)
    assert [finding.where.pointer for finding in findings] == pointers
    assert all(finding.fix for finding in findings)
