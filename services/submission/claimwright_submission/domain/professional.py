"""A claim's content → the values of a professional 837, for one payer order.

What the guide requires and the content lacks comes back as findings with JSON Pointers into the partner's encounter;
what the values look like on the wire is the codec's business.

Source: docs/domain/vocabulary.md; 005010X222A1, loops 2000A to 2400.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from claimwright.events import parts
from claimwright.findings import Finding, at
from claimwright.x12 import models as x12
from claimwright_submission.domain.claim import BilledContent

SELF: Final = "18"
_SEQUENCES: Final = "PSTABCDEFGH"
PAYERS_MOST: Final = len(_SEQUENCES)


@dataclass(frozen=True, slots=True)
class Bill:
    """What one claim is sent as: its number, the payer it goes to, and its frequency."""

    patient_control_number: str
    payer_order: int
    claim_frequency_code: str


def build(content: BilledContent, bill: Bill) -> x12.Claim | list[Finding]:
    """Return the claim as 837P values, or everything that keeps it from being written."""
    lacks = list(_lacks(content, bill))
    if lacks:
        return lacks
    identity, clinical, financial = content.identity, content.clinical, content.financial
    place = bill.payer_order - 1
    membership, payer = identity.memberships[place], financial.payers[place]
    is_self = membership.relationship == SELF
    return x12.Claim(
        patient_control_number=bill.patient_control_number,
        charge=x12.money_of_cents(sum(line.charge_cents for line in financial.lines)),
        billing=x12.BillingProvider(_provider("85", identity.billing_provider)),
        subscriber=x12.Subscriber(
            payer_responsibility_sequence=_SEQUENCES[place],
            party=_subscriber(identity, membership),
            payer=_payer(payer),
            patient_relationship=SELF if is_self else "",
            group_number=membership.group_number or "",
            # The guide has the name only where there is no number.
            group_name="" if membership.group_number else membership.group_name or "",
            claim_filing_indicator=payer.claim_filing_indicator,
        ),
        patient=None if is_self else x12.Patient(membership.relationship, _patient("QC", identity.patient)),
        place_of_service=financial.place_of_service,
        claim_frequency_code=bill.claim_frequency_code,
        signature_on_file="Y" if financial.signature_on_file else "N",
        accept_assignment=financial.accept_assignment,
        assignment_of_benefits=financial.assignment_of_benefits,
        release_of_information=financial.release_of_information,
        accident_causes=(clinical.accident.cause,) if clinical.accident else (),
        accident_state=(clinical.accident.state or "") if clinical.accident else "",
        diagnoses=tuple(
            x12.HealthCode("ABF" if place_in_list else "ABK", diagnosis.code)
            for place_in_list, diagnosis in enumerate(clinical.diagnoses)
        ),
        dates=(x12.Dated("439", "D8", _day(clinical.accident.date)),) if clinical.accident else (),
        amounts=(x12.Amount("F5", x12.money_of_cents(financial.patient_paid_cents)),)
        if financial.patient_paid_cents
        else (),
        references=_references(identity),
        providers=tuple(_other_providers(identity)),
        other_coverages=tuple(
            _other_coverage(content, other) for other in range(len(financial.payers)) if other != place
        ),
        lines=tuple(_line(number, line, financial) for number, line in enumerate(financial.lines, start=1)),
    )


def _lacks(content: BilledContent, bill: Bill) -> Iterator[Finding]:
    identity, financial = content.identity, content.financial
    place = bill.payer_order - 1
    if place >= min(len(identity.memberships), len(financial.payers), PAYERS_MOST):
        yield _lack("coverage", "/coverages", "The claim has no coverage for the payer it is billed to.")
        return
    membership = identity.memberships[place]
    if not membership.member_id:
        yield _lack("member_id", f"/coverages/{place}/member_id", "The member's number with the payer is missing.")
    yield from _lacks_of_people(identity, membership, place)
    billing = identity.billing_provider
    if not billing.npi:
        yield _lack("npi", "/billing_provider/npi", "The billing provider has no NPI.")
    if not billing.tax_id:
        yield _lack("tax_id", "/billing_provider/tax_id", "The billing provider has no tax number.")
    if billing.address is None:
        yield _lack("address", "/billing_provider/address", "The billing provider has no street address.")
    if not (billing.organization_name or billing.person_name):
        yield _lack("name", "/billing_provider", "The billing provider has no name.")
    if not content.clinical.diagnoses:
        yield _lack("diagnosis", "/diagnoses", "A claim has at least one diagnosis.")
    if not financial.lines:
        yield _lack("line", "/lines", "A claim has at least one line.")


def _lacks_of_people(identity: parts.EncounterIdentity, membership: parts.Membership, place: int) -> Iterator[Finding]:
    if identity.patient.address is None:
        yield _lack("address", "/patient/address", "The patient's address is missing.")
    if membership.relationship != SELF and membership.subscriber is None:
        pointer = f"/coverages/{place}/subscriber"
        yield _lack("subscriber", pointer, "The patient is not the subscriber, and the subscriber is not named.")


def _lack(what: str, pointer: str, says: str) -> Finding:
    return Finding(
        code=f"submission.missing.{what}", says=says, where=at(pointer), fix="Amend the encounter with what is missing."
    )


def _subscriber(identity: parts.EncounterIdentity, membership: parts.Membership) -> x12.Party:
    if membership.relationship == SELF or membership.subscriber is None:
        return _patient("IL", identity.patient)._replace(id_qualifier="MI", id=membership.member_id)
    # The guide wants a birth date and sex of the subscriber only where the subscriber is the patient.
    return _person("IL", membership.subscriber.name)._replace(
        address=_address(membership.subscriber.address), id_qualifier="MI", id=membership.member_id
    )


def _patient(role: str, patient: parts.Patient) -> x12.Party:
    return _person(role, patient.name)._replace(
        address=_address(patient.address), birth_date=_day(patient.birth_date), gender=patient.sex
    )


def _person(role: str, name: parts.PersonName) -> x12.Party:
    return x12.Party(
        role,
        kind="1",
        last_name=_plain(name.last),
        first_name=_plain(name.first),
        middle_name=_plain(name.middle or ""),
        suffix=_plain(name.suffix or ""),
    )


def _plain(text: str) -> str:
    """Write accented letters as their plain ones, since X12 has no others; delimiters stay for the writer to find."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().strip()


