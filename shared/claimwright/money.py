"""Money in whole cents: read it, show it, share it out with no cent lost."""

from collections.abc import Sequence
from decimal import Decimal

from claimwright.refusals import Refusal


class TooManyDecimals(Refusal):
    """An amount with a fraction of a cent; who was given it makes a finding of this."""

    code = "money.too_many_decimals"


def cents_of(amount: Decimal) -> int:
    """Return a decimal amount of dollars as whole cents.

    Errors: TooManyDecimals when the amount holds a fraction of a cent or is no finite number.
    """
    if not amount.is_finite() or amount != amount.quantize(Decimal("0.01")):
        raise TooManyDecimals
    return int(amount.scaleb(2))


def dollars(cents: int) -> str:
    """Return cents as a person reads them: `$1,234.50`, `-$3.00`."""
    sign = "-" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    return f"{sign}${whole:,}.{rest:02d}"


def split(total_cents: int, weights: Sequence[int]) -> list[int]:
    """Share an amount out by weight; the parts add up to the total.

    The cents that division leaves go one by one to the parts that lost most by rounding, the earlier first.

    Shape: as many parts as weights; weights are not negative and not all zero.
    Errors: ValueError for weights that can't share anything out.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights must not be negative and not all zero")
    sign = -1 if total_cents < 0 else 1
    shares = [divmod(abs(total_cents) * weight, whole) for weight in weights]
    parts = [share for share, _ in shares]
    left = abs(total_cents) - sum(parts)
    for place in sorted(range(len(weights)), key=lambda at: -shares[at][1])[:left]:
        parts[place] += 1
    return [sign * part for part in parts]
