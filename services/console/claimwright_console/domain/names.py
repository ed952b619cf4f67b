"""By which ids and control numbers a thing can be found: those of its events' clear data, and nothing of a person."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

_FOUND_BY: Final = frozenset(
    {
        "encounter_id",
        "claim_id",
        "submission_id",
        "attempt_id",
        "artifact_id",
        "answer_artifact_id",
        "file_id",
        "first_file_id",
        "remittance_id",
        "remit_claim_id",
        "posting_id",
        "denial_id",
        "key_id",
        "patient_control_number",
        "payer_claim_control_number",
        "clearinghouse_trace_number",
        "interchange_control",
    }
)
"""The fields whose values a person may look for: a list, so that a new field is findable once it was thought of."""


def names_in(data: Mapping[str, Any]) -> set[str]:
    """Return the ids and control numbers in an event's clear data."""
    return set(_names(data))


def _names(data: Mapping[str, Any]) -> Iterator[str]:
    for field, value in data.items():
        if isinstance(value, Mapping):
            yield from _names(value)
        elif field in _FOUND_BY and isinstance(value, str) and value:
            yield value
