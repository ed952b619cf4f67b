"""Which claim an altered patient control number may have meant. A suggestion decides nothing: a person does.

Source: docs/domain/remittance-cases.md, case 34.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

SHORTEST: Final = 6
"""Fewer characters than this are shared by too many numbers to say anything."""


@dataclass(frozen=True, slots=True)
class Known:
    """A number of ours, and what its claim was billed for."""

    patient_control_number: str
    claim_id: str
    charge_cents: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A claim that may have been meant, with what speaks for it; more reasons are better."""

    known: Known
    reasons: tuple[str, ...]


def cleaned(number: str) -> str:
    """Return a number as it may have been before it was padded, spaced or put in lower case."""
    return "".join(letter for letter in number.upper() if letter.isascii() and letter.isalnum())


def suggest(number: str, charge_cents: int, known: Iterable[Known]) -> list[Suggestion]:
    """Return the claims whose number the given one may be a cut, padded or mistyped form of, the likeliest first."""
    given = cleaned(number)
    found = [Suggestion(each, reasons) for each in known if (reasons := _reasons(given, charge_cents, each))]
    return sorted(found, key=lambda each: (-len(each.reasons), each.known.patient_control_number))


def _reasons(given: str, charge_cents: int, known: Known) -> tuple[str, ...]:
    ours = known.patient_control_number
    if given == ours:
        like = "written_otherwise"
    elif len(given) >= SHORTEST and (ours.startswith(given) or ours.endswith(given)):
        like = "cut"
    elif ours in given:
        like = "padded"
    elif len(given) == len(ours) and sum(a != b for a, b in zip(given, ours, strict=True)) == 1:
        like = "one_character_differs"
    else:
        return ()
    return (like, "charge_equals") if abs(charge_cents) == known.charge_cents else (like,)
