"""What rules ask of a dental claim: predeterminations, appliances, teeth and their surfaces."""

from __future__ import annotations

from claimwright.x12.models.claims import Claim, ServiceLine


def is_predetermination(claim: Claim) -> bool:
    return claim.submission_reason == "PB"


def places_appliance(claim: Claim) -> bool:
    """Tell whether the claim is of an appliance, which has a day of its own."""
    return claim.dated("452") is not None or any(each.qualifier == "452" for line in claim.lines for each in line.dates)


def repeats_day(claim: Claim, line: ServiceLine) -> bool:
    of_claim, of_line = claim.dated("472"), line.service_date
    return of_claim is not None and of_line is not None and of_claim.text == of_line.text


def replaces(line: ServiceLine) -> bool:
    return line.prosthesis == "R"


def was_placed(line: ServiceLine) -> bool:
    return any(each.qualifier == "441" for each in line.dates)


def repeats_tooth(line: ServiceLine) -> bool:
    teeth = [each[0] for each in line.teeth if each]
    return len(set(teeth)) < len(teeth)


def repeats_surface(line: ServiceLine) -> bool:
    return any(len(set(surfaces)) < len(surfaces) for _, *surfaces in filter(None, line.teeth))
