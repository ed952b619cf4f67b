"""Ids: UUIDv7 in tables, TypeID text (`clm_…`) in JSON, URLs, events and record keys; and check characters."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import uuid_utils

from claimwright import clock

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUE_OF: Final = {letter: value for value, letter in enumerate(_ALPHABET)}
_LENGTH: Final = 26
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

ENCOUNTER: Final = "enc"
CLAIM: Final = "clm"
ORGANIZATION: Final = "org"
EVENT: Final = "evt"
FILE: Final = "fil"
SUBMISSION: Final = "sub"
ATTEMPT: Final = "att"
ARTIFACT: Final = "art"
REMITTANCE: Final = "rmt"
REMIT_CLAIM: Final = "rmc"
POSTING: Final = "pst"
DENIAL: Final = "dnl"
ACT: Final = "act"
TERMS: Final = "ctr"
VARIANCE: Final = "var"
WORK_ITEM: Final = "wrk"
DEPOSIT: Final = "dep"
DEPOSIT_MATCH: Final = "dpm"
POLICY: Final = "pol"
PERSON: Final = "per"
ROUTE: Final = "rte"


class MalformedId(ValueError):
    """A text that is no id of the wanted kind."""


def new() -> UUID:
    """Return a new UUIDv7 of this moment (of the movable clock, so that ids sort as the moments do)."""
    since_epoch = clock.now() - _EPOCH
    microseconds = since_epoch // timedelta(microseconds=1)
    return UUID(int=uuid_utils.uuid7(nanoseconds=microseconds * 1000).int)


def text(prefix: str, value: UUID) -> str:
    """Return an id as text: the prefix, `_`, and 26 lower-case Crockford base-32 characters.

    Source: the TypeID specification 0.3.
    """
    number = value.int
    letters = [_ALPHABET[(number >> shift) & 31] for shift in range(5 * (_LENGTH - 1), -1, -5)]
    return f"{prefix}_{''.join(letters)}"


def parse(prefix: str, given: str) -> UUID:
    """Return the UUID in an id's text.

    Errors: MalformedId for another prefix or anything that `text` would not have written.
    """
    head, _, tail = given.rpartition("_")
    if head != prefix or len(tail) != _LENGTH or tail[0] > "7":
        raise MalformedId(prefix)
    number = 0
    for letter in tail:
        value = _VALUE_OF.get(letter)
        if value is None:
            raise MalformedId(prefix)
        number = (number << 5) | value
    return UUID(int=number)


def npi_is_valid(npi: str) -> bool:
    """Return whether a national provider identifier has ten digits, starts with 1 or 2, and its check digit fits.

    Source: 45 CFR 162.406; the Luhn formula over the number with 80840 before it.
    """
    if len(npi) != 10 or not (npi.isascii() and npi.isdigit()) or npi[0] not in "12":
        return False
    total = 24
    for place, letter in enumerate(reversed(npi)):
        digit = int(letter)
        if place % 2:
            digit = digit * 2 - 9 if digit > 4 else digit * 2
        total += digit
    return total % 10 == 0
