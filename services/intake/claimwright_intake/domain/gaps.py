"""What a well-formed encounter lacks, or says in two ways, before it can be billed: each gap with whom to ask.

One rule, one function. A gap refuses nothing: the encounter is kept, and waits.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

from claimwright.events.intake import Gap
from claimwright_intake.domain.encounter import Address, Encounter, Provider

SELF: Final = "18"
MEDICAID: Final = "MC"
AUTOMOBILE: Final = "AA"
ANSWER_DAYS: Final = 3
"""How long a named party has to answer a gap before somebody asks again; our own choice."""

Rule = Callable[[Encounter], Iterator[Gap]]


def gaps_of(encounter: Encounter) -> tuple[Gap, ...]:
    """Return everything that keeps an encounter from being billed."""
    return tuple(gap for each in RULES for gap in each(encounter))


def answer_due_at(now: datetime) -> datetime:
    """Return by when the gaps found now should be answered."""
    return now + timedelta(days=ANSWER_DAYS)


def _partner(code: str, pointer: str) -> Gap:
    return Gap(code=code, pointer=pointer, ask="partner")


def _patient(code: str, pointer: str) -> Gap:
    return Gap(code=code, pointer=pointer, ask="patient")


def _coverage(encounter: Encounter) -> Iterator[Gap]:
    """Somebody has to pay. Until the patient side exists, nobody is billed without a coverage."""
    if not encounter.coverages:
        yield _patient("coverage.none", "/coverages")
    for index, coverage in enumerate(encounter.coverages):
        if coverage.member_id is None:
            yield _patient("coverage.member_id_missing", f"/coverages/{index}/member_id")


def _coverage_twice(encounter: Encounter) -> Iterator[Gap]:
    seen: set[tuple[str, str | None]] = set()
    for index, coverage in enumerate(encounter.coverages):
        policy = (coverage.payer.id, coverage.member_id)
        if coverage.member_id is not None and policy in seen:
            yield _partner("coverage.repeated", f"/coverages/{index}")
        seen.add(policy)


def _subscriber(encounter: Encounter) -> Iterator[Gap]:
    """A policy is the patient's own or somebody's who is named; both at once is a contradiction."""
    for index, coverage in enumerate(encounter.coverages):
        place = f"/coverages/{index}/subscriber"
        if coverage.relationship == SELF:
            if coverage.subscriber is not None and coverage.subscriber.name != encounter.patient.name:
                yield _partner("subscriber.not_the_patient", place)
            continue
        if coverage.subscriber is None:
            yield _partner("subscriber.missing", place)
            continue
        if coverage.subscriber.birth_date is None:
            yield _patient("subscriber.birth_date_missing", f"{place}/birth_date")
        if coverage.subscriber.address is None:
            yield _patient("subscriber.address_missing", f"{place}/address")


def _patient_address(encounter: Encounter) -> Iterator[Gap]:
    """The patient's address stands in 2010BA or 2010CA, whoever the subscriber is."""
    if encounter.patient.address is None:
        yield _patient("patient.address_missing", "/patient/address")
    else:
        yield from _incomplete_address(encounter.patient.address, "/patient/address", _patient)


def _incomplete_address(address: Address, place: str, ask: Callable[[str, str], Gap]) -> Iterator[Gap]:
    if address.country not in {None, "US"}:
        return
    if address.state is None:
        yield ask("address.state_missing", f"{place}/state")
    if address.zip is None:
        yield ask("address.zip_missing", f"{place}/zip")


def _birth_and_service(encounter: Encounter) -> Iterator[Gap]:
    for index, line in enumerate(encounter.lines):
        if line.service_date < encounter.patient.birth_date:
            yield _partner("patient.born_after_service", f"/lines/{index}/service_date")


def _billing_provider(encounter: Encounter) -> Iterator[Gap]:
    """Loop 2010AA: name, NPI, tax id, and a street address with nine digits of ZIP."""
    provider, place = encounter.billing_provider, "/billing_provider"
    yield from _named(provider, place)
    if provider.tax_id is None:
        yield _partner("provider.tax_id_missing", f"{place}/tax_id")
    if provider.address is None:
        yield _partner("provider.address_missing", f"{place}/address")
        return
    yield from _place_of_business(provider.address, f"{place}/address")
    if _is_post_box(provider.address):
        yield _partner("provider.address_is_post_box", f"{place}/address/line1")


def _named(provider: Provider, place: str) -> Iterator[Gap]:
    if provider.organization_name is None and provider.person_name is None:
        yield _partner("provider.name_missing", place)
    if provider.organization_name is not None and provider.person_name is not None:
        yield _partner("provider.named_twice", place)
    if provider.npi is None:
        yield _partner("provider.npi_missing", f"{place}/npi")


def _place_of_business(address: Address, place: str) -> Iterator[Gap]:
    yield from _incomplete_address(address, place, _partner)
    # X12 wants all nine digits for 2010AA and 2310C; 0000 and 9999 are fillers that payers refuse.
    if address.zip is not None and (len(address.zip) != 9 or address.zip[5:] in {"0000", "9999"}):
        yield _partner("address.zip_needs_nine_digits", f"{place}/zip")


