"""BAI type codes, as far as they tell an electronic credit from any other, and what came in from what went out.

Source: the BAI2 specification: 100 to 399 and, among a bank's own codes, 920 to 959 are credits; 400 to 699 and 960 to
999 are debits; the rest says nothing about money that moved.
"""

from typing import Final

from claimwright_remittance.domain.deposits.lines import Kind

ELECTRONIC: Final = frozenset({"142", "145", "164", "165", "166", "167", "169", "195"})
"""ACH credits by their several names, corporate trade payments, and incoming wires."""


def kind_of_code(code: str) -> Kind | None:
    """Return what a detail code says moved, or None where it moves nothing that we know."""
    number = int(code)
    if 100 <= number <= 399 or 920 <= number <= 959:
        return Kind.ACH_CREDIT if code in ELECTRONIC else Kind.CREDIT
    if 400 <= number <= 699 or 960 <= number <= 999:
        return Kind.DEBIT
    return None
