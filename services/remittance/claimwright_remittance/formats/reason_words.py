"""What payers' adjustment reasons mean, in our own words; the official texts are not ours and not here."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def reason_words() -> Mapping[str, str]:
    """Return our words by adjustment reason code."""
    text = files("claimwright_remittance.formats").joinpath("reason_words.csv").read_text("utf-8")
    return {row["code"]: row["says"] for row in csv.DictReader(text.splitlines())}


def words_of(reason: str) -> str | None:
    """Return our words for a reason, or None for a code that has none; leading zeros and case do not count."""
    return reason_words().get(reason.strip().lstrip("0").upper())
