"""The chart of accounts, and to which of them each code of a payer goes: data, not branches.

Debits are positive. What a claim was charged is found again, to the cent, in what was adjusted, paid and is open; what
a payment brought is found again in what claims were paid, what is in suspense and what stands at provider level.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final


class Role(StrEnum):
    """What an account says about a claim or a payment."""

    CHARGE = "charge"
    OPEN = "open"
    PAID = "paid"
    ADJUSTED = "adjusted"
    SUSPENSE = "suspense"
    PROVIDER_LEVEL = "provider_level"
    BANK = "bank"


class Account(StrEnum):
    """Every account that there is, by the name that the ledger writes."""

    CHARGES = "charges"
    RECEIVABLE_INSURANCE = "receivable.insurance"
    RECEIVABLE_DISPUTED = "receivable.disputed"
    RECEIVABLE_PATIENT = "receivable.patient"
    PAYMENTS = "payments"
    CONTRACTUAL = "adjustment.contractual"
    SEQUESTRATION = "adjustment.sequestration"
    BUNDLING = "adjustment.bundling"
    INCREASE = "adjustment.increase"
    CAPITATED = "adjustment.capitation"
    SUSPENSE = "suspense"
    TAKEBACK = "provider.takeback"
    FORWARDED_BALANCE = "provider.forwarded_balance"
    INTEREST = "provider.interest"
    REFUND = "provider.refund"
    ADVANCE = "provider.advance"
    SETTLEMENT = "provider.settlement"
    CAPITATION = "provider.capitation"
    WITHHELD = "provider.withheld"
    LEVY = "provider.levy"
    PENALTY = "provider.penalty"
    OTHER_PROVIDER = "provider.other"
    DEPOSITS = "bank.deposits"
    DEPOSITED = "bank.deposited"


@dataclass(frozen=True, slots=True)
class Line:
    """One account of the chart: its role, and in a person's words what stands on it."""

    account: Account
    role: Role
    says: str


CHART: Final[tuple[Line, ...]] = (
    Line(Account.CHARGES, Role.CHARGE, "What was billed."),
    Line(Account.RECEIVABLE_INSURANCE, Role.OPEN, "What a payer still has to decide or pay."),
    Line(Account.RECEIVABLE_DISPUTED, Role.OPEN, "What a payer denied and nobody has given up."),
    Line(Account.RECEIVABLE_PATIENT, Role.OPEN, "What is left to the patient."),
    Line(Account.PAYMENTS, Role.PAID, "What payers paid; without a claim, what of a payment is no claim's."),
    Line(Account.CONTRACTUAL, Role.ADJUSTED, "Discounts that the contract or the law gives the payer."),
    Line(Account.SEQUESTRATION, Role.ADJUSTED, "The federal cut of Medicare payments; nobody else owes it."),
    Line(Account.BUNDLING, Role.ADJUSTED, "Moved between the lines of a bundle; zero over the bundle."),
    Line(Account.INCREASE, Role.ADJUSTED, "Paid above the charge, as the contract may say."),
    Line(Account.CAPITATED, Role.ADJUSTED, "Care that a capitation contract of ours pays by head."),
    Line(Account.SUSPENSE, Role.SUSPENSE, "Money of a file that has no home yet."),
    Line(Account.TAKEBACK, Role.PROVIDER_LEVEL, "Overpayments taken back; below zero, still to be taken."),
    Line(Account.FORWARDED_BALANCE, Role.PROVIDER_LEVEL, "Balances carried to a later payment."),
    Line(Account.INTEREST, Role.PROVIDER_LEVEL, "Interest that payers paid for paying late."),
    Line(Account.REFUND, Role.PROVIDER_LEVEL, "Our refunds as payers acknowledged them."),
    Line(Account.ADVANCE, Role.PROVIDER_LEVEL, "Payments in advance and their settlement."),
    Line(Account.SETTLEMENT, Role.PROVIDER_LEVEL, "Lump sums and interim or final settlements."),
    Line(Account.CAPITATION, Role.PROVIDER_LEVEL, "Capitation and what goes with it."),
    Line(Account.WITHHELD, Role.PROVIDER_LEVEL, "Kept back by the payer for later."),
    Line(Account.LEVY, Role.PROVIDER_LEVEL, "Taxes and levies taken from the payment."),
    Line(Account.PENALTY, Role.PROVIDER_LEVEL, "Penalties and late charges."),
    Line(Account.OTHER_PROVIDER, Role.PROVIDER_LEVEL, "Other adjustments at provider level."),
    Line(Account.DEPOSITS, Role.BANK, "What the bank credited and payments were found for."),
    Line(Account.DEPOSITED, Role.BANK, "Payments that a deposit brought; with `payments`, what is still to come."),
)


@cache
def accounts_of(role: Role) -> tuple[Account, ...]:
    """Return the accounts of one role."""
    return tuple(line.account for line in CHART if line.role is role)


_PROVIDER_CODES: Final[dict[Account, str]] = {
    Account.TAKEBACK: "WO OB",
    Account.FORWARDED_BALANCE: "FB BD BF",
    Account.INTEREST: "L6",
    Account.REFUND: "72 B2 WU",
    Account.ADVANCE: "AP PI AM",
    Account.SETTLEMENT: "IS LS FC TL RA RB CR CW",
    Account.CAPITATION: "CT CV PL HM",
    Account.WITHHELD: "E3 C5 GO IP",
    Account.LEVY: "IR LE FA",
    Account.PENALTY: "50 51 L3",
    Account.OTHER_PROVIDER: "90 AH B3 BN CS DM IN J1 SL",
}
ACCOUNT_OF_PROVIDER_CODE: Final[dict[str, Account]] = {
    code: account for account, codes in _PROVIDER_CODES.items() for code in codes.split()
}


def provider_account(code: str) -> Account:
    """Return the account of a PLB code; the money of an unknown code waits in suspense."""
    return ACCOUNT_OF_PROVIDER_CODE.get(code.strip().upper(), Account.SUSPENSE)
