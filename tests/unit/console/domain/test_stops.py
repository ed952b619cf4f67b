"""What stops a claim is said by the event that stopped it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from claimwright_console.domain.stops import stops


@dataclass(frozen=True)
class Told:
    data: Mapping[str, Any]


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        ({"findings": [{"code": "diagnosis_unknown", "says": "x"}]}, ["diagnosis_unknown"]),
        ({"gaps": [{"code": "payer_missing", "pointer": "/coverages", "ask": "patient"}]}, ["payer_missing"]),
        ({"statuses": [{"category": "A7", "status": "562", "entity": "85"}]}, ["A7:562:85"]),
        ({"codes": ["5"], "verdict": "R"}, ["5"]),
        ({"reason": "route_missing"}, ["route_missing"]),
        ({"charge_cents": 5}, []),
    ],
)
def test_findings_gaps_and_codes_are_what_stops(data: dict[str, Any], codes: list[str]) -> None:
    assert [stop.code for stop in stops(Told(data))] == codes
