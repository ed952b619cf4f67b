"""What becomes of a coded claim here: queued, queued again, held, or left to a person once it has been billed."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from claimwright import control_numbers
from claimwright.events.lifecycle import REJECTED
from claimwright.events.lifecycle_words import Stage
from claimwright.events.parts import EncounterClinical, EncounterFinancial, EncounterIdentity, ServiceLine

ORIGINAL: Final = "1"

Frequency = Literal["1", "7", "8"]


@dataclass(frozen=True, slots=True)
class BilledContent:
    """The whole content of one claim as it is billed: who, why, what for how much."""

    identity: EncounterIdentity
    clinical: EncounterClinical
    financial: EncounterFinancial


class Next(StrEnum):
    """What a newly coded version of a claim leads to."""

    QUEUE = "queue"
    HOLD = "hold"
    TELL_BILLED = "tell_billed"
    NOTHING = "nothing"


# Nothing of these is on its way to a payer, so the claim may still be changed.
_MAY_CHANGE: Final = REJECTED | {Stage.HELD, Stage.SCRUB_FAILED, Stage.NOT_BILLABLE}


def may_change(stage: Stage) -> bool:
    """Return whether nothing of a submission in this stage is on its way to a payer or decided by one."""
    return stage in _MAY_CHANGE


@dataclass(frozen=True, slots=True)
class Standing:
    """As much of a submission as decides what a new version of its claim leads to.

    `is_waiting` is true while it is queued and in no file yet.
    """

    stage: Stage
    encounter_version: int
    is_waiting: bool


def next_for(standing: Standing | None, *, encounter_version: int, has_route: bool) -> Next:
    """Decide what a coded version of a claim leads to.

    The same or an older version changes nothing unless it was coded again because the claim had come back.
    """
    if standing is None:
        return Next.QUEUE if has_route else Next.HOLD
    if encounter_version < standing.encounter_version:
        return Next.NOTHING
    if may_change(standing.stage):
        return Next.QUEUE if has_route else Next.HOLD
    if encounter_version == standing.encounter_version:
        return Next.NOTHING
    return Next.QUEUE if standing.is_waiting else Next.TELL_BILLED


@dataclass(frozen=True, slots=True)
class NumberedLines:
    """Lines with their control numbers, and how many numbers the claim has used by now."""

    lines: tuple[ServiceLine, ...]
    minted: int


def number_lines(
    lines: Sequence[ServiceLine], *, before: Sequence[ServiceLine], minted: int, patient_control_number: str
) -> NumberedLines:
    """Give each line its control number: its own again where the claim had it before, else the next one.

    No number is given twice, and none of a dropped line is given again.

    Shape: `before` holds the numbered lines of the version before this one; `minted` counts the numbers ever given.
    """
    numbered: list[ServiceLine] = []
    for line in known_lines(lines, before=before):
        if line.line_control_number is None:
            minted += 1
            number = control_numbers.line_number(patient_control_number, minted)
            numbered.append(line.model_copy(update={"line_control_number": number}))
        else:
            numbered.append(line)
    return NumberedLines(tuple(numbered), minted)


def known_lines(lines: Sequence[ServiceLine], *, before: Sequence[ServiceLine]) -> tuple[ServiceLine, ...]:
    """Return the lines with the numbers that they had before; a line that is new has none.

    A line is known again by all it says, else by code, modifiers and day, else by code and day, else by its place when
    the claim has as many lines as before.
    """
    kept: dict[int, str] = {}
    left = {place: line for place, line in enumerate(before) if line.line_control_number}
    for rung in _RUNGS:
        for place, line in enumerate(lines):
            if place in kept:
                continue
            found = next((at for at, earlier in left.items() if rung(line) == rung(earlier)), None)
            if found is not None:
                kept[place] = str(left.pop(found).line_control_number)
    if len(before) == len(lines):
        for place in range(len(lines)):
            if place not in kept and place in left:
                kept[place] = str(left.pop(place).line_control_number)
    return tuple(line.model_copy(update={"line_control_number": kept.get(place)}) for place, line in enumerate(lines))


def _whole(line: ServiceLine) -> object:
    return line.model_copy(update={"line_control_number": None})


def _code_modifiers_day(line: ServiceLine) -> object:
    return line.procedure_code, line.modifiers, line.service_date


def _code_day(line: ServiceLine) -> object:
    return line.procedure_code, line.service_date


_RUNGS: Final = (_whole, _code_modifiers_day, _code_day)
