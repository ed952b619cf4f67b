"""The day's encounters: what happened to whom, told so that every end of a claim comes up.

What a payer of the sandbox does is chosen by the start of the member id.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from claimwright_intake.sample import people
from claimwright_intake.sample.people import Json

FIRST_DAY: Final = date(2026, 10, 5)
DAYS: Final = 20

PAID: Final = "PAID"
PARTIAL: Final = "PARTIAL"
DENIED: Final = "DENY_50"
REJECTED: Final = "277CA_A7"

# Diagnoses, then lines of procedure code and cents. Codes alone: their texts belong to others.
_VISITS: Final[tuple[tuple[tuple[str, ...], tuple[tuple[str, int], ...]], ...]] = (
    (("E11.9", "I10"), (("99213", 128_00),)),
    (("J06.9",), (("99213", 128_00), ("87880", 34_50))),
    (("I10",), (("99214", 187_00),)),
    (("M54.50",), (("99203", 164_25),)),
    (("Z00.00",), (("99396", 215_00),)),
    (("E78.5", "I10"), (("99214", 187_00), ("36415", 12_00), ("80061", 58_75))),
    (("L70.0",), (("99212", 88_00),)),
    (("R05.9",), (("99213", 128_00), ("71046", 96_40))),
    (("N39.0",), (("99213", 128_00), ("81003", 14_85))),
    (("F41.1",), (("90834", 142_00),)),
    (("H66.91",), (("99213", 128_00), ("69210", 79_90))),
    (("S93.401A",), (("99203", 164_25), ("73610", 82_35), ("L1902", 61_00))),
)


@dataclass(frozen=True, slots=True)
class Story:
    """One encounter and what becomes of it, in one word for the file's name."""

    name: str
    document: Json


def stories() -> tuple[Story, ...]:
    """Return the encounters that are posted as JSON, in the order of the day."""
    told = [
        *_usual("paid", PAID, count=22),
        *_usual("partly-paid", PARTIAL, count=8),
        *_usual("denied", DENIED, count=5),
        *_usual("rejected", REJECTED, count=4),
        *_families(),
        *_with_more_to_them(),
        *_incomplete(),
        *_with_wrong_codes(),
    ]
    return tuple(
        Story(f"{place:03d}-{story.name}", story.document | {"external_id": f"sample-{place:03d}"})
        for place, story in enumerate(told, start=1)
    )


def encounter(number: int, member: str, *, visit: int | None = None) -> Json:
    """Return a usual visit of the patient of this number, whose member id begins so."""
    diagnoses, lines = _VISITS[(number if visit is None else visit) % len(_VISITS)]
    day = (FIRST_DAY + timedelta(days=number * 3 % DAYS)).isoformat()
    return {
        "external_id": f"sample-{number}",
        "patient": people.patient(number),
        "coverages": [coverage(number, member)],
        "billing_provider": people.clinics()[number % 2],
        "rendering_provider": people.doctor(number % 6),
        "diagnoses": [{"code": code} for code in diagnoses],
        "place_of_service": "11",
        "lines": [line(code, cents, day, pointers=range(1, len(diagnoses) + 1)) for code, cents in lines],
        "charge_cents": sum(cents for _, cents in lines),
    }


def coverage(number: int, member: str) -> Json:
    """Return a policy whose member id begins so."""
    return {
        "payer": people.PAYERS[number % len(people.PAYERS)],
        "member_id": f"{member}{number:07d}",
        "group_number": f"GRP{number % 5}",
    }


def line(code: str, cents: int, day: str, *, pointers: Sequence[int] = (1,)) -> Json:
    """Return one service of one unit."""
    return {
        "procedure_code": code,
        "charge_cents": cents,
        "units": 1,
        "diagnosis_pointers": list(pointers),
        "service_date": day,
    }


def _usual(name: str, member: str, *, count: int) -> Iterator[Story]:
    start = {PAID: 0, PARTIAL: 100, DENIED: 200, REJECTED: 300}[member]
    for number in range(start, start + count):
        yield Story(name, encounter(number, member))


