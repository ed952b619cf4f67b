"""What coding judges: the smallest content that passes, and codes to judge it by."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from claimwright_coding.domain.code_sets import DatedCodes
from claimwright_coding.domain.content import Content
from claimwright_coding.gateways.icd10_master import load_icd10_master
from claimwright_intake.domain.parts import event_parts
from tests.support.builders_intake import a_line, a_patient, an_encounter


@lru_cache(maxsize=1)
def the_codes() -> DatedCodes:
    """Return the real dated codes, loaded once a run (130 ms)."""
    return load_icd10_master()


def a_content(
    *,
    diagnoses: Sequence[str] = ("E11.9",),
    icd11: Sequence[str] = (),
    lines: Sequence[dict[str, Any]] | None = None,
    service_date: date | None = None,
    **patient: object,
) -> Content:
    """Return content that passes all edits; `patient` changes the patient, `service_date` the one line's day."""
    only_line = a_line(service_date=service_date.isoformat()) if service_date else a_line()
    parts = event_parts(
        an_encounter(
            patient=a_patient(**patient),
            diagnoses=[{"code": code} for code in diagnoses],
            icd11=[{"code": code} for code in icd11],
            lines=list(lines) if lines is not None else [only_line],
        )
    )
    return Content(parts.identity, parts.clinical, parts.financial)
