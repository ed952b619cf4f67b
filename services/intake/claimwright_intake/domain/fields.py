"""The small types that an encounter's fields are made of.

Each says what is wrong in our own words, never with the value.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    PlainSerializer,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from claimwright.ids import npi_is_valid

DELIMITERS: Final = frozenset("~*:^")
"""What separates the parts of our own X12 files. Inside a name it would end a segment and begin a forged one."""

LONGEST_LIFE_YEARS: Final = 125
FIRST_DAY_OF_SERVICE: Final = date(1990, 1, 1)
MOST_CENTS: Final = 9_999_999_99
"""No single service costs ten million dollars; more is a slip of the keyboard."""

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9]{1,7}(\.[0-9]{1,3})?", re.ASCII)
_USUAL: Final = re.compile(r"[!-)+-9;-\]_-}]([ -)+-9;-\]_-}]*[!-)+-9;-\]_-}])?", re.ASCII)
"""What nearly all texts are, with nothing to be done: visible ASCII, no delimiters, no blanks at the ends."""
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})


def rule(code: str, says: str, *, fix: str) -> PydanticCustomError:
    """Return the error of one of our own rules; `domain.reading` makes a finding of it."""
    return PydanticCustomError(code, says, {"fix": fix})


@dataclass(frozen=True, slots=True)
class WireText:
    """A text that will stand in an X12 file: not blank, no control characters, none of the delimiters.

    Texts are kept in Unicode's composed form, without blanks at the ends.
    """

    longest: int

    def __get_pydantic_core_schema__(self, source: type[str], handler: GetCoreSchemaHandler) -> CoreSchema:
        text = core_schema.str_schema(min_length=1, max_length=self.longest, strict=True)
        return core_schema.no_info_after_validator_function(_wire_text, text)


def _wire_text(text: str) -> str:
    if _USUAL.fullmatch(text):
        return text
    text = _visible(text)
    if DELIMITERS.intersection(text):
        raise rule(
            "encounter.text_has_delimiters",
            "This text holds one of the characters that separate the parts of a claim.",
            fix="Remove ~ * : ^ from the text.",
        )
    # X12 has Latin letters without accents: é can be written as e, and a text of other scripts as nothing at all.
    if not text.isascii() and not unicodedata.normalize("NFKD", text).encode("ascii", "ignore").strip():
        raise rule(
            "encounter.text_not_latin",
            "This text has no letter or digit that a claim can hold.",
            fix="Write it in Latin letters.",
        )
    return text


def _visible(text: str) -> str:
    if text.isascii() and text.isprintable() and (stripped := text.strip()):
        return stripped  # as nearly all are; it needs no composing
    text = unicodedata.normalize("NFC", text).strip()
    if any(unicodedata.category(letter) in _INVISIBLE for letter in text):
        raise rule(
            "encounter.text_has_controls",
            "This text holds control characters.",
            fix="Remove line ends, tabs and invisible characters.",
        )
    if not text:
        raise rule("encounter.text_is_blank", "This text is blank.", fix="Fill it, or leave the field out.")
    return text


def _note(text: str) -> str:
    _visible(re.sub(r"[\r\n\t]", " ", text))
    return unicodedata.normalize("NFC", text)


def _npi(text: str) -> str:
    if not npi_is_valid(text):
        raise rule(
            "encounter.npi_check_digit",
            "This is no national provider identifier: its check digit does not fit.",
            fix="Check the number against the national registry.",
        )
    return text


def _day(value: Any) -> Any:
    # `date` alone would also take numbers and moments.
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise rule("encounter.day_form", "A day is written as YYYY-MM-DD.", fix="Write the day as YYYY-MM-DD.")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise rule(
            "encounter.day_does_not_exist", "There is no such day.", fix="Check the day against a calendar."
        ) from None


def _not_in_future(value: date, info: ValidationInfo) -> date:
    today: date | None = (info.context or {}).get("today")
    if today is not None and value > today:
        raise rule(
            "encounter.day_in_future",
            "This day lies in the future.",
            fix="Send the encounter when the service is done, or mend the day.",
        )
    return value


def _of_a_life(value: date, info: ValidationInfo) -> date:
    today: date | None = (info.context or {}).get("today")
    if today is not None and value.year < today.year - LONGEST_LIFE_YEARS:
        raise rule("encounter.day_too_long_ago", "This day lies too far in the past.", fix="Check the year.")
    return value


def _of_service(value: date) -> date:
    if value < FIRST_DAY_OF_SERVICE:
        raise rule("encounter.day_too_long_ago", "This day lies too far in the past.", fix="Check the year.")
    return value


def _units(value: Any) -> Any:
    # A number as JSON has it, or its text; `Decimal` alone would also take 1_000, NaN and exponents.
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise rule(
            "encounter.units_form",
            "Units are a plain positive number with at most three decimals.",
            fix="Write units as a plain number such as 1 or 2.5.",
        )
    if not _NUMBER.fullmatch(str(value)):
        raise rule(
            "encounter.units_form",
            "Units are a plain positive number with at most three decimals.",
            fix="Write units as a plain number such as 1 or 2.5.",
        )
    number = Decimal(str(value))
    if not number:
        raise rule("encounter.units_zero", "Units are more than zero.", fix="Give the units, or leave the line out.")
    return number


def _number(units: Decimal) -> int | float:
    return int(units) if units == units.to_integral_value() else float(units)


def _without_point(text: str) -> str:
    return text.replace(".", "").upper()


Day = Annotated[date, BeforeValidator(_day, json_schema_input_type=date)]
PastDay = Annotated[Day, AfterValidator(_not_in_future)]
BirthDate = Annotated[PastDay, AfterValidator(_of_a_life)]
ServiceDate = Annotated[PastDay, AfterValidator(_of_service)]

Npi = Annotated[
    str,
    Field(pattern=r"^[0-9]{10}$", description="National provider identifier.", examples=["1003000126"]),
    AfterValidator(_npi),
]
DiagnosisCode = Annotated[
    str,
    Field(pattern=r"^[0-9A-Za-z]{3}\.?[0-9A-Za-z]{0,4}$", examples=["E11.9"]),
    AfterValidator(_without_point),
]
NoteText = Annotated[str, Field(min_length=1, max_length=5000), AfterValidator(_note)]
Cents = Annotated[int, Field(strict=True, ge=0, le=MOST_CENTS, description="Whole cents.")]
Units = Annotated[
    Decimal,
    BeforeValidator(_units),
    PlainSerializer(_number, when_used="json"),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": 9_999_999.999, "examples": [1, 2.5]}),
]
StateCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$", examples=["OH"])]
TwoDigits = Annotated[str, Field(pattern=r"^[0-9]{2}$")]
