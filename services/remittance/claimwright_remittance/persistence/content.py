"""Remit claims and their matches as JSON: codes, cents and places, as the file said them; no names."""

from typing import Any, Final

from pydantic import TypeAdapter

from claimwright_remittance.domain.remits.matching import LineMatch
from claimwright_remittance.domain.remits.numbers import without_foreign_numbers
from claimwright_remittance.domain.remits.remittance import RemitClaim

_CLAIM: Final = TypeAdapter(RemitClaim)
_MATCHES: Final = TypeAdapter(tuple[LineMatch, ...])


def claim_text(claim: RemitClaim) -> str:
    """Return a remit claim as JSON text, without numbers that are not ours."""
    return _CLAIM.dump_json(without_foreign_numbers(claim), exclude_defaults=True).decode()


def claim_json(claim: RemitClaim) -> Any:
    """Return a remit claim as JSON data, without numbers that are not ours."""
    return _CLAIM.dump_python(without_foreign_numbers(claim), mode="json", exclude_defaults=True)


def claim_of(content: Any) -> RemitClaim:
    """Return the remit claim in JSON data."""
    return _CLAIM.validate_python(content)


def claim_in(text: str) -> RemitClaim:
    """Return the remit claim in JSON text."""
    return _CLAIM.validate_json(text)


def matches_json(matches: tuple[LineMatch, ...]) -> Any:
    """Return matches as JSON data."""
    return _MATCHES.dump_python(matches, mode="json")


def matches_text(matches: tuple[LineMatch, ...]) -> str:
    """Return matches as JSON text."""
    return _MATCHES.dump_json(matches).decode()


def matches_of(content: Any) -> tuple[LineMatch, ...]:
    """Return the matches in JSON data."""
    return _MATCHES.validate_python(content)


def matches_in(text: str) -> tuple[LineMatch, ...]:
    """Return the matches in JSON text."""
    return _MATCHES.validate_json(text)
