"""Which numbers may stand in the clear: our own. Any other may be a person's, and stays in the sealed file."""

import json
from dataclasses import replace

from claimwright import control_numbers
from claimwright_remittance.domain.remits.remittance import Place, RemitClaim


def ours(number: str) -> str | None:
    """Return a patient control number that has the form of ours, and None for any other."""
    return number if control_numbers.is_valid(number) else None


def without_foreign_numbers(claim: RemitClaim) -> RemitClaim:
    """Return a remit claim with empty texts where its claim's or its lines' numbers can't be ours."""
    number = ours(claim.patient_control_number) or ""
    are_ours = all(control_numbers.claim_and_place(line.line_control_number) is not None for line in claim.lines)
    if are_ours and number == claim.patient_control_number:
        return claim
    lines = tuple(
        line
        if control_numbers.claim_and_place(line.line_control_number) is not None
        else replace(line, line_control_number="")
        for line in claim.lines
    )
    return replace(claim, patient_control_number=number, lines=lines)


def number_at(content: bytes, place: Place) -> str:
    """Return the patient control number that a file says at the place of a CLP, or of a claim entered by hand."""
    segment = content[place.byte_start : place.byte_end].lstrip()
    if segment.startswith(b"{"):
        return str(json.loads(segment)["patient_control_number"])
    delimiter = segment[3:4]
    return segment.split(delimiter, 2)[1].decode(errors="replace").strip() if delimiter else ""
