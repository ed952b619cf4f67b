"""What became of claims: at rest or not, counted by stage, dollar and second."""

from typing import Any

import httpx2
import pytest

from claimwright_intake.sample.address import Intake
from claimwright_intake.sample.report import is_at_rest, percentile, report_of, wait_and_report


def a_claim(stage: str = "CLOSED", **changes: Any) -> dict[str, Any]:
    """Return a claim as intake shows it."""
    return {
        "id": "clm_1",
        "encounter_id": "enc_1",
        "stage": stage,
        "balance": "ZERO",
        "denials": [],
        "charge_cents": 100_00,
        "paid_cents": 75_00,
        "adjusted_cents": 25_00,
        "patient_cents": 0,
        "open_cents": 0,
        "timeline": [
            {"type": "encounter.received.v1", "occurred_at": "2026-11-02T09:00:00Z"},
            {"type": "claim.adjudicated.v1", "occurred_at": "2026-11-02T09:00:01.5Z"},
        ],
    } | changes


@pytest.mark.parametrize(
    ("claim", "rests"),
    [
        (a_claim("CLOSED"), True),
        (a_claim("PATIENT_BALANCE"), True),
        (a_claim("INCOMPLETE"), True),
        (a_claim("SCRUB_FAILED"), True),
        (a_claim("PAYER_REJECTED"), True),
        (a_claim("ADJUDICATED"), False),
        (a_claim("ADJUDICATED", denials=[{"id": "dnl_1", "state": "OPEN"}]), True),
        (a_claim("ADJUDICATED", denials=[{"id": "dnl_1", "state": "SUPERSEDED"}]), False),
        (a_claim("ADJUDICATED", balance="OTHER_PAYER"), True),
        (a_claim("RECEIVED"), False),
        (a_claim("READY"), False),
        (a_claim("TRANSMITTED"), False),
        (a_claim("PAYER_ACCEPTED"), False),
    ],
)
def test_a_claim_rests_where_nothing_happens_by_itself(claim: dict[str, Any], rests: bool) -> None:
    assert is_at_rest(claim) is rests


def test_a_report_adds_up() -> None:
    denied = a_claim(
        "ADJUDICATED",
        denials=[{"state": "OPEN"}],
        paid_cents=0,
        adjusted_cents=0,
        open_cents=100_00,
        encounter_id="enc_2",
    )
    waiting = a_claim(
        "INCOMPLETE", paid_cents=0, adjusted_cents=0, open_cents=100_00, timeline=[], encounter_id="enc_3"
    )

    shared = a_claim("PATIENT_BALANCE", paid_cents=60_00, patient_cents=15_00, open_cents=15_00, encounter_id="enc_4")

    report = report_of([a_claim(), denied, waiting, shared])

    assert (report.encounters, report.claims, report.posted, report.still_moving) == (4, 4, 3, 0)
    assert report.by_stage == {"CLOSED": 1, "ADJUDICATED": 1, "INCOMPLETE": 1, "PATIENT_BALANCE": 1}
    assert (report.patient_cents, report.open_cents) == (15_00, 200_00)
    assert report.charge_cents == report.paid_cents + report.adjusted_cents + report.patient_cents + report.open_cents
    assert (report.seconds_p50, report.seconds_p95) == (1.5, 1.5)


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([], 50, None),
        ([3.0], 95, 3.0),
        ([1, 2, 3, 4], 50, 2),
        (list(range(1, 101)), 95, 95),
        (list(range(1, 21)), 95, 19),
    ],
)
def test_a_percentile_is_a_value_that_was_measured(values: list[float], percent: int, expected: float | None) -> None:
    assert percentile(values, percent) == expected


async def test_claims_are_looked_at_until_they_rest() -> None:
    looks = iter(["READY", "PAYER_ACCEPTED", "CLOSED"])

    def answer(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json=a_claim(next(looks)))

    intake = Intake(httpx2.AsyncClient(base_url="http://intake.test", transport=httpx2.MockTransport(answer)))
    told: list[tuple[int, int]] = []

    report = await wait_and_report(intake, ["clm_1"], wait_seconds=30, on_look=lambda *at: told.append(at))

    assert report.by_stage == {"CLOSED": 1}
    assert told == [(0, 1), (0, 1), (1, 1)]


async def test_when_the_time_is_over_claims_are_told_as_they_are() -> None:
    def answer(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json=a_claim("PAYER_ACCEPTED"))

    intake = Intake(httpx2.AsyncClient(base_url="http://intake.test", transport=httpx2.MockTransport(answer)))

    report = await wait_and_report(intake, ["clm_1"], wait_seconds=0)

    assert (report.still_moving, report.by_stage) == (1, {"PAYER_ACCEPTED": 1})
