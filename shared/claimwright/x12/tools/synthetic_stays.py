"""Invented stays in a hospital, as institutional claims, and the remittances that answer them."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from claimwright.x12.models.claims import Claim, ClaimSet, HealthCode, ServiceLine
from claimwright.x12.models.remittances import Remittance
from claimwright.x12.models.values import Dated, Party, Procedure, Reference, money_of_cents, quantity_of
from claimwright.x12.tools.synthetic import invented_claim, invented_header, remittances_of

_DIAGNOSES = ("J189", "I509", "K3580", "E119", "I10", "N179")
_ROOMS = (("0120", 1200_00), ("0206", 1850_00), ("0200", 3100_00))
_SERVICES = (("0301", "80053", 42_00), ("0730", "93000", 65_00), ("0300", "36415", 18_00), ("0324", "71046", 140_00))
_INPATIENT_HOSPITAL = "11"
_ATTENDING = Party("71", "HARTWELL", "NORA", kind="1", id_qualifier="XX", id="1245319599", taxonomy="207R00000X")


def invented_stays(seed: int, count: int, *, last_day: date) -> tuple[ClaimSet, tuple[Remittance, ...]]:
    """Return one stay of each of `count` patients and one remittance for each payer.

    Shape: stays of one to five days that ended in the 30 days up to `last_day`; about one in eight is denied.
    """
    random = Random(seed)
    claims = tuple(_stay(random, number, last_day) for number in range(1, count + 1))
    return ClaimSet(invented_header(seed), claims), remittances_of(random, claims, last_day)


def _stay(random: Random, number: int, last_day: date) -> Claim:
    """Return a stay of a patient who is also invented for office visits: the same people, payers and biller."""
    patient = invented_claim(random, number, last_day)
    days = random.randint(1, 5)
    ended = last_day - timedelta(days=random.randrange(30))
    begun = ended - timedelta(days=days)
    principal, *others = random.sample(_DIAGNOSES, random.randint(1, 3))
    numbered = f"H{number:07d}"
    lines = (_room(random, numbered, days), *_services(random, numbered))
    return patient._replace(
        patient_control_number=numbered,
        charge=money_of_cents(sum(line.charge.cents for line in lines)),
        place_of_service=_INPATIENT_HOSPITAL,
        facility_qualifier="A",
        signature_on_file="",
        admission_type="1",
        admission_source="1",
        discharge_status="01",
        diagnoses=(
            HealthCode("ABK", principal, present_on_admission="Y"),
            *(HealthCode("ABF", code, present_on_admission="Y") for code in others),
        ),
        health_codes=(HealthCode("ABJ", principal),),
        dates=(
            Dated("096", "TM", f"{random.randint(9, 16):02d}00"),
            Dated("434", "RD8", f"{begun:%Y%m%d}-{ended:%Y%m%d}"),
            Dated("435", "DT", f"{begun:%Y%m%d}{random.randrange(24):02d}30"),
        ),
        providers=(_ATTENDING,),
        lines=lines,
    )


def _room(random: Random, number: str, days: int) -> ServiceLine:
    revenue_code, cents_a_day = random.choice(_ROOMS)
    return ServiceLine(
        charge=money_of_cents(cents_a_day * days),
        unit="DA",
        quantity=quantity_of(days),
        revenue_code=revenue_code,
        references=(Reference("6R", f"{number}01"),),
    )


def _services(random: Random, number: str) -> tuple[ServiceLine, ...]:
    return tuple(
        ServiceLine(
            Procedure("HC", code),
            money_of_cents(cents),
            "UN",
            quantity_of(1),
            revenue_code=revenue_code,
            references=(Reference("6R", f"{number}{place:02d}"),),
        )
        for place, (revenue_code, code, cents) in enumerate(random.sample(_SERVICES, random.randint(0, 3)), start=2)
    )
