"""An encounter in the parts that are sealed apart, for a column and for an event.

Columns keep the partner's document, split by purpose and without loss; events carry the values of
`claimwright.events.parts`.
"""

import json
from dataclasses import dataclass
from typing import Any, Final

from claimwright.events import parts
from claimwright.events.envelope import Part, Purpose
from claimwright_intake.domain.encounter import Accident, Coverage, Encounter, Provider, ServiceLine

_CLINICAL: Final[tuple[str, ...]] = ("diagnoses", "icd11", "accident", "notes")
_FINANCIAL: Final[tuple[str, ...]] = ("place_of_service", "lines", "charge_cents", "patient_paid_cents", "flags")


@dataclass(frozen=True, slots=True)
class EventParts:
    """What an event about an encounter carries sealed."""

    identity: parts.EncounterIdentity
    clinical: parts.EncounterClinical
    financial: parts.EncounterFinancial

    @property
    def all(self) -> tuple[Part, ...]:
        """Return every part."""
        return self.identity, self.clinical, self.financial


def document_of(encounter: Encounter) -> dict[str, Any]:
    """Return the document as JSON data, with the fields that the partner gave and no others."""
    return encounter.model_dump(mode="json", exclude_unset=True)


def split_document(document: dict[str, Any]) -> dict[Purpose, bytes]:
    """Return the document's members by the purpose they are read for, each as canonical JSON."""
    coverages = document.get("coverages")
    identity = {name: value for name, value in document.items() if name not in {*_CLINICAL, *_FINANCIAL, "coverages"}}
    financial = {name: document[name] for name in _FINANCIAL if name in document}
    if coverages is not None:
        identity["coverages"] = [{k: v for k, v in coverage.items() if k != "payer"} for coverage in coverages]
        financial["payers"] = [coverage["payer"] for coverage in coverages]
    clinical = {name: document[name] for name in _CLINICAL if name in document}
    return {
        Purpose.IDENTITY: _bytes_of(identity),
        Purpose.CLINICAL: _bytes_of(clinical),
        Purpose.FINANCIAL: _bytes_of(financial),
    }


def join_document(split: dict[Purpose, bytes]) -> dict[str, Any]:
    """Return the document that `split_document` took apart."""
    identity, clinical, financial = (
        json.loads(split[purpose]) for purpose in (Purpose.IDENTITY, Purpose.CLINICAL, Purpose.FINANCIAL)
    )
    payers = financial.pop("payers", [])
    if "coverages" in identity:
        identity["coverages"] = [
            {"payer": payer, **coverage} for payer, coverage in zip(payers, identity["coverages"], strict=True)
        ]
    return {**identity, **clinical, **financial}


_CANONICAL: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, sort_keys=True)


def _bytes_of(value: dict[str, Any]) -> bytes:
    return _CANONICAL.encode(value).encode()


def event_parts(encounter: Encounter) -> EventParts:
    """Return an encounter as its events carry it. What an incomplete encounter lacks is empty there."""
    return EventParts(
        identity=parts.EncounterIdentity(
            external_id=encounter.external_id,
            patient=parts.Patient.model_validate(encounter.patient.model_dump()),
            memberships=tuple(_membership(coverage) for coverage in encounter.coverages),
            billing_provider=_provider(encounter.billing_provider),
            rendering_provider=_provider_if_any(encounter.rendering_provider),
            referring_provider=_provider_if_any(encounter.referring_provider),
            supervising_provider=_provider_if_any(encounter.supervising_provider),
            service_facility=_provider_if_any(encounter.service_facility),
            prior_authorization_number=encounter.prior_authorization_number,
            referral_number=encounter.referral_number,
            clia_number=encounter.clia_number,
        ),
        clinical=parts.EncounterClinical(
            diagnoses=tuple(parts.Diagnosis(code=diagnosis.code) for diagnosis in encounter.diagnoses),
            icd11=tuple(parts.Icd11Entry(code=entry.code, release=entry.release) for entry in encounter.icd11),
            accident=_accident(encounter.accident),
            notes=tuple(encounter.notes),
        ),
        financial=parts.EncounterFinancial(
            payers=tuple(parts.Payer.model_validate(coverage.payer.model_dump()) for coverage in encounter.coverages),
            place_of_service=encounter.place_of_service,
            lines=tuple(_line(line) for line in encounter.lines),
            accept_assignment=encounter.flags.accept_assignment,
            assignment_of_benefits=encounter.flags.assignment_of_benefits,
            release_of_information=encounter.flags.release_of_information,
            signature_on_file=encounter.flags.signature_on_file,
            patient_paid_cents=encounter.patient_paid_cents,
        ),
    )


def _membership(coverage: Coverage) -> parts.Membership:
    return parts.Membership(
        member_id=coverage.member_id or "",
        group_number=coverage.group_number,
        group_name=coverage.group_name,
        relationship=coverage.relationship,
        subscriber=parts.Subscriber.model_validate(coverage.subscriber.model_dump()) if coverage.subscriber else None,
    )


def _provider(provider: Provider) -> parts.Provider:
    # The kind of the tax id is said only where there is one.
    kind = (provider.tax_id_kind or "EI") if provider.tax_id else None
    return parts.Provider.model_validate({**provider.model_dump(), "tax_id_kind": kind})


def _provider_if_any(provider: Provider | None) -> parts.Provider | None:
    return None if provider is None else _provider(provider)


def _accident(accident: Accident | None) -> parts.Accident | None:
    if accident is None or accident.date is None:
        return None
    return parts.Accident(cause=accident.cause, state=accident.state, date=accident.date)


def _line(line: ServiceLine) -> parts.ServiceLine:
    return parts.ServiceLine.model_validate(line.model_dump())
