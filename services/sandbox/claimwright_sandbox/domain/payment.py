"""Decided claims of one payer → one 835 with its payment."""

from collections.abc import Sequence
from datetime import date

from claimwright.x12 import (
    Address,
    Claim,
    ClaimGroup,
    Contact,
    Dated,
    Party,
    Reference,
    RemitClaim,
    Remittance,
    money_of_cents,
)


def pay(
    claims: Sequence[tuple[Claim, RemitClaim]], *, trace_number: str, paid_on: date, payer_tax_number: str
) -> Remittance:
    """Return the 835 that pays these claims of one payer and one billing provider.

    A payment of nothing goes with handling H and method NON, as the guide asks.

    Shape: at least one claim.
    """
    billed, _ = claims[0]
    total_cents = sum(decided.paid.cents for _, decided in claims)
    payer = billed.subscriber.payer
    provider = billed.billing.party
    return Remittance(
        handling="I" if total_cents else "H",
        payment=money_of_cents(total_cents),
        credit_debit="C",
        payment_method="ACH" if total_cents else "NON",
        payment_details=_bank_details(payer_tax_number) if total_cents else (),
        payment_date=paid_on.strftime("%Y%m%d"),
        trace_number=trace_number,
        trace_payer_id=f"1{payer_tax_number}",
        dates=(Dated("405", "D8", paid_on.strftime("%Y%m%d")),),
        payer=Party(
            "PR",
            last_name=payer.last_name,
            id_qualifier="",
            address=payer.address
            or Address(line1="1 SANDBOX WAY", city="HARTFORD", state="CT", postal_code="061031234"),
            references=_payer_reference(payer.id),
            contacts=(Contact("BL", "PROVIDER LINE", (("TE", "8005550100"),)),),
        ),
        payee=Party(
            "PE",
            last_name=provider.last_name,
            id_qualifier="XX",
            id=provider.id,
            references=tuple(each._replace(qualifier="TJ") for each in provider.references if each.qualifier == "EI"),
        ),
        groups=(ClaimGroup("1", tuple(decided for _, decided in claims)),),
    )


def _bank_details(payer_tax_number: str) -> tuple[str, ...]:
    """Return BPR05 to BPR15 of an electronic payment between two invented accounts."""
    originator = f"1{payer_tax_number}"
    return ("CCP", "01", "999999992", "DA", "1000200", originator, "", "01", "999999992", "DA", "2000100")


def _payer_reference(payer_id: str) -> tuple[Reference, ...]:
    return (Reference("2U", payer_id),) if payer_id else ()
