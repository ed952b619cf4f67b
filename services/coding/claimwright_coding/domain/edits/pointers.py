"""Each line says which diagnoses it was for."""

from collections.abc import Iterator
from typing import Final

from claimwright.findings import Finding, Severity, at
from claimwright_coding.domain.code_sets import DatedCodes
from claimwright_coding.domain.content import Content

MOST_POINTERS: Final = 4
"""SV107 has four components."""


def pointers(content: Content, _codes: DatedCodes) -> Iterator[Finding]:
    """Yield findings for lines without a pointer, with too many, with one twice, or past the list of diagnoses.

    A diagnosis that no line points to is noted: it is legal, and often a slip.

    Source: 837 SV107.
    """
    count = len(content.clinical.diagnoses)
    used: set[int] = set()
    for index, line in enumerate(content.financial.lines):
        used.update(line.diagnosis_pointers)
        list_place = at(f"/lines/{index}/diagnosis_pointers")
        if not line.diagnosis_pointers:
            yield Finding(
                "coding.pointer_missing",
                "This line points to no diagnosis.",
                where=list_place,
                fix="Name the diagnosis that the service was for, counted from 1.",
            )
        if len(line.diagnosis_pointers) > MOST_POINTERS:
            yield Finding(
                "coding.pointers_too_many",
                "A line may point to four diagnoses at most.",
                where=list_place,
                fix="Keep the four that matter most.",
            )
        if len(set(line.diagnosis_pointers)) < len(line.diagnosis_pointers):
            yield Finding(
                "coding.pointer_repeated",
                "This line points to one diagnosis twice.",
                where=list_place,
                fix="Name each diagnosis once.",
            )
        for position, pointer in enumerate(line.diagnosis_pointers):
            if not 1 <= pointer <= count:
                yield Finding(
                    "coding.pointer_past_list",
                    "This pointer names a diagnosis that is not on the claim.",
                    where=at(f"/lines/{index}/diagnosis_pointers/{position}"),
                    fix="Point to a diagnosis of the list, counted from 1, or add the one that is missing.",
                )
    for place, _ in content.diagnosis_codes():
        if place not in used:
            yield Finding(
                "coding.diagnosis_unused",
                "No line points to this diagnosis.",
                Severity.NOTES,
                at(f"/diagnoses/{place - 1}"),
            )
