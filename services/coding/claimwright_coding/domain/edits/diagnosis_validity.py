"""A diagnosis is a billable ICD-10-CM code on each day it is used.

The shape is tested loosely and the list decides: patterns from before 2025 refuse real codes such as U07.1.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from claimwright.findings import Finding, Severity, at
from claimwright_coding.domain.code_sets import DatedCodes, Standing
from claimwright_coding.domain.content import Content

_SHAPE: Final = re.compile(r"[A-Z][0-9A-Z]{2,6}", re.ASCII)
_ICD9_SHAPE: Final = re.compile(r"[0-9]{3,5}|V[0-9]{2,4}|E[89][0-9]{2,3}", re.ASCII)
_ICD11_SHAPE: Final = re.compile(r"[0-9A-HJ-NP-Z][A-HJ-NP-Z][0-9][0-9A-HJ-NP-Z]{1,3}", re.ASCII)

_ICD9: Final = Finding(
    "coding.diagnosis_icd9",
    "This is an ICD-9 code, and claims for services since 2015-10-01 take ICD-10-CM.",
    fix="Give the ICD-10-CM code for the same condition.",
)
_ICD11: Final = Finding(
    "coding.diagnosis_icd11",
    "This is an ICD-11 code, and claims in the United States take ICD-10-CM.",
    fix="Give the ICD-10-CM code here; the ICD-11 code may stand in `icd11` beside it.",
)
_FORM: Final = Finding(
    "coding.diagnosis_form",
    "This does not have the form of an ICD-10-CM code: a letter and two to six letters or digits.",
    fix="Check the code for a typing error.",
)
_UNKNOWN: Final = Finding(
    "coding.diagnosis_unknown",
    "This code is not in ICD-10-CM.",
    fix="Check the code for a typing error, or choose another.",
)
_NOT_BILLABLE: Final = Finding(
    "coding.diagnosis_not_billable",
    "This code is a heading: it needs more characters to say the condition exactly.",
    fix="Give the full code, with every character that the condition needs.",
)
_ENDED: Final = Finding(
    "coding.diagnosis_ended",
    "This code ended before the day of service.",
    fix="Give the code that replaced it, or mend the day of service.",
)
_NOT_YET_VALID: Final = Finding(
    "coding.diagnosis_not_yet_valid",
    "This code begins after the day of service.",
    fix="Give the code that was in force on that day, or mend the day of service.",
)
_RELEASE_GAP: Final = Finding(
    "coding.diagnosis_release_gap",
    "The day of service lies behind the last day that the loaded code set knows, so this code was not checked.",
    Severity.WARNS,
    fix="Install a newer release of the code set.",
)

_WHAT_IT_IS: Final = {
    Standing.UNKNOWN: _UNKNOWN,
    Standing.HEADER: _NOT_BILLABLE,
    Standing.ENDED: _ENDED,
    Standing.NOT_YET: _NOT_YET_VALID,
    Standing.BEYOND_RELEASE: _RELEASE_GAP,
}


def diagnosis_validity(content: Content, codes: DatedCodes) -> Iterator[Finding]:
    """Yield one finding for each diagnosis that is not good on every day it is used.

    Source: the code set itself; a pattern alone refuses real codes and takes false ones.
    """
    for place, code in content.diagnosis_codes():
        wrong = _what_is_wrong(code, content.days_of_diagnosis(place), codes)
        if wrong is not None:
            yield replace(wrong, where=at(f"/diagnoses/{place - 1}/code"))


def _what_is_wrong(code: str, days: list[date], codes: DatedCodes) -> Finding | None:
    standings = [codes.judge(code, day).standing for day in days]
    worst = next((standing for standing in standings if standing is not Standing.GOOD), None)
    if worst is None:
        return None
    if worst is Standing.UNKNOWN:
        # Only what the list does not know is asked what else it may be: V and E begin codes of either revision.
        if _ICD9_SHAPE.fullmatch(code):
            return _ICD9
        if _ICD11_SHAPE.fullmatch(code):
            return _ICD11
        if not _SHAPE.fullmatch(code):
            return _FORM
    return _WHAT_IT_IS[worst]
