"""From a posted document to an encounter, or to everything that is wrong with it, at once.

Two readings meet here. The models tell what is wrong with each field; they say nothing of rules that span fields as
soon as one field is wrong. So those rules look at the document as it came, and take what they can use.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from claimwright.findings import Finding, at
from claimwright_intake.domain.encounter import MOST_DIAGNOSES, MOST_LINES, Encounter

_OF_PYDANTIC: Final[Mapping[str, Finding]] = {
    "missing": Finding("encounter.field_missing", "This field is needed.", fix="Add it."),
    "extra_forbidden": Finding(
        "encounter.field_unknown", "This field is not known here.", fix="Check its name, or leave it out."
    ),
    "string_type": Finding(
        "encounter.text_expected", "This has to be a text.", fix="Put the value in quotation marks."
    ),
    "string_too_short": Finding(
        "encounter.text_is_blank", "This text is blank.", fix="Fill it, or leave the field out."
    ),
    "string_too_long": Finding("encounter.text_too_long", "This text is too long for a claim.", fix="Shorten it."),
    "string_pattern_mismatch": Finding(
        "encounter.form_wrong", "This does not have the field's form.", fix="See the field's pattern."
    ),
    "int_type": Finding(
        "encounter.whole_number_expected", "This has to be a whole number.", fix="Give whole cents, in digits."
    ),
    "int_from_float": Finding(
        "encounter.whole_number_expected", "This has to be a whole number.", fix="Give whole cents, in digits."
    ),
    "bool_type": Finding(
        "encounter.true_or_false_expected", "This has to be true or false.", fix="Write it without quotation marks."
    ),
    "greater_than_equal": Finding(
        "encounter.number_too_small", "This number is too small.", fix="See the field's limits."
    ),
    "less_than_equal": Finding(
        "encounter.number_too_large", "This number is too large.", fix="See the field's limits."
    ),
    "literal_error": Finding(
        "encounter.choice_unknown", "The field does not take this value.", fix="See the field's list of values."
    ),
    "list_type": Finding("encounter.list_expected", "This has to be a list.", fix="Put it in square brackets."),
    "model_type": Finding("encounter.object_expected", "This has to be an object.", fix="Put its fields in braces."),
    "too_short": Finding("encounter.list_too_short", "This list needs at least one entry.", fix="Add one."),
    "too_long": Finding("encounter.list_too_long", "This list has too many entries.", fix="See the field's limits."),
}
"""What Pydantic's types of error are in our words; its own words may repeat what was posted."""

_OTHER: Final = Finding("encounter.value_wrong", "This value can't be taken.", fix="See the field's description.")

_SHOWABLE: Final = re.compile(r"[a-z][A-Za-z0-9_]{0,39}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Read:
    """What was read: the encounter, where nothing stops it, or what is wrong."""

    encounter: Encounter | None
    findings: tuple[Finding, ...] = ()


def read_encounter(document: object, *, today: date) -> Read:
    """Return the encounter that a document is, or all findings about it.

    Shape: `document` is JSON as Python has it. Findings are in the order of the document's fields.
    """
    try:
        encounter = Encounter.model_validate(_with_lines_that_fit(document), context={"today": today})
    except ValidationError as error:
        of_fields = [_finding(details) for details in error.errors(include_url=False, include_input=False)]
        of_document = list(_across_fields(document))
        return Read(None, _each_once([*of_fields, *of_document]))
    findings = tuple(_across_fields(document))
    return Read(None if findings else encounter, findings)


def _with_lines_that_fit(document: object) -> object:
    # Of a list that is too long the models would say that and nothing else; one line too many has a finding of its own.
    lines = document.get("lines") if isinstance(document, Mapping) else None
    if isinstance(document, Mapping) and isinstance(lines, list) and len(lines) > MOST_LINES:
        return {**document, "lines": lines[:MOST_LINES]}
    return document


def _each_once(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple({(finding.code, finding.where.pointer): finding for finding in findings}.values())


def _finding(details: ErrorDetails) -> Finding:
    kind = details["type"]
    where = at(_pointer(kind, details["loc"]))
    fix = details.get("ctx", {}).get("fix")
    if fix is not None:
        return Finding(kind, details["msg"], where=where, fix=fix)
    return replace(_OF_PYDANTIC.get(kind, _OTHER), where=where)


def _pointer(kind: str, location: tuple[int | str, ...]) -> str:
    steps = list(location)
    # The name of an unknown field is the partner's own text: it is shown only where it looks like a name.
    if kind == "extra_forbidden" and not _SHOWABLE.fullmatch(str(steps[-1])):
        steps.pop()
    return "".join(f"/{step}" for step in steps)


def _across_fields(document: object) -> Iterator[Finding]:
    """Yield findings about references and orders between fields, as far as the fields can be used at all."""
    if not isinstance(document, Mapping):
        return
    diagnoses = document.get("diagnoses")
    lines = document.get("lines")
    if not isinstance(lines, list):
        return
    if len(lines) > MOST_LINES:
        yield Finding(
            "encounter.lines_too_many",
            f"A claim holds {MOST_LINES} lines at most.",
            where=at("/lines"),
            fix="Send the rest as another encounter.",
        )
    count = len(diagnoses) if isinstance(diagnoses, list) else None
    for index, line in enumerate(lines):
        if isinstance(line, Mapping):
            yield from _of_line(line, f"/lines/{index}", count)


def _of_line(line: Mapping[str, Any], place: str, diagnosis_count: int | None) -> Iterator[Finding]:
    pointers = line.get("diagnosis_pointers")
    if isinstance(pointers, list) and diagnosis_count is not None:
        for index, pointer in enumerate(pointers):
            if type(pointer) is int and diagnosis_count < pointer <= MOST_DIAGNOSES:
                yield Finding(
                    "encounter.pointer_past_list",
                    "This pointer names a diagnosis that is not in the list.",
                    where=at(f"{place}/diagnosis_pointers/{index}"),
                    fix="Point to a diagnosis of the list, counted from 1, or add the one that is missing.",
                )
    first, last = line.get("service_date"), line.get("service_date_to")
    # ISO days sort as text, so that nothing has to be parsed twice.
    if isinstance(first, str) and isinstance(last, str) and last < first:
        yield Finding(
            "encounter.days_reversed",
            "The last day of service lies before the first.",
            where=at(f"{place}/service_date_to"),
            fix="Exchange the two days, or mend the wrong one.",
        )
