"""Rows that are written whole, many by one statement of the driver's: a statement a row costs more than the row."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

_DIALECT: Final = postgresql.dialect()  # type: ignore[no-untyped-call]  # untyped in SQLAlchemy
_TRAVELS_AS_TEXT: Final = frozenset({"JSONB"})


class Upsert:
    """How rows of one organization go into a table, or in place of those that stand there under the same key.

    Values come in the order of `columns`, of which none is an array; JSON columns take their text. `kept` are those
    that a row that is there already keeps.
    """

    def __init__(self, table: Table, *columns: str, key: Sequence[str], kept: Collection[str] = ()) -> None:
        types = {name: table.c[name].type.compile(_DIALECT) for name in columns}
        sent = ("text" if each in _TRAVELS_AS_TEXT else each for each in types.values())
        arrays = ", ".join(f"${place}::{each}[]" for place, each in enumerate(sent, start=2))
        given = (f"cast({name} as {each})" if each in _TRAVELS_AS_TEXT else name for name, each in types.items())
        changed = (name for name in columns if name not in kept and name not in key)
        self.columns: Final = columns
        self.statement: Final = (
            f"insert into {table.name} (org_id, {', '.join(columns)}) "  # noqa: S608 - names of our own tables
            f"select $1::uuid, {', '.join(given)} from unnest({arrays}) as given({', '.join(columns)}) "
            f"order by {', '.join(key)} on conflict (org_id, {', '.join(key)}) "
            f"do update set {', '.join(f'{name} = excluded.{name}' for name in changed)}"
        )

    def values(self, org_id: UUID, rows: Iterable[Sequence[Any]]) -> list[Any]:
        """Return what the statement is run with for some rows, each of them with another key."""
        return [org_id, *map(list, zip(*rows, strict=True))]
