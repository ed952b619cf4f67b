"""Reading every field of every X12 value, for benchmarks: whatever a value had put off, it would have to do here.

Each value is unpacked whole, so a field that is added makes this fail until it is read too.
"""

# ruff: noqa: RUF059 (the names say what is read)

from decimal import Decimal

from claimwright.x12 import (
    Adjustment,
    Amount,
    Claim,
    Contact,
    Counted,
    Dated,
    HealthCode,
    LineAdjudication,
    OtherCoverage,
    Party,
    Reference,
    RemitClaim,
    RemitLine,
    Remittance,
    ServiceLine,
)

ZERO = Decimal(0)


def read_claim(claim: Claim) -> Decimal:
    """Return the sum of all charges, of the claim and of its lines."""
    (_, (total, _), billing, subscriber, patient, _, _, _, _, _, _, _, _, causes, *_, diagnoses, codes, dates, amounts,
     quantities, references, notes, providers, others, lines, details, _, _, (_, _, _, _)) = claim  # fmt: skip
    party, pay_to, plan, more = billing
    _, insured, payer, _, _, _, _, _, other_parties, more = subscriber
    read_parties((party, insured, payer, *other_parties, *providers))
    if pay_to is not None:
        read_parties((pay_to,))
    if plan is not None:
        read_parties((plan,))
    if patient is not None:
        _, party, other_parties, more = patient
        read_parties((party, *other_parties))
    read_codes(diagnoses)
    read_codes(codes)
    if dates or references or amounts or quantities:
        read_small(dates, references, amounts, quantities)
    for _, _ in notes:
        pass
    for coverage in others:
        read_coverage(coverage)
    for line in lines:
        total += read_service_line(line)
    return total


def read_service_line(line: ServiceLine) -> Decimal:
    ((_, _, modifiers, _), (charge, _), _, (_, _), _, pointers, _, _, _, _, _, (_, _), cavity, _, teeth, dates,
     references, amounts, quantities, notes, drug, providers, decisions, details, _, (_, _, _, _)) = line  # fmt: skip
    for _, _, _ in dates:
        pass
    for _, _, _, _ in references:
        pass
    if amounts or quantities:
        read_small((), (), amounts, quantities)
    for _, _ in notes:
        pass
    if drug is not None:
        _, (_, _), _, _, references = drug
        read_small((), references, (), ())
    if providers:
        read_parties(providers)
    for decided in decisions:
        read_decision(decided)
    return charge


def read_coverage(coverage: OtherCoverage) -> None:
    (_, _, _, _, _, _, adjustments, amounts, _, _, _, subscriber, payer, providers, details) = coverage
    read_adjustments(adjustments)
    read_small((), (), amounts, ())
    read_parties((subscriber, payer))
    read_parties(providers)


def read_decision(decided: LineAdjudication) -> None:
    _, (_, _), (_, _, modifiers, _), _, (_, _), _, adjustments, dates, amounts, details = decided
    read_adjustments(adjustments)
    read_small(dates, (), amounts, ())


def read_codes(codes: tuple[HealthCode, ...]) -> None:
    for _, _, _, _, (_, _), (_, _), _ in codes:
        pass


def read_remittance(remittance: Remittance) -> tuple[int, Decimal, Decimal]:
    """Return how many claims there are, what was paid on them, and the sum of all adjustments."""
    (_, _, (_, _), _, _, account, _, _, _, _, currency, references, dates, payer, payee, groups, provider, details, _,
     _, _, _, (_, _, _, _)) = remittance  # fmt: skip
    count, paid, adjusted = 0, ZERO, ZERO
    read_parties((payer, payee))
    read_small(dates, references, (), ())
    for _, claims, _summaries in groups:
        for claim in claims:
            each_paid, each_adjusted = read_remit_claim(claim)
            count += 1
            paid += each_paid
            adjusted += each_adjusted
    for _, _, _, _, (_, _), (_, _, _, _) in provider:
        pass
    return count, paid, adjusted


def read_remit_claim(claim: RemitClaim) -> tuple[Decimal, Decimal]:
    """Return what was paid, and the sum of all adjustments."""
    (_, _, (_, _), (paid, _), (_, _), _, _, _, _, _, _, (_, _), (_, _), adjustments, parties, inpatient, outpatient,
     references, dates, contacts, amounts, quantities, lines, details, _, (_, _, _, _)) = claim  # fmt: skip
    adjusted = read_adjustments(adjustments) if adjustments else ZERO
    read_parties(parties)
    if contacts:
        read_contacts(contacts)
    if dates or references or amounts or quantities:
        read_small(dates, references, amounts, quantities)
    for line in lines:
        adjusted = read_remit_line(line, adjusted)
    return paid, adjusted


def read_remit_line(line: RemitLine, adjusted: Decimal) -> Decimal:
    """Return the sum of all adjustments so far and those of the line."""
    ((_, _, modifiers, _), (_, _), (_, _), _, (_, _), submitted, (_, _), dates, adjustments, references, amounts,
     quantities, remarks, details, (_, _, _, _)) = line  # fmt: skip
    if submitted is not None:
        _, _, modifiers, _ = submitted
    for _, _, _ in dates:
        pass
    for _, _, _, _ in references:
        pass
    if amounts or quantities:
        read_small((), (), amounts, quantities)
    for _, _ in remarks:
        pass
    for _, _, (amount, _), (_, _), (_, _, _, _) in adjustments:
        adjusted += amount
    return adjusted


def read_adjustments(adjustments: tuple[Adjustment, ...]) -> Decimal:
    total = ZERO
    for _, _, (amount, _), (_, _), (_, _, _, _) in adjustments:
        total += amount
    return total


def read_parties(parties: tuple[Party, ...]) -> None:
    for party in parties:
        _, _, _, _, _, _, _, _, address, _, _, _, references, contacts, dates, details, (_, _, _, _) = party
        if address is not None:
            _, _, _, _, _, _, _ = address
        for _, _, _, _ in references:
            pass
        if contacts:
            read_contacts(contacts)
        if dates:
            read_small(dates, (), (), ())


def read_contacts(contacts: tuple[Contact, ...]) -> None:
    for _, _, numbers in contacts:
        for _, _ in numbers:
            pass


def read_small(
    dates: tuple[Dated, ...],
    references: tuple[Reference, ...],
    amounts: tuple[Amount, ...],
    quantities: tuple[Counted, ...],
) -> None:
    if dates:
        for _, _, _ in dates:
            pass
    if references:
        for _, _, _, _ in references:
            pass
    if amounts:
        for _, (_, _) in amounts:
            pass
    if quantities:
        for _, (_, _) in quantities:
            pass
