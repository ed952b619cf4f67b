"""A mended copy of an event's data against the one that came: is it of the event's schema, and what differs.

Pure. The sealed parts are bound to the event and stay as they are; so does the field that names the record key.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from pydantic import ValidationError

from claimwright.events.catalog import model_named
from claimwright.refusals import Refusal

Data = Mapping[str, Any]
Change = dict[str, Any]
"""One operation of RFC 6902: `op`, `path`, `value` where there is one, and `was`, which JSON Patch does not have."""

_LARGEST: Final = 100_000


class EditNotPossible(Refusal):
    """An event that cannot be edited, or an edit that makes another event of it."""

    code: ClassVar[str] = "edit_not_possible"
    fix: ClassVar[str | None] = "Release it once the code can take it, or skip it with a reason."


class EditUnreadable(Exception):
    """An edit that is not of the event's schema. `errors` are Pydantic's, without what was put in."""

    def __init__(self, errors: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(f"{len(errors)} findings")
        self.errors = errors


def data_in(payload: bytes | None) -> dict[str, Any] | None:
    """Return the clear part of a record's value, or None where the value is not of our form."""
    try:
        value = json.loads(payload or b"")
        data, sealed = value["data"], value["sealed"]
    except (ValueError, KeyError, TypeError):
        return None
    return data if isinstance(data, dict) and isinstance(sealed, dict) else None


def sealed_in(payload: bytes | None) -> tuple[str, ...]:
    """Return the purposes whose sealed parts came with an event."""
    return () if data_in(payload) is None else tuple(json.loads(payload or b"")["sealed"])


def errors_of(event_type: str | None, data: Data | None, *, as_published: bool) -> list[dict[str, Any]]:
    """Return what is wrong with an event's data by the schema of its type, as Pydantic's errors without the input.

    `as_published` refuses unknown fields, as a publisher does; a consumer ignores them.
    """
    model = model_named(event_type or "")
    if model is None or data is None:
        return [{"type": "missing", "loc": ("body", "data"), "msg": "unreadable"}]
    try:
        # As JSON, since that is how it comes: texts become moments, lists become tuples.
        model.model_validate_json(json.dumps(data), extra="forbid" if as_published else "ignore")
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        return [{**one, "loc": ("body", "data", *one["loc"])} for one in found]
    return []


def edit(event_type: str | None, original: Data | None, edited: Data) -> list[Change]:
    """Return how edited data differs from what came, as JSON Patch.

    Errors: EditNotPossible for an event without readable data or a type that is not known, for an edit that changes
    nothing, and for one that moves the event to another record key; EditUnreadable.
    """
    model = model_named(event_type or "")
    if model is None or original is None:
        raise EditNotPossible("what came is no event of a type that this version knows")
    if len(json.dumps(edited)) > _LARGEST:
        raise EditNotPossible("the edit is larger than any event")
    errors = errors_of(event_type, edited, as_published=True)
    if errors:
        raise EditUnreadable(errors)
    if edited.get(model.KEY) != original.get(model.KEY):
        raise EditNotPossible(f"`{model.KEY}` is the record key; it keeps the order and stays")
    changes = list(_changes(original, edited, ""))
    if not changes:
        raise EditNotPossible("the edit changes nothing")
    return changes


def _changes(was: Any, now: Any, path: str) -> list[Change]:
    """Return the operations that make one value of another; lists are taken as a whole."""
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        found: list[Change] = []
        for name in sorted({*was, *now}):
            place = f"{path}/{name.replace('~', '~0').replace('/', '~1')}"
            if name not in now:
                found.append({"op": "remove", "path": place, "was": was[name]})
            elif name not in was:
                found.append({"op": "add", "path": place, "value": now[name]})
            else:
                found += _changes(was[name], now[name], place)
        return found
    if json.dumps(was, sort_keys=True) == json.dumps(now, sort_keys=True):  # true is not 1 here
        return []
    return [{"op": "replace", "path": path, "value": now, "was": was}]
