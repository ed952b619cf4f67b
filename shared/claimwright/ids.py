"""Ids: UUIDv7 in tables, TypeID text (`clm_…`) in JSON, URLs, events and record keys; and check characters."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

import uuid_utils

from claimwright import clock

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_WRITTEN: Final = re.compile(f"[0-7][{_ALPHABET}]{{25}}")
_TO_DIGITS: Final = str.maketrans(_ALPHABET, "0123456789abcdefghijklmnopqrstuv")
"""From Crockford's alphabet to the one that `int` reads to the base 32."""
_PAIRS: Final = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
"""Two characters for each ten bits."""
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
PARKED: Final = "prk"
LONG_ACT: Final = "lac"


_REMEMBERED: Final = 16_384
"""Ids that need not be read or written again: a claim's come with each of its events, to each of their readers."""
_DOUBLED: Final = str.maketrans("0123456789", "0246813579")
"""Twice each digit, nine less where that has two digits."""


class MalformedId(ValueError):
    """A text that is no id of the wanted kind."""


def new() -> UUID:
    """Return a new UUIDv7 of this moment (of the movable clock, so that ids sort as the moments do)."""
    since = clock.now() - _EPOCH
    microseconds = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return UUID(int=uuid_utils.uuid7(nanoseconds=microseconds * 1000).int)


@lru_cache(maxsize=_REMEMBERED)
def text(prefix: str, value: UUID) -> str:
    """Return an id as text: the prefix, `_`, and 26 lower-case Crockford base-32 characters.

    Source: the TypeID specification 0.3.
    """
    number, pairs = value.int, _PAIRS
    return (
        f"{prefix}_{pairs[number >> 120]}{pairs[number >> 110 & 1023]}{pairs[number >> 100 & 1023]}"
        f"{pairs[number >> 90 & 1023]}{pairs[number >> 80 & 1023]}{pairs[number >> 70 & 1023]}"
        f"{pairs[number >> 60 & 1023]}{pairs[number >> 50 & 1023]}{pairs[number >> 40 & 1023]}"
        f"{pairs[number >> 30 & 1023]}{pairs[number >> 20 & 1023]}{pairs[number >> 10 & 1023]}{pairs[number & 1023]}"
    )


@lru_cache(maxsize=_REMEMBERED)
def parse(prefix: str, given: str) -> UUID:
    """Return the UUID in an id's text.

    Errors: MalformedId for another prefix or anything that `text` would not have written.
    """
    head, _, tail = given.rpartition("_")
    if head != prefix or _WRITTEN.fullmatch(tail) is None:
        raise MalformedId(prefix)
    return UUID(int=int(tail.translate(_TO_DIGITS), 32))


def npi_is_valid(npi: str) -> bool:
    """Return whether a national provider identifier has ten digits, starts with 1 or 2, and its check digit fits.

    Source: 45 CFR 162.406; the Luhn formula over the number with 80840 before it.
    """
    if len(npi) != 10 or not (npi.isascii() and npi.isdigit()) or npi[0] not in "12":
        return False
    total = 24 + sum(map(int, npi[1::2] + npi[::2].translate(_DOUBLED)))
    return total % 10 == 0