def _is_post_box(address: Address) -> bool:
    words = address.line1.upper().replace(".", "").replace(" ", "")
    return words.startswith(("POBOX", "POSTOFFICEBOX", "LOCKBOX"))


def _taxonomy(encounter: Encounter) -> Iterator[Gap]:
    """Medicaid plans adjudicate by the billing provider's taxonomy; others rarely ask for it."""
    first = encounter.coverages[0] if encounter.coverages else None
    if first and first.payer.claim_filing_indicator == MEDICAID and encounter.billing_provider.taxonomy_code is None:
        yield _partner("provider.taxonomy_missing", "/billing_provider/taxonomy_code")


def _other_providers(encounter: Encounter) -> Iterator[Gap]:
    others: tuple[tuple[str, Provider | None], ...] = (
        ("rendering_provider", encounter.rendering_provider),
        ("referring_provider", encounter.referring_provider),
        ("supervising_provider", encounter.supervising_provider),
    )
    for name, provider in others:
        if provider is not None:
            yield from _named(provider, f"/{name}")


def _service_facility(encounter: Encounter) -> Iterator[Gap]:
    facility, place = encounter.service_facility, "/service_facility"
    if facility is None:
        return
    if facility.organization_name is None:
        yield _partner("provider.name_missing", place)
    if facility.address is None:
        yield _partner("provider.address_missing", f"{place}/address")
    else:
        yield from _place_of_business(facility.address, f"{place}/address")


def _accident(encounter: Encounter) -> Iterator[Gap]:
    """CLM11 and DTP*439."""
    accident = encounter.accident
    if accident is None:
        return
    if accident.date is None:
        yield _patient("accident.date_missing", "/accident/date")
    elif accident.date > max(line.service_date_to or line.service_date for line in encounter.lines):
        yield _partner("accident.after_service", "/accident/date")
    if accident.cause == AUTOMOBILE and accident.state is None:
        yield _patient("accident.state_missing", "/accident/state")


def _sums(encounter: Encounter) -> Iterator[Gap]:
    total = encounter.lines_charge_cents
    if encounter.charge_cents is not None and encounter.charge_cents != total:
        yield _partner("charge.not_the_sum_of_lines", "/charge_cents")
    if encounter.patient_paid_cents > total:
        yield _partner("charge.patient_paid_more", "/patient_paid_cents")
    for index, line in enumerate(encounter.lines):
        if line.charge_cents == 0:
            yield _partner("charge.zero", f"/lines/{index}/charge_cents")


def _referral(encounter: Encounter) -> Iterator[Gap]:
    """A referral number without who referred says half of it."""
    if encounter.referral_number is not None and encounter.referring_provider is None:
        yield _partner("referral.provider_missing", "/referring_provider")


RULES: Final[tuple[Rule, ...]] = (
    _coverage,
    _coverage_twice,
    _subscriber,
    _patient_address,
    _birth_and_service,
    _billing_provider,
    _taxonomy,
    _other_providers,
    _service_facility,
    _referral,
    _accident,
    _sums,
)

SAYS: Final[dict[str, str]] = {
    "coverage.none": "No coverage is named.",
    "coverage.member_id_missing": "The member id is missing.",
    "coverage.repeated": "This coverage stands in the list already.",
    "subscriber.missing": "The patient is not the subscriber, and the subscriber is not named.",
    "subscriber.not_the_patient": "The relationship says self, and the subscriber has another name than the patient.",
    "subscriber.birth_date_missing": "The subscriber's birth date is missing.",
    "subscriber.address_missing": "The subscriber's address is missing.",
    "patient.address_missing": "The patient's address is missing.",
    "patient.born_after_service": "The day of service lies before the patient's birth date.",
    "address.state_missing": "The state is missing.",
    "address.zip_missing": "The ZIP code is missing.",
    "address.zip_needs_nine_digits": "The ZIP code of a place of business needs all nine digits, not a filler.",
    "provider.name_missing": "The provider's name is missing.",
    "provider.named_twice": "The provider is named both as an organization and as a person.",
    "provider.npi_missing": "The provider's national provider identifier is missing.",
    "provider.tax_id_missing": "The billing provider's tax id is missing.",
    "provider.address_missing": "The provider's address is missing.",
    "provider.address_is_post_box": "The billing provider's address is a post box; payers want the street.",
    "provider.taxonomy_missing": "The first payer is a Medicaid plan, and the billing provider's taxonomy is missing.",
    "referral.provider_missing": "There is a referral number, and nobody who referred.",
    "accident.date_missing": "The day of the accident is missing.",
    "accident.after_service": "The accident lies after the last day of service.",
    "accident.state_missing": "The state of the automobile accident is missing.",
    "charge.not_the_sum_of_lines": "The total is not the sum of the lines.",
    "charge.patient_paid_more": "The patient paid more than all lines cost.",
    "charge.zero": "The line has no charge.",
}
"""A gap's code in plain words, for people; events carry the code alone."""
