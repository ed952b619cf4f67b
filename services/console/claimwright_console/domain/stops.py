"""What stops a claim, as its last stopping event says: missing facts, edits, or a payer's codes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from claimwright_console.domain import words


class Told(Protocol):
    """An event as far as it may say what stops a claim."""

    @property
    def data(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Stop:
    """One thing that stops a claim: its code, where it is in what the partner sent, what it means and what mends it."""

    code: str
    says: str
    pointer: str | None = None
    fix: str | None = None


def stops(event: Told) -> list[Stop]:
    """Return what an event says to stop its claim; an event that stops nothing says nothing."""
    data = event.data
    found = [
        Stop(one["code"], one.get("says", ""), one.get("pointer"), one.get("fix")) for one in _listed(data, "findings")
    ]
    found += [
        Stop(one["code"], f"The {one.get('ask', 'partner')} is asked for it.", one.get("pointer"))
        for one in _listed(data, "gaps")
    ]
    found += [
        Stop(
            f"{one['category']}:{one['status']}" + (f":{one['entity']}" if one.get("entity") else ""),
            "The answer's category, status and entity.",
        )
        for one in _listed(data, "statuses")
    ]
    found += [Stop(code, "The answer's code.") for code in data.get("codes") or ()]
    if not found and data.get("reason"):
        found.append(Stop(str(data["reason"]), f"{words.plain(str(data['reason'])).capitalize()}."))
    return found


def _listed(data: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    listed = data.get(name)
    return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, Sequence) else []
