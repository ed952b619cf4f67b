"""Which waiting claims leave in one file."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

CLAIMS_A_SET_MOST: Final = 5000
"""The guide's own limit for one transaction set."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One submission that waits for a file. `billing_npi` keeps the claims of one provider together."""

    submission_id: UUID
    route_id: str
    usage_indicator: str
    guide: str
    billing_npi: str
    patient_control_number: str


def batches(waiting: Iterable[Waiting], *, most: int = CLAIMS_A_SET_MOST) -> list[tuple[Waiting, ...]]:
    """Share waiting submissions out over files: one route, usage and guide a file, at most `most` claims.

    Within a file the claims of one billing provider stand together, so that its loop is written once.
    """
    groups: dict[tuple[str, str, str], list[Waiting]] = defaultdict(list)
    for each in waiting:
        groups[each.route_id, each.usage_indicator, each.guide].append(each)
    files: list[tuple[Waiting, ...]] = []
    for _, group in sorted(groups.items()):
        group.sort(key=lambda each: (each.billing_npi, each.submission_id))
        files += [tuple(group[start : start + most]) for start in range(0, len(group), most)]
    return files
