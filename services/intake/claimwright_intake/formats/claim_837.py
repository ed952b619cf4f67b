"""One claim of an 837P as the encounter that a partner would have posted, with what the mapping can't take.

Values go over as the file has them, wrong ones too: `domain.reading` judges both roads alike. Only what an encounter
has no field for is judged here.

Source: 005010X222A2; docs/domain/vocabulary.md ties fields to elements.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from claimwright.findings import Finding, Place, Severity
from claimwright.money import TooManyDecimals
from claimwright.x12.models import claims as x12
from claimwright.x12.models.values import Address, Dated, Money, Party, Quantity, day

_SELF: Final = "18"
_NPI: Final = "XX"
_TAX_ID_KINDS: Final = {"24": "EI", "34": "SY"}
"""4010 put the tax id where 5010 has the NPI."""
_CORRECTIONS: Final = frozenset({"6", "7", "8"})
_ACCIDENTS: Final = ("AA", "EM", "OA")
_PAYER_ORDER: Final = "PSTABCDEFGH"
_OTHER_PAYER_PAID: Final = "D"
_PATIENT_PAID: Final = "F5"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a claim became: the encounter as JSON data, and findings about what it could not take."""

    document: Json
    findings: tuple[Finding, ...]


def map_claim(claim: x12.Claim, *, kind: str, external_id: str) -> Mapped:
    """Return one claim as an encounter document.

    Shape: `kind` is P, I or D, or empty where the file does not tell; then it is taken as P.
    """
    document: Json = {
        "external_id": external_id,
        "patient": _patient(claim),
        "coverages": [coverage for _, coverage in sorted(_coverages(claim), key=lambda pair: pair[0])],
        "billing_provider": _provider(claim.billing.party),
        **_providers(claim),
        "prior_authorization_number": claim.prior_authorization,
        "referral_number": claim.referral_number,
        "clia_number": claim.clia_number,
        "diagnoses": [{"code": diagnosis.code} for diagnosis in claim.diagnoses],
        "accident": _accident(claim),
        "notes": [note.text for note in _notes(claim) if note.text.strip()],
        "place_of_service": claim.place_of_service,
        "lines": [_line(line) for line in claim.lines],
        "charge_cents": _cents(claim.charge),
        "patient_paid_cents": _amount(claim, _PATIENT_PAID),
        "flags": _flags(claim),
    }
    return Mapped(_without_empty(document), tuple(_what_does_not_fit(claim, kind)))


def _what_does_not_fit(claim: x12.Claim, kind: str) -> Iterator[Finding]:
    where = place_of(claim)
    if kind in {"I", "D"}:
        yield Finding(
            "file.claim_kind_not_taken",
            "This is an institutional or dental claim.",
            where=where,
            fix="Send professional claims (837P) here.",
        )
    if claim.claim_frequency_code in _CORRECTIONS:
        yield Finding(
            "file.claim_is_correction",
            "This claim replaces or voids an earlier one.",
            where=where,
            fix="Amend the encounter of the earlier claim instead.",
        )
    elif claim.claim_frequency_code != "1":
        yield Finding(
            "file.frequency_unknown",
            "The claim's frequency is neither original nor correction; it was taken as an original.",
            Severity.NOTES,
            where,
        )
    if any(other.adjustments or _has_paid(other) for other in claim.other_coverages) or any(
        line.adjudications for line in claim.lines
    ):
        yield Finding(
            "file.other_payer_has_decided",
            "Another payer's decision comes with this claim, and decisions are taken from remittances only.",
            where=where,
            fix="Send the encounter before its first payer decides, and the payer's 835 to remittance.",
        )


def place_of(claim: x12.Claim) -> Place:
    """Return where a claim stands in its file."""
    return Place(
        segment=claim.span.first_segment,
        segment_id="CLM",
        byte_start=claim.span.byte_start,
        byte_end=claim.span.byte_end,
    )


def _has_paid(other: x12.OtherCoverage) -> bool:
    return any(amount.qualifier == _OTHER_PAYER_PAID for amount in other.amounts)


def _patient(claim: x12.Claim) -> Json:
    party = claim.patient_party
    return {
        "name": _name(party),
        "birth_date": _iso(party.birth_date),
        "sex": party.gender,
        "address": _address(party.address),
        "phone": _phone(party),
        "medical_record_number": claim.medical_record_number,
    }


def _coverages(claim: x12.Claim) -> Iterator[tuple[int, Json]]:
    subscriber = claim.subscriber
    yield (
        _order_of(subscriber.payer_responsibility_sequence),
        {
            "payer": _payer(subscriber.payer, subscriber.claim_filing_indicator),
            "member_id": subscriber.party.id,
            "group_number": subscriber.group_number,
            "group_name": subscriber.group_name,
            "relationship": claim.patient.relationship if claim.patient else _SELF,
            "subscriber": _subscriber(subscriber.party) if claim.patient else None,
        },
    )
    for other in claim.other_coverages:
        is_self = other.patient_relationship in {"", _SELF}
        yield (
            _order_of(other.payer_responsibility_sequence),
            {
                "payer": _payer(other.payer, other.claim_filing_indicator),
                "member_id": other.subscriber.id,
                "group_number": other.group_number,
                "group_name": other.group_name,
                "relationship": other.patient_relationship or _SELF,
                "subscriber": None if is_self else _subscriber(other.subscriber),
            },
        )


