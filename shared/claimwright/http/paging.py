"""Pages of a list by keyset: an opaque cursor says where the last one ended; nothing is skipped or shown twice."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, ClassVar, Final, Generic, TypeVar

from fastapi import Query

from claimwright.http.models import Answer
from claimwright.refusals import Refusal

LONGEST_PAGE: Final = 500
USUAL_PAGE: Final = 100
_LONGEST_CURSOR: Final = 512
_Item = TypeVar("_Item")

Key = tuple[str | int, ...]
"""The values of the ordering columns of one row; ids, moments and numbers only, since a cursor can be read."""

After = Annotated[
    str | None, Query(max_length=_LONGEST_CURSOR, description="The `next` of the page before; leave it out to begin.")
]
Limit = Annotated[int, Query(ge=1, le=LONGEST_PAGE, description="The most items that this page may hold.")]


class CursorMalformed(Refusal):
    """A cursor that no page of this list gave."""

    code: ClassVar[str] = "cursor_malformed"
    fix: ClassVar[str | None] = "Send the `next` of the page before as it was, or begin without one."


class Page(Answer, Generic[_Item]):
    """One page. `next` is null when the list has ended for now."""

    items: list[_Item]
    next: str | None = None


def encode(key: Key) -> str:
    """Return the cursor of a row."""
    return urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).rstrip(b"=").decode()


def decode(cursor: str, *kinds: type[str | int]) -> Key:
    """Return the key in a cursor, whose values have these types.

    Errors: CursorMalformed.
    """
    try:
        values = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        raise CursorMalformed("the cursor cannot be read") from None
    if (
        not isinstance(values, list)
        or len(values) != len(kinds)
        or any(type(value) is not kind for value, kind in zip(values, kinds, strict=True))
    ):
        raise CursorMalformed("the cursor is of another list")
    return tuple(values)
