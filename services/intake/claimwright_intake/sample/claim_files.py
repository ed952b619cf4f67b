"""Two 837P files of the day, written by our own codec from encounters like the others."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final

from claimwright import x12
from claimwright_intake.sample.people import Json
from claimwright_intake.sample.stories import DENIED, PAID, PARTIAL, encounter

_WRITTEN_AT: Final = datetime(2026, 11, 2, 18, 0, tzinfo=UTC)
_ENVELOPE: Final = x12.Envelope(
    x12.Endpoint("ZZ", "FIXTURECLINIC"), x12.Endpoint("ZZ", "CLAIMWRIGHT"), usage_indicator="T"
)


class SampleFileUnwritable(Exception):
    """A sample claim that our own codec refuses; the sample has to be mended."""


def claim_files() -> dict[str, bytes]:
    """Return the files by name. In the second one a claim corrects an earlier one, and is listed with a finding."""
    first = [_claim(encounter(number, member), account=f"ACCT{number}") for number, member in _FIRST]
    second = [_claim(encounter(number, member), account=f"ACCT{number}") for number, member in _SECOND]
    corrected = _claim(encounter(899, PAID), account="ACCT899")
    original = (x12.Reference("F8", "PAYERCLAIM899"),)
    second.append(corrected._replace(claim_frequency_code="7", references=original))
    return {"fixture-family-practice.837": _file(first, number=1), "mock-lane-specialists.837": _file(second, number=2)}


_FIRST: Final = ((800, PAID), (802, PAID), (804, PARTIAL), (806, PAID), (808, DENIED))
_SECOND: Final = ((851, PAID), (853, PAID), (855, PARTIAL))


def _file(claims: Sequence[x12.Claim], *, number: int) -> bytes:
    contact = x12.Contact("IC", "BILLING OFFICE", (("TE", "5550190001"),))
    header = x12.ClaimsHeader(
        submitter=x12.Party(
            "41", last_name="FIXTURE BILLING", id_qualifier="46", id="FIXTURECLINIC", contacts=(contact,)
        ),
        receiver=x12.Party("40", last_name="CLAIMWRIGHT", id_qualifier="46", id="CLAIMWRIGHT"),
        reference=f"SAMPLE{number}",
    )
    written = x12.write_837p(
        x12.ClaimSet(header, tuple(claims)),
        envelope=_ENVELOPE,
        control=x12.ControlNumbers(number, number, number),
        moment=_WRITTEN_AT,
    )
    if not written.data:
        raise SampleFileUnwritable(", ".join(finding.code for finding in written.findings))
    return written.data


def _claim(told: Json, *, account: str) -> x12.Claim:
    patient, clinic, policy = told["patient"], told["billing_provider"], told["coverages"][0]
    return x12.Claim(
        patient_control_number=account,
        charge=x12.money_of_cents(told["charge_cents"]),
        billing=x12.BillingProvider(
            x12.Party(
                "85",
                last_name=clinic["organization_name"],
                id_qualifier="XX",
                id=clinic["npi"],
                taxonomy=clinic["taxonomy_code"],
                address=_address(clinic["address"]),
                references=(x12.Reference("EI", clinic["tax_id"]),),
            )
        ),
        subscriber=x12.Subscriber(
            payer_responsibility_sequence="P",
            patient_relationship="18",
            claim_filing_indicator=policy["payer"]["claim_filing_indicator"],
            group_number=policy["group_number"],
            party=x12.Party(
                "IL",
                last_name=patient["name"]["last"],
                first_name=patient["name"]["first"],
                kind="1",
                id_qualifier="MI",
                id=policy["member_id"],
                birth_date=patient["birth_date"].replace("-", ""),
                gender=patient["sex"],
                address=_address(patient["address"]),
            ),
            payer=x12.Party("PR", last_name=policy["payer"]["name"], id_qualifier="PI", id=policy["payer"]["id"]),
        ),
        place_of_service=told["place_of_service"],
        signature_on_file="Y",
        accept_assignment="A",
        assignment_of_benefits="Y",
        release_of_information="Y",
        diagnoses=tuple(
            x12.HealthCode("ABF" if place else "ABK", diagnosis["code"].replace(".", ""))
            for place, diagnosis in enumerate(told["diagnoses"])
        ),
        providers=(_rendering(told["rendering_provider"]),),
        lines=tuple(_line(place, line) for place, line in enumerate(told["lines"], start=1)),
    )


def _rendering(provider: Json) -> x12.Party:
    name = provider["person_name"]
    return x12.Party(
        "82",
        last_name=name["last"],
        first_name=name["first"],
        kind="1",
        id_qualifier="XX",
        id=provider["npi"],
        taxonomy=provider["taxonomy_code"],
    )


def _address(told: Json) -> x12.Address:
    return x12.Address(told["line1"], city=told["city"], state=told["state"], postal_code=told["zip"])


def _line(place: int, told: Json) -> x12.ServiceLine:
    return x12.ServiceLine(
        number=str(place),
        procedure=x12.Procedure("HC", told["procedure_code"]),
        charge=x12.money_of_cents(told["charge_cents"]),
        unit="UN",
        quantity=x12.quantity_of(told["units"]),
        diagnosis_pointers=tuple(told["diagnosis_pointers"]),
        dates=(x12.Dated("472", "D8", date.fromisoformat(told["service_date"]).strftime("%Y%m%d")),),
    )
