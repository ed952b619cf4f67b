"""Whether two schemas of one event version go together in both directions: each one's readers read the other's events.

Required fields neither grow nor shrink, released fields stay, types and formats are fixed, and a list of values grows
only where its readers take values that they do not know. New fields are optional. Sealed parts count as well.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

_FIXED: Final = (
    "type", "format", "const", "pattern", "contentEncoding", "contentMediaType", "additionalProperties", "uniqueItems",
    "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems",
    "multipleOf",
)  # fmt: skip
_SAYS_NOTHING: Final = {"title", "description", "examples", "$defs", "$schema"}
_LOOKED_AT: Final = {
    *_FIXED, *_SAYS_NOTHING, "$ref", "properties", "required", "enum", "default", "anyOf", "items", "prefixItems",
    "contentSchema",
}  # fmt: skip


def breaks(released: Schema, today: Schema) -> list[str]:
    """Return what of today's schema does not go with a released one, each by its place; empty when both go together."""
    return list(_Comparison(released, today).of(released, today, "", tolerant=False))


class _Comparison:
    """Two whole schemas, so that references of each are looked up in its own definitions."""

    def __init__(self, released: Schema, today: Schema) -> None:
        self._released = released.get("$defs", {})
        self._today = today.get("$defs", {})
        self._under_way: set[tuple[str, str]] = set()

    def of(self, old: Schema, new: Schema, place: str, *, tolerant: bool) -> Iterator[str]:
        """Yield the breaks of two schemas that stand at the same place. `tolerant`: readers take any text here."""
        references = (str(old.get("$ref", "")), str(new.get("$ref", "")))
        if all(references):
            if references in self._under_way:
                return
            self._under_way.add(references)
        old, new = _resolved(old, self._released), _resolved(new, self._today)
        yield from (f"{place or '/'}: {word} is not known to this check" for word in {*old, *new} - _LOOKED_AT)
        yield from (
            f"{place or '/'}: {word} was {old.get(word)!r} and is {new.get(word)!r}"
            for word in _FIXED
            if old.get(word) != new.get(word)
        )
        yield from self._fields(old, new, place)
        yield from _values(old, new, place, tolerant=tolerant)
        yield from self._choices(old, new, place)
        for word in ("items", "contentSchema"):
            yield from self._both(old.get(word), new.get(word), f"{place}/{word}")
        yield from self._rows(old.get("prefixItems", ()), new.get("prefixItems", ()), place)
        self._under_way.discard(references)

    def _fields(self, old: Schema, new: Schema, place: str) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        needed, needed_now = set(old.get("required", ())), set(new.get("required", ()))
        yield from (f"{place}/{name}: was required and is not" for name in sorted(needed - needed_now))
        yield from (f"{place}/{name}: is required and was not" for name in sorted(needed_now - needed))
        yield from (f"{place}/{name}: is gone" for name in sorted(before.keys() - after.keys()))
        for name in before.keys() & after.keys():
            yield from self.of(before[name], after[name], f"{place}/{name}", tolerant=False)
            if before[name].get("default") != after[name].get("default"):
                yield f"{place}/{name}: what its absence means has changed"

    def _choices(self, old: Schema, new: Schema, place: str) -> Iterator[str]:
        before, after = old.get("anyOf", ()), new.get("anyOf", ())
        if len(before) != len(after):
            yield f"{place}: had {len(before)} forms and has {len(after)}"
            return
        tolerant = all(any(_is_any_text(choice) for choice in choices) for choices in (before, after))
        for one, other in zip(before, after, strict=True):
            yield from self.of(one, other, place, tolerant=tolerant)

    def _rows(self, before: Any, after: Any, place: str) -> Iterator[str]:
        if len(before) != len(after):
            yield f"{place}: had {len(before)} places and has {len(after)}"
            return
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from self.of(one, other, f"{place}/{number}", tolerant=False)

    def _both(self, old: Schema | None, new: Schema | None, place: str) -> Iterator[str]:
        if old is not None and new is not None:
            yield from self.of(old, new, place, tolerant=False)
        elif old is not new:
            yield f"{place}: is there in one of the two only"


def _values(old: Schema, new: Schema, place: str, *, tolerant: bool) -> Iterator[str]:
    before, after = old.get("enum"), new.get("enum")
    if before is None and after is None:
        return
    if before is None or after is None:
        yield f"{place}: has a list of values in one of the two only"
        return
    yield from (f"{place}: the value {value!r} is gone" for value in before if value not in after)
    if not tolerant:
        yield from (
            f"{place}: the value {value!r} is new, and readers refuse what they do not know"
            for value in after
            if value not in before
        )


def _is_any_text(schema: Schema) -> bool:
    return schema.get("type") == "string" and not {"enum", "const", "pattern", "format"} & schema.keys()


def _resolved(schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    if "$ref" not in schema:
        return schema
    return {**definitions[str(schema["$ref"]).rpartition("/")[2]], **{k: v for k, v in schema.items() if k != "$ref"}}
