"""Modifiers are two characters, and each stands once."""

import re
from collections.abc import Iterator
from typing import Final

from claimwright.findings import Finding, at
from claimwright_coding.domain.code_sets import DatedCodes
from claimwright_coding.domain.content import Content

_FORM: Final = re.compile(r"[0-9A-Z]{2}", re.ASCII)


def modifiers(content: Content, _codes: DatedCodes) -> Iterator[Finding]:
    """Yield findings for modifiers that are malformed or repeated on their line."""
    for index, line in enumerate(content.financial.lines):
        for position, modifier in enumerate(line.modifiers):
            place = at(f"/lines/{index}/modifiers/{position}")
            if not _FORM.fullmatch(modifier):
                yield Finding(
                    "coding.modifier_form",
                    "A modifier has two characters, digits or upper-case letters.",
                    where=place,
                    fix="Check the modifier for a typing error.",
                )
            elif modifier in line.modifiers[:position]:
                yield Finding(
                    "coding.modifier_repeated",
                    "This modifier is on the line already.",
                    where=place,
                    fix="Remove the second one.",
                )
