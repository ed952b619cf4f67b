"""Two equal lines need a modifier that says why."""

from collections.abc import Iterator
from typing import Final

from claimwright.events.parts import ServiceLine
from claimwright.findings import Finding, at
from claimwright_coding.domain.code_sets import DatedCodes
from claimwright_coding.domain.content import Content

REPEAT_MODIFIERS: Final = frozenset({"59", "76", "77", "91", "XE", "XP", "XS", "XU"})
"""Each says that a like service was done again, or apart from the other."""


def duplicate_lines(content: Content, _codes: DatedCodes) -> Iterator[Finding]:
    """Yield a finding for each line that equals an earlier one and does not say that it was done again.

    Equal is: code, modifiers in any order, days, place and drug. Another side or finger is another modifier.
    """
    seen: dict[tuple[object, ...], int] = {}
    for index, line in enumerate(content.financial.lines):
        if REPEAT_MODIFIERS.intersection(line.modifiers):
            continue
        first = seen.setdefault(_what_was_done(line), index)
        if first != index:
            yield Finding(
                "coding.line_repeated",
                f"This line bills the same service on the same day as line {first + 1}.",
                where=at(f"/lines/{index}"),
                fix="Remove it, put the units together, or add the modifier that says it was done again.",
            )


def _what_was_done(line: ServiceLine) -> tuple[object, ...]:
    return (
        line.procedure_code,
        frozenset(line.modifiers),
        line.service_date,
        line.service_date_to or line.service_date,
        line.place_of_service,
        line.drug.ndc if line.drug else None,
    )