def _order_of(sequence: str) -> int:
    return _PAYER_ORDER.find(sequence) if sequence and sequence in _PAYER_ORDER else len(_PAYER_ORDER)


def _payer(party: Party, claim_filing_indicator: str) -> Json:
    return {"id": party.id, "name": party.last_name, "claim_filing_indicator": claim_filing_indicator}


def _subscriber(party: Party) -> Json:
    return {
        "name": _name(party),
        "birth_date": _iso(party.birth_date),
        "sex": party.gender,
        "address": _address(party.address),
    }


def _providers(claim: x12.Claim) -> Json:
    named = {
        "rendering_provider": claim.rendering_provider,
        "referring_provider": claim.referring_provider,
        "supervising_provider": claim.supervising_provider,
        "service_facility": claim.service_facility,
    }
    return {name: _provider(party) for name, party in named.items() if party is not None}


def _provider(party: Party) -> Json:
    kind, tax_id = _tax_id(party)
    return {
        "npi": party.id if party.id_qualifier == _NPI else None,
        "organization_name": party.last_name if party.kind == "2" else None,
        "person_name": _name(party) if party.kind != "2" else None,
        "tax_id": _digits(tax_id),
        "tax_id_kind": kind if tax_id else None,
        "taxonomy_code": party.taxonomy,
        "address": _address(party.address),
        "phone": _phone(party),
    }


def _tax_id(party: Party) -> tuple[str, str]:
    for kind in ("EI", "SY"):
        if value := party.reference(kind):
            return kind, value
    kind = _TAX_ID_KINDS.get(party.id_qualifier, "")
    return kind, party.id if kind else ""


def _name(party: Party) -> Json:
    return {
        "last": party.last_name,
        "first": party.first_name,
        "middle": party.middle_name,
        "suffix": party.suffix,
    }


def _address(address: Address | None) -> Json | None:
    if address is None:
        return None
    return {
        "line1": address.line1,
        "line2": address.line2,
        "city": address.city,
        "state": address.state,
        "zip": address.postal_code.replace("-", ""),
        "country": address.country,
    }


def _phone(party: Party) -> str:
    numbers = [number for contact in party.contacts for qualifier, number in contact.numbers if qualifier == "TE"]
    return _digits(numbers[0]) if numbers else ""


def _accident(claim: x12.Claim) -> Json | None:
    cause = next((cause for cause in claim.accident_causes if cause in _ACCIDENTS), None)
    if cause is None:
        return None
    return {"cause": cause, "state": claim.accident_state, "date": _first_day(claim.dated("439"))}


def _notes(claim: x12.Claim) -> Iterator[x12.Note]:
    yield from claim.notes
    for line in claim.lines:
        yield from line.notes


def _line(line: x12.ServiceLine) -> Json:
    dated = line.service_date
    first, last = _first_day(dated), _last_day(dated)
    return {
        "procedure_code": line.procedure.code,
        "modifiers": [modifier for modifier in line.procedure.modifiers if modifier],
        "description": line.procedure.description,
        "charge_cents": _cents(line.charge),
        "unit": line.unit,
        "units": _units(line.quantity),
        "diagnosis_pointers": list(line.diagnosis_pointers),
        "service_date": first,
        "service_date_to": last if last != first else None,
        "place_of_service": line.place_of_service,
        "drug": _drug(line.drug),
    }


def _drug(drug: x12.Drug | None) -> Json | None:
    if drug is None:
        return None
    return {"ndc": drug.ndc, "quantity": _units(drug.quantity), "unit": drug.unit}


def _flags(claim: x12.Claim) -> Json:
    return {
        "accept_assignment": claim.accept_assignment,
        "assignment_of_benefits": claim.assignment_of_benefits,
        "release_of_information": claim.release_of_information,
        "signature_on_file": {"Y": True, "N": False}.get(claim.signature_on_file),
    }


def _amount(claim: x12.Claim, qualifier: str) -> int | str | None:
    amounts = [amount.amount for amount in claim.amounts if amount.qualifier == qualifier]
    return _cents(amounts[0]) if amounts else None


def _cents(amount: Money) -> int | str | None:
    """Return whole cents; the text where it is no amount in whole cents, so that the field has its finding."""
    if not amount.text:
        return None
    try:
        return amount.cents
    except TooManyDecimals:
        return amount.text


def _units(quantity: Quantity) -> str | None:
    # As X12 writes it a half is `.5`, and an encounter writes `0.5`.
    return re.sub(r"^\.", "0.", quantity.text) or None


def _iso(text: str) -> str:
    """Return a day in ISO form; the text as it is where it is no day, so that the field has its finding."""
    found = day(text)
    return found.isoformat() if found else text


def _first_day(dated: Dated | None) -> str | None:
    if dated is None:
        return None
    return dated.first_day.isoformat() if dated.first_day else dated.text


def _last_day(dated: Dated | None) -> str | None:
    if dated is None:
        return None
    return dated.last_day.isoformat() if dated.last_day else dated.text


def _digits(text: str) -> str:
    """Return an identifier without the hyphens, blanks and brackets that people write into it."""
    return re.sub(r"[-\s().]", "", text)


def _without_empty(value: Any) -> Any:
    """Return the document without members that the file left empty; lists keep their places."""
    if isinstance(value, dict):
        kept = {name: _without_empty(member) for name, member in value.items()}
        return {name: member for name, member in kept.items() if member not in (None, "", {}, [])}
    if isinstance(value, list):
        return [_without_empty(member) for member in value]
    return value
