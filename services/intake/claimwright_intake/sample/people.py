"""Invented people, places and plans. Each is plainly made up: a reader must never wonder whether one is real."""

from collections.abc import Iterator
from itertools import count
from typing import Any, Final

from claimwright.ids import npi_is_valid

Json = dict[str, Any]

_FAMILIES: Final = (
    "Testcase", "Samplewood", "Mockford", "Dummers", "Placeholder", "Exampleton", "Fictional", "Specimen", "Trialson",
    "Pretendez", "Inventado", "Makebelieve", "Demonstra", "Prototype", "Stubbington", "Synthetic",
)  # fmt: skip
_WOMEN: Final = ("Paula", "Greta", "Imani", "Lucia", "Mei", "Nora", "Olga", "Priya", "Ruth", "Sofia", "Tess", "Vera")
_MEN: Final = ("Aron", "Boris", "Carlos", "Dmitri", "Emil", "Felix", "Hugo", "Ivan", "Jonas", "Kofi", "Liam", "Marco")
_STREETS: Final = ("Sample Street", "Fixture Avenue", "Mock Lane", "Stub Road", "Demo Boulevard")

PAYERS: Final[tuple[Json, ...]] = (
    {"id": "SBX01", "name": "Sandbox Health Plan", "claim_filing_indicator": "CI"},
    {"id": "SBX02", "name": "Sandbox Mutual", "claim_filing_indicator": "CI"},
    {"id": "SBXMB", "name": "Sandbox Part B", "claim_filing_indicator": "MB"},
)
MEDICAID: Final[Json] = {"id": "SBXMC", "name": "Sandbox State Plan", "claim_filing_indicator": "MC"}


def npis() -> Iterator[str]:
    """Yield invented provider identifiers whose check digits fit; the nines tell that they are invented."""
    for number in count(199990000):
        yield next(npi for digit in range(10) if npi_is_valid(npi := f"{number}{digit}"))


def address(number: int) -> Json:
    """Return an address in a town that there is not, with all nine digits."""
    return {
        "line1": f"{100 + number} {_STREETS[number % len(_STREETS)]}",
        "city": "Exampleton",
        "state": "OH",
        "zip": f"43299{1000 + number:04d}",
    }


def patient(number: int) -> Json:
    """Return the patient of this number: always the same one."""
    is_woman = number % 2 == 0
    names = _WOMEN if is_woman else _MEN
    return {
        "name": {
            "last": _FAMILIES[number % len(_FAMILIES)],
            "first": names[number // 2 % len(names)],
        },
        "birth_date": f"{1948 + number * 7 % 55}-{1 + number % 12:02d}-{1 + number * 5 % 28:02d}",
        "sex": "F" if is_woman else "M",
        "address": address(number),
        "phone": f"55501{number:05d}",
        "medical_record_number": f"MRN{number:06d}",
    }


def child(number: int) -> Json:
    """Return a child of the patient of this number."""
    return patient(number) | {
        "name": {"last": _FAMILIES[number % len(_FAMILIES)], "first": "Minnie" if number % 2 else "Max"},
        "birth_date": f"{2014 + number % 8}-04-{1 + number % 28:02d}",
    }


def subscriber(number: int) -> Json:
    """Return the patient of this number as somebody who holds a policy for another."""
    holder = patient(number)
    return {name: holder[name] for name in ("name", "birth_date", "sex", "address")}


def clinics() -> tuple[Json, Json]:
    """Return two places that bill."""
    numbers = npis()
    return (
        {
            "npi": next(numbers),
            "organization_name": "Fixture Family Practice",
            "tax_id": "990000001",
            "taxonomy_code": "261QP2300X",
            "address": address(900),
            "phone": "5550190001",
        },
        {
            "npi": next(numbers),
            "organization_name": "Mock Lane Specialists",
            "tax_id": "990000002",
            "taxonomy_code": "261QM1300X",
            "address": address(901),
            "phone": "5550190002",
        },
    )


def doctor(number: int) -> Json:
    """Return somebody who renders or refers; the first two numbers are the clinics'."""
    numbers = npis()
    npi = [next(numbers) for _ in range(number + 3)][-1]
    return {
        "npi": npi,
        "person_name": {"last": f"Doctor-{_FAMILIES[number % len(_FAMILIES)]}", "first": _WOMEN[number % len(_WOMEN)]},
        "taxonomy_code": "207Q00000X",
    }


def hospital() -> Json:
    """Return a place where care is given and that does not bill."""
    return {"organization_name": "Placeholder General Hospital", "npi": doctor(40)["npi"], "address": address(902)}