def _payer(payer: parts.Payer) -> x12.Party:
    return x12.Party("PR", last_name=_plain(payer.name), id_qualifier="PI", id=payer.id)


def _provider(role: str, provider: parts.Provider) -> x12.Party:
    if provider.person_name is not None and not provider.organization_name:
        party = _person(role, provider.person_name)
    else:
        party = x12.Party(role, last_name=_plain(provider.organization_name or ""))
    bills = role == "85"
    return party._replace(
        id_qualifier="XX" if provider.npi else "",
        id=provider.npi or "",
        # Only of the billing provider and of where care was given do payers take an address, of the first a tax number.
        address=_address(provider.address) if role in {"85", "77"} else None,
        taxonomy=(provider.taxonomy_code or "") if role in {"85", "82"} else "",
        references=(x12.Reference(provider.tax_id_kind or "EI", provider.tax_id),) if bills and provider.tax_id else (),
    )


def _other_providers(identity: parts.EncounterIdentity) -> Iterator[x12.Party]:
    billing = identity.billing_provider
    if identity.referring_provider is not None:
        yield _provider("DN", identity.referring_provider)
    # The guide names who rendered, and where, only where that is not who bills.
    if identity.rendering_provider is not None and identity.rendering_provider.npi != billing.npi:
        yield _provider("82", identity.rendering_provider)
    facility = identity.service_facility
    if facility is not None and (facility.npi != billing.npi or facility.address != billing.address):
        yield _provider("77", facility)
    if identity.supervising_provider is not None:
        yield _provider("DQ", identity.supervising_provider)


def _references(identity: parts.EncounterIdentity) -> tuple[x12.Reference, ...]:
    given = (
        ("9F", identity.referral_number),
        ("G1", identity.prior_authorization_number),
        ("X4", identity.clia_number),
        ("EA", identity.patient.medical_record_number),
    )
    return tuple(x12.Reference(qualifier, value) for qualifier, value in given if value)


def _other_coverage(content: BilledContent, place: int) -> x12.OtherCoverage:
    """Name another payer of the claim, that has decided nothing yet."""
    identity, financial = content.identity, content.financial
    membership, payer = identity.memberships[place], financial.payers[place]
    holder = identity.patient.name if membership.subscriber is None else membership.subscriber.name
    return x12.OtherCoverage(
        payer_responsibility_sequence=_SEQUENCES[place],
        patient_relationship=membership.relationship,
        group_number=membership.group_number or "",
        group_name="" if membership.group_number else membership.group_name or "",
        claim_filing_indicator=payer.claim_filing_indicator,
        assignment_of_benefits=financial.assignment_of_benefits,
        release_of_information=financial.release_of_information,
        subscriber=_person("IL", holder)._replace(id_qualifier="MI", id=membership.member_id),
        payer=_payer(payer),
    )


def _line(number: int, line: parts.ServiceLine, financial: parts.EncounterFinancial) -> x12.ServiceLine:
    last = line.service_date_to
    is_period = last is not None and last != line.service_date
    days = f"{_day(line.service_date)}-{_day(last)}" if is_period and last else _day(line.service_date)
    place = line.place_of_service or ""
    return x12.ServiceLine(
        number=str(number),
        procedure=x12.Procedure("HC", line.procedure_code, line.modifiers, line.description or ""),
        charge=x12.money_of_cents(line.charge_cents),
        unit=line.unit,
        quantity=x12.quantity_of(line.units),
        place_of_service=place if place != financial.place_of_service else "",
        diagnosis_pointers=line.diagnosis_pointers,
        dates=(x12.Dated("472", "RD8" if is_period else "D8", days),),
        references=(x12.Reference("6R", line.line_control_number),) if line.line_control_number else (),
        drug=_drug(line.drug),
    )


def _drug(drug: parts.DrugLine | None) -> x12.Drug | None:
    if drug is None:
        return None
    return x12.Drug(ndc=drug.ndc, quantity=x12.quantity_of(drug.quantity), unit=drug.unit)


def _address(address: parts.Address | None) -> x12.Address | None:
    if address is None:
        return None
    country = address.country or ""
    return x12.Address(
        line1=_plain(address.line1),
        line2=_plain(address.line2 or ""),
        city=_plain(address.city),
        state=address.state or "",
        postal_code=(address.zip or "").replace("-", ""),
        country="" if country in {"US", "USA"} else country,
    )


def _day(day: date) -> str:
    return day.strftime("%Y%m%d")


def claim_set(
    claims: Sequence[x12.Claim], *, submitter: x12.Party, receiver: x12.Party, reference: str
) -> x12.ClaimSet:
    """Return one transaction set; `reference` comes back in each 277CA for it."""
    return x12.ClaimSet(x12.ClaimsHeader(submitter=submitter, receiver=receiver, reference=reference), tuple(claims))
