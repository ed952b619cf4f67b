"""Planted values that no patient has, in every form in which they could leak, and a search for them."""

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from tests.support.builders_intake import Json, a_coverage, a_patient, an_address, an_encounter_document

MEMBER: Final = "PAIDQX77431908"
LAST_NAME: Final = "Zyxquellborough"
FIRST_NAME: Final = "Wrenbrandtia"
BIRTH_DATE: Final = "1931-07-19"
STREET: Final = "90417 Vanthorpe Crescent"
PHONE: Final = "5559017446"
NOTE: Final = "quaggalith reported after breakfast"
RECORD_NUMBER: Final = "MRN88104427QX"
EXTERNAL: Final = "visit-canary-5512908QX"

PLANTED: Final = (MEMBER, LAST_NAME, FIRST_NAME, BIRTH_DATE, STREET, PHONE, NOTE, RECORD_NUMBER)

CONTROL: Final = "Ostrivandlewick"
"""In no request: a test lays it by hand where a leak would be, to see that the search looks there."""

_BYTES_IN_DUMP: Final = re.compile(rb"\\\\x((?:[0-9a-f]{2})+)")


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a planted value was found, and in which form."""

    place: str
    value: str
    form: str


def a_canary(*, external_id: str = EXTERNAL, **changes: object) -> Json:
    """Return an encounter that can be billed and is full of planted values."""
    return an_encounter_document(
        external_id=external_id,
        patient=a_patient(
            name={"last": LAST_NAME, "first": FIRST_NAME},
            birth_date=BIRTH_DATE,
            address=an_address(line1=STREET),
            phone=PHONE,
            medical_record_number=RECORD_NUMBER,
        ),
        coverages=[a_coverage(member_id=MEMBER)],
        notes=[NOTE],
    ) | dict(changes)


def forms_of(value: str) -> Iterator[tuple[str, bytes]]:
    """Yield a value as it could stand in a file: plain, in other cases, encoded."""
    for text in {value, value.upper(), value.lower()}:
        plain = text.encode()
        yield "plain", plain
        yield "utf-16", text.encode("utf-16-le")
        yield "hex", plain.hex().encode()
        if quote(text) != text:
            yield "url", quote(text).encode()
        for shift in range(3):
            # The middle of base64 text does not depend on what stands before, but for where it begins.
            encoded = base64.b64encode(b"\0" * shift + plain)
            yield "base64", encoded[4 if shift else 0 : -4]
    if value == BIRTH_DATE:
        yield "compact", value.replace("-", "").encode()


def search(place: str, content: bytes) -> list[Hit]:
    """Return every planted value in these bytes, the control's among them."""
    return [
        Hit(place, value, form)
        for value in (*PLANTED, CONTROL)
        for form, wanted in forms_of(value)
        if wanted and wanted in content
    ]


def search_dump(dump: bytes) -> list[Hit]:
    """Return every planted value in a dump of the data, with binary columns as the bytes that they hold.

    On disk long values are compressed, and a search of the files would pass over them.
    """
    content = _BYTES_IN_DUMP.sub(lambda found: bytes.fromhex(found[1].decode()), dump)
    return search("dump", content)


def search_files(folders: Iterable[Path]) -> list[Hit]:
    """Return every planted value in the files below these folders."""
    hits: list[Hit] = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                hits += search(str(path.relative_to(folder.parent)), path.read_bytes())
    return hits
