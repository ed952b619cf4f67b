"""The dated ICD-10-CM codes, as the X12 codec asks for outer codes."""

from datetime import date

from claimwright.x12.code_sets import CodeSet, CodeStanding
from claimwright_coding.domain.code_sets import DatedCodes, Standing
from claimwright_coding.gateways.icd10_master import load_icd10_master

_STANDINGS = {
    Standing.GOOD: CodeStanding.GOOD,
    Standing.NOT_YET: CodeStanding.NOT_ON_DAY,
    Standing.ENDED: CodeStanding.NOT_ON_DAY,
    # A header is of the set and no claim may say it; many were codes before they were divided.
    Standing.HEADER: CodeStanding.NOT_ON_DAY,
    Standing.UNKNOWN: CodeStanding.UNKNOWN,
    Standing.BEYOND_RELEASE: CodeStanding.NOT_LOADED,
}


class DatedDiagnoses:
    """Answers for diagnoses from the dated master; of other sets and of days before it, it knows nothing."""

    def __init__(self, codes: DatedCodes) -> None:
        self._codes = codes

    def standing(self, code_set: CodeSet, code: str, day: date | None) -> CodeStanding:
        if code_set is not CodeSet.DIAGNOSES or day is None or day < _FIRST_DAY:
            return CodeStanding.NOT_LOADED
        return _STANDINGS[self._codes.judge(code, day).standing]


# The master begins on the day on which ICD-10-CM became the code set of claims.
_FIRST_DAY = date(2015, 10, 1)


def icd10_codes() -> DatedDiagnoses:
    """Return the diagnoses of the installed package; `claimwright x12 check --codes icd10cm` asks for it by name."""
    return DatedDiagnoses(load_icd10_master())
