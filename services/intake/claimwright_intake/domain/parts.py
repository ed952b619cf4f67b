"""An encounter in the parts that are sealed apart, for a column and for an event.

Columns keep the partner's document, split by purpose and without loss; events carry the values of
`claimwright.events.parts`.
"""

import json
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic_core import to_json

from claimwright.events import parts
from claimwright.events.envelope import Part, Purpose
from claimwright_intake.domain.encounter import Accident, Coverage, Encounter, Provider

_PartT = TypeVar("_PartT", bound=Part)

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
    """Return the document's members by the purpose they are read for, each as JSON."""
    coverages = document.get("coverages")
    identity = {name: value for name, value in document.items() if name not in {*_CLINICAL, *_FINANCIAL, "coverages"}}
    financial = {name: document[name] for name in _FINANCIAL if name in document}
    if coverages is not None:
        identity["coverages"] = [{k: v for k, v in coverage.items() if k != "payer"} for coverage in coverages]
        financial["payers"] = [coverage["payer"] for coverage in coverages]
    clinical = {name: document[name] for name in _CLINICAL if name in document}
    return {
        Purpose.IDENTITY: to_json(identity),
        Purpose.CLINICAL: to_json(clinical),
        Purpose.FINANCIAL: to_json(financial),
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


def event_parts(encounter: Encounter) -> EventParts:
    """Return an encounter as its events carry it. What an incomplete encounter lacks is empty there."""
    return EventParts(
        identity=_read(
            parts.EncounterIdentity,
            {
                "external_id": encounter.external_id,
                "patient": encounter.patient,
                "memberships": [_membership(coverage) for coverage in encounter.coverages],
                "billing_provider": _provider(encounter.billing_provider),
                "rendering_provider": _provider_if_any(encounter.rendering_provider),
                "referring_provider": _provider_if_any(encounter.referring_provider),
                "supervising_provider": _provider_if_any(encounter.supervising_provider),
                "service_facility": _provider_if_any(encounter.service_facility),
                "prior_authorization_number": encounter.prior_authorization_number,
                "referral_number": encounter.referral_number,
                "clia_number": encounter.clia_number,
            },
        ),
        clinical=_read(
            parts.EncounterClinical,
            {
                "diagnoses": encounter.diagnoses,
                "icd11": encounter.icd11,
                "accident": _accident(encounter.accident),
                "notes": encounter.notes,
            },
        ),
        financial=_read(
            parts.EncounterFinancial,
            {
                "payers": [coverage.payer for coverage in encounter.coverages],
                "place_of_service": encounter.place_of_service,
                "lines": encounter.lines,
                "accept_assignment": encounter.flags.accept_assignment,
                "assignment_of_benefits": encounter.flags.assignment_of_benefits,
                "release_of_information": encounter.flags.release_of_information,
                "signature_on_file": encounter.flags.signature_on_file,
                "patient_paid_cents": encounter.patient_paid_cents,
            },
        ),
    )


def _read(part: type[_PartT], content: dict[str, object]) -> _PartT:
    """Return a part of values of the encounter's own models, all read at once by their names."""
    return part.model_validate(content, from_attributes=True)


def _membership(coverage: Coverage) -> dict[str, object]:
    return {
        "member_id": coverage.member_id or "",
        "group_number": coverage.group_number,
        "group_name": coverage.group_name,
        "relationship": coverage.relationship,
        "subscriber": coverage.subscriber,
    }


def _provider(provider: Provider) -> object:
    # The kind of the tax id is said only where there is one.
    kind = (provider.tax_id_kind or "EI") if provider.tax_id else None
    return provider if provider.tax_id_kind == kind else vars(provider) | {"tax_id_kind": kind}


def _provider_if_any(provider: Provider | None) -> object:
    return None if provider is None else _provider(provider)


def _accident(accident: Accident | None) -> Accident | None:
    return None if accident is None or accident.date is None else accident
