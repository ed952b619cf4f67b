"""A diagnosis that hardly fits the patient's age or sex. A warning: records are wrong more often than patients.

Which codes have an age or a sex, and since when no longer, is in the dated data: the sex edit ends there on 2024-09-30.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from claimwright.findings import Finding, Severity, at
from claimwright_coding.domain.code_sets import DatedCodes, Flag
from claimwright_coding.domain.content import Content

# First and last whole year of age; the band for mothers was widened on 2019-10-01.
_BANDS: Final = {Flag.NEWBORN: (0, 0), Flag.PEDIATRIC: (0, 17), Flag.ADULT: (15, 124)}
_MATERNITY_CHANGED: Final = date(2019, 10, 1)
_SEX_OF: Final = {Flag.FEMALE: "F", Flag.MALE: "M"}


def age_and_sex(content: Content, codes: DatedCodes) -> Iterator[Finding]:
    """Yield a warning for each diagnosis whose age band or sex is not the patient's.

    Source: the Medicare Code Editor's bands.
    """
    patient = content.identity.patient
    for place, code in content.diagnosis_codes():
        day = content.days_of_diagnosis(place)[0]
        flags = codes.judge(code, day).flags
        age = whole_years(patient.birth_date, day)
        where = at(f"/diagnoses/{place - 1}/code")
        if any(not first <= age <= last for first, last in _bands_of(flags, day)):
            yield Finding(
                "coding.diagnosis_age",
                "This diagnosis is not usual at the patient's age.",
                Severity.WARNS,
                where,
                "Check the code and the patient's birth date.",
            )
        if any(flag in flags and patient.sex not in {sex, "U"} for flag, sex in _SEX_OF.items()):
            yield Finding(
                "coding.diagnosis_sex",
                "This diagnosis is not usual for the patient's recorded sex.",
                Severity.WARNS,
                where,
                "Check the code and the record; some payers still deny the pair.",
            )


def whole_years(birth_date: date, day: date) -> int:
    """Return an age in whole years; somebody born on 29 February grows older on 1 March of other years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def _bands_of(flags: frozenset[Flag], day: date) -> Iterator[tuple[int, int]]:
    for flag, band in _BANDS.items():
        if flag in flags:
            yield band
    if Flag.MATERNITY in flags:
        yield (9, 64) if day >= _MATERNITY_CHANGED else (12, 55)
