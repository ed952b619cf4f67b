"""ICD-11 codes and clusters: their grammar, and where in the text it breaks.

`cluster = group ("/" group)*; group = stem ("&" extension)*`. A stem never starts with X and an extension always does;
the letters I and O are never used. Which extension a stem allows is not in any table that may be shipped, so what is
said here is: grammar checked.

Source: WHO ICD-11 reference guide 2.9 to 2.11, paraphrased.
"""

import re
from dataclasses import dataclass
from typing import Final

_STEM: Final = re.compile(r"[0-9A-HJ-NP-WYZ][0-9A-HJ-NP-Z]{3}(?:\.[0-9A-HJ-NP-Z]{1,2})?", re.ASCII)
_EXTENSION: Final = re.compile(r"X[0-9A-HJ-NP-Z]{2,5}(?:\.[0-9A-HJ-NP-Z]{1,2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Group:
    """One stem with the extensions that say more about it."""

    stem: str
    extensions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cluster:
    """Groups in the order that was given; order carries meaning, and either order is valid."""

    groups: tuple[Group, ...]

    def __str__(self) -> str:
        return "/".join("&".join((group.stem, *group.extensions)) for group in self.groups)


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """Where a text stops being a cluster: the character's position from 1, and why."""

    position: int
    says: str


def parse(text: str) -> Cluster | SyntaxFault:
    """Return the cluster that a text is, or the first place where it is none."""
    groups: list[Group] = []
    start = 1
    for group_text in text.split("/"):
        group = _group(group_text, start)
        if isinstance(group, SyntaxFault):
            return group
        groups.append(group)
        start += len(group_text) + 1
    return Cluster(tuple(groups))


def _group(text: str, start: int) -> Group | SyntaxFault:
    stem, *extensions = text.split("&")
    if not stem:
        return SyntaxFault(start, "A stem code is missing here.")
    if stem.startswith("X"):
        return SyntaxFault(start, "An extension code stands where a stem code has to.")
    if not _STEM.fullmatch(stem):
        return SyntaxFault(start, "This is no stem code: four characters, then a point and one or two more if any.")
    position = start + len(stem) + 1
    for extension in extensions:
        if not extension:
            return SyntaxFault(position, "An extension code is missing here.")
        if not extension.startswith("X"):
            return SyntaxFault(position, "A stem code stands where an extension code has to; stems are joined by `/`.")
        if not _EXTENSION.fullmatch(extension):
            return SyntaxFault(position, "This is no extension code: X and up to five characters.")
        position += len(extension) + 1
    return Group(stem, tuple(extensions))
