"""The trace number in what a bank wrote: the TRN segment of a payment's addenda, which ties it to its remittance.

Source: NACHA CCD+ addenda record, field 3; docs/domain/remittance-cases.md, case 33.
"""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Trace:
    """TRN02 and, where the bank kept it, TRN03: the number of the payment and the payer's tax id behind a 1."""

    number: str
    payer_id: str = ""


_NUMBER: Final = r"(?P<number>[A-Za-z0-9][A-Za-z0-9 ./_-]{0,49}?)"
_HEAD: Final = rf"TRN(?P<by>[*|^])\s*1(?P=by)\s*{_NUMBER}\s*"
_WITH_PAYER: Final = re.compile(rf"{_HEAD}(?P=by)\s*(?P<payer>[0-9A-Za-z]{{9,10}})(?![0-9A-Za-z])")
_ENDED: Final = re.compile(rf"{_HEAD}(?:(?P=by)|[~\\]|$)", re.MULTILINE)
_USABLE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./_-]{0,49}")


def trace_in(text: str) -> Trace | None:
    """Return the one trace number that a text names, or None where it names none or several.

    Shape: lines as the bank broke them; a segment that was broken over two lines is found too. A number with the
    payer's id behind it comes before one without, since it is known to be whole.
    """
    joined = text.replace("\n", "")
    for pattern in (_WITH_PAYER, _ENDED):
        for given in (text, joined):
            found = {
                Trace(match["number"].strip(), match["payer"] if "payer" in pattern.groupindex else "")
                for match in pattern.finditer(given)
            }
            if len(found) == 1:
                return found.pop()
            if found:
                return None
    return None


def trace_of(field: str) -> Trace | None:
    """Return the trace number of a field that holds it alone, or inside its segment."""
    text = field.strip()
    return trace_in(text) or (Trace(text) if _USABLE.fullmatch(text) else None)


def likened(number: str) -> str:
    """Return a trace number without what banks add and drop on its way: case, spaces, dashes, leading zeros."""
    return re.sub(r"[^0-9A-Z]", "", number.upper()).lstrip("0")