def _families() -> Iterator[Story]:
    for number, relationship in ((400, "19"), (401, "19"), (402, "01"), (403, "19")):
        told = encounter(number, PAID, visit=1)
        holder = coverage(number, PAID) | {"relationship": relationship, "subscriber": people.subscriber(number + 50)}
        patient = people.child(number) if relationship == "19" else people.patient(number)
        yield Story("dependent-paid", told | {"patient": patient, "coverages": [holder]})


def _with_more_to_them() -> Iterator[Story]:
    yield Story(
        "referred-paid", encounter(500, PAID) | {"referring_provider": people.doctor(20), "referral_number": "REF500"}
    )
    yield Story("referred-partly-paid", encounter(501, PARTIAL) | {"referring_provider": people.doctor(21)})
    in_hospital = {"service_facility": people.hospital(), "place_of_service": "22"}
    yield Story("in-hospital-paid", encounter(502, PAID, visit=3) | in_hospital)
    yield Story("authorized-paid", encounter(503, PAID, visit=9) | {"prior_authorization_number": "AUTH503"})
    accident = {"cause": "AA", "state": "OH", "date": FIRST_DAY.isoformat()}
    yield Story("accident-paid", encounter(504, PAID, visit=11) | {"accident": accident})
    yield Story("copay-partly-paid", encounter(505, PARTIAL) | {"patient_paid_cents": 20_00})
    yield Story(
        "icd11-beside-paid", encounter(506, PAID, visit=0) | {"icd11": [{"code": "5A11", "release": "2024-01"}]}
    )
    two = [coverage(507, PAID), coverage(508, PAID) | {"payer": people.PAYERS[1]}]
    yield Story("two-payers", encounter(507, PAID) | {"coverages": two})
    injection = encounter(509, PAID, visit=2)
    day = injection["lines"][0]["service_date"]
    drug = line("J1885", 22_40, day) | {"units": 2, "drug": {"ndc": "00000000001", "quantity": 1, "unit": "ML"}}
    lines = [injection["lines"][0] | {"modifiers": ["25"]}, line("96372", 31_00, day), drug]
    charged = sum(each["charge_cents"] for each in lines)
    yield Story("injection-paid", injection | {"lines": lines, "charge_cents": charged})


def _incomplete() -> Iterator[Story]:
    yield Story("incomplete-no-coverage", encounter(600, PAID) | {"coverages": []})
    nameless = {name: value for name, value in coverage(601, PAID).items() if name != "member_id"}
    yield Story("incomplete-no-member-id", encounter(601, PAID) | {"coverages": [nameless]})
    clinic = people.clinics()[0]
    short = clinic | {"address": clinic["address"] | {"zip": "43299"}}
    yield Story("incomplete-short-zip", encounter(602, PAID) | {"billing_provider": short})
    yield Story("incomplete-wrong-total", encounter(603, PAID) | {"charge_cents": 1_00})
    plan = [coverage(604, PAID) | {"payer": people.MEDICAID}]
    untaxed = {name: value for name, value in clinic.items() if name != "taxonomy_code"}
    yield Story("incomplete-no-taxonomy", encounter(604, PAID) | {"coverages": plan, "billing_provider": untaxed})


def _with_wrong_codes() -> Iterator[Story]:
    yield Story("scrub-failed-heading", encounter(700, PAID) | {"diagnoses": [{"code": "E11"}, {"code": "I10"}]})
    yield Story(
        "scrub-failed-ended-code", encounter(701, PAID, visit=0) | {"diagnoses": [{"code": "M72.2"}, {"code": "I10"}]}
    )
    twice = encounter(702, PAID, visit=2)
    yield Story(
        "scrub-failed-line-twice", twice | {"lines": twice["lines"] * 2, "charge_cents": 2 * twice["charge_cents"]}
    )
    cause_first = encounter(703, PAID, visit=0) | {"diagnoses": [{"code": "V00.01XA"}, {"code": "S93.401A"}]}
    yield Story("scrub-failed-cause-first", cause_first)
