"""The terms of one contract with one payer, for the days of service that they are valid on.

A line's price is looked for in this order: a case rate of the claim, an amount for its code, a percent of a fee
schedule, a percent of the charge. A new version of terms is loaded beside the old ones, which stay as they were cited.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from uuid import UUID

from claimwright.findings import Finding, at
from claimwright_remittance.domain.billing import BilledLine

HUNDREDTHS: Final = 10_000
"""Percents are counted in hundredths: this many are the whole."""
LARGEST_PERCENT: Final = 100_000
"""A thousand percent: what is above is a mistake in the percent's unit."""


@dataclass(frozen=True, slots=True)
class Rate:
    """An amount for one unit of a procedure; with modifiers it holds for exactly these, without for all others."""

    code: str
    cents: int
    modifiers: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, tuple[str, ...]]:
        return self.code, tuple(sorted(self.modifiers))


@dataclass(frozen=True, slots=True)
class CaseRate:
    """One amount for the whole claim where any of these codes is on it."""

    codes: tuple[str, ...]
    cents: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What one version of a contract says. Percents are in hundredths of a percent; `valid_to` is the last day.

    `is_capped_by_charge`: the payer owes the lesser of the price and the charge, as most contracts have it.
    """

    payer_id: str
    valid_from: date
    valid_to: date | None = None
    has_capitation: bool = False
    is_capped_by_charge: bool = True
    tolerance_cents: int = 0
    tolerance_percent: int = 0
    rates: tuple[Rate, ...] = ()
    schedule: tuple[Rate, ...] = ()
    schedule_percent: int = HUNDREDTHS
    case_rates: tuple[CaseRate, ...] = ()
    charge_percent: int | None = None

    def is_valid_on(self, day: date) -> bool:
        """Return whether they hold for services of a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def tolerated_cents(self, expected_cents: int) -> int:
        """Return by how much a payment may differ from what was expected: the larger of the two tolerances."""
        return max(self.tolerance_cents, percent_of(expected_cents, self.tolerance_percent))


@dataclass(frozen=True, slots=True)
class KnownTerms:
    """Terms as they are kept: the version counts those of a payer from 1."""

    id: UUID
    version: int
    terms: Terms
    prices: "Prices" = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Price:
    """What a contract gives for something, and by which rule."""

    cents: int
    basis: str


class Prices:
    """The prices of one version of terms, looked up by code."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._rates: Mapping[object, int] = {each.key: each.cents for each in terms.rates}
        self._schedule: Mapping[object, int] = {each.key: each.cents for each in terms.schedule}

    def of_case(self, lines: Sequence[BilledLine]) -> Price | None:
        """Return the case rate of a claim with these lines, the first that any of its codes is named in."""
        codes = {line.procedure_code for line in lines}
        for each in self._terms.case_rates:
            if not codes.isdisjoint(each.codes):
                return Price(each.cents, "case_rate")
        return None

    def of_line(self, line: BilledLine) -> Price | None:
        """Return what the payer should allow for a line, or None where the contract says nothing of it."""
        price = self._priced(line)
        if price is None or not self._terms.is_capped_by_charge:
            return price
        return Price(min(price.cents, line.charge_cents), price.basis)

    def _priced(self, line: BilledLine) -> Price | None:
        if (cents := _found(self._rates, line)) is not None:
            return Price(_rounded(cents * line.units), "code")
        if (cents := _found(self._schedule, line)) is not None:
            units = cents * line.units
            return Price(_rounded(units * self._terms.schedule_percent / HUNDREDTHS), "schedule")
        if self._terms.charge_percent is not None:
            return Price(percent_of(line.charge_cents, self._terms.charge_percent), "charge")
        return None


def percent_of(cents: int, percent: int) -> int:
    """Return a part of an amount, half a cent rounded up; the percent is in hundredths."""
    return _rounded(Decimal(cents) * percent / HUNDREDTHS)


def valid_terms(known: Iterable[KnownTerms], day: date) -> KnownTerms | None:
    """Return the terms that hold for services of a day: of several the version that was loaded last."""
    fitting = [each for each in known if each.terms.is_valid_on(day)]
    return max(fitting, key=lambda each: each.version, default=None)


def findings_of(terms: Terms) -> tuple[Finding, ...]:
    """Return what in terms can't be meant, each with its place in the JSON form."""
    return tuple(_findings(terms))


def _findings(terms: Terms) -> Iterator[Finding]:
    if terms.valid_to is not None and terms.valid_to < terms.valid_from:
        yield Finding(
            "terms.days_turned",
            "The terms end before they begin.",
            where=at("/valid_to"),
            fix="Give the last day of service that they hold for, or none.",
        )
    percents = {
        "/tolerance/percent": terms.tolerance_percent,
        "/schedule/percent": terms.schedule_percent,
        "/percent_of_charge": terms.charge_percent,
    }
    for pointer, percent in percents.items():
        if percent is not None and not 0 <= percent <= LARGEST_PERCENT:
            yield Finding(
                "terms.percent",
                "A percent is below zero or above a thousand.",
                where=at(pointer),
                fix="Write 110 for one hundred and ten percent.",
            )
    for name, rates in (("codes", terms.rates), ("schedule/rates", terms.schedule)):
        yield from _findings_of_rates(name, rates)
    yield from _findings_of_cases(terms.case_rates)
    priced = terms.rates or terms.schedule or terms.case_rates or terms.charge_percent is not None
    if not priced and not terms.has_capitation:
        yield Finding(
            "terms.nothing_priced",
            "The terms give no price for anything.",
            where=at(""),
            fix="Give codes, a schedule, case rates or a percent of the charge, or say that care is paid by head.",
        )


def _findings_of_rates(name: str, rates: Sequence[Rate]) -> Iterator[Finding]:
    seen: set[object] = set()
    for place, rate in enumerate(rates):
        if rate.cents < 0:
            yield _negative(f"/{name}/{place}/cents")
        if rate.key in seen:
            yield Finding(
                "terms.code_twice",
                "A code with the same modifiers has two amounts.",
                where=at(f"/{name}/{place}/code"),
                fix="Keep the amount that is right.",
            )
        seen.add(rate.key)


def _findings_of_cases(cases: Sequence[CaseRate]) -> Iterator[Finding]:
    seen: set[str] = set()
    for place, case in enumerate(cases):
        if case.cents < 0:
            yield _negative(f"/case_rates/{place}/cents")
        if not seen.isdisjoint(case.codes):
            yield Finding(
                "terms.case_twice",
                "A code stands in two case rates.",
                where=at(f"/case_rates/{place}/codes"),
                fix="Leave each code in one case rate.",
            )
        seen.update(case.codes)


def _negative(pointer: str) -> Finding:
    return Finding("terms.negative", "An amount is below zero.", where=at(pointer), fix="Give what the payer owes.")


def _found(rates: Mapping[object, int], line: BilledLine) -> int | None:
    exact = rates.get((line.procedure_code, tuple(sorted(line.modifiers))))
    return exact if exact is not None else rates.get((line.procedure_code, ()))


def _rounded(cents: Decimal) -> int:
    return int(cents.to_integral_value(ROUND_HALF_UP))
