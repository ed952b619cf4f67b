"""Rows added by one statement, a column an array: the quickest way in that row-level security leaves.

COPY is refused on tables with policies, and a statement a row costs more than the row.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Table, TextClause, text
from sqlalchemy.dialects import postgresql

from claimwright.messaging.work import Work

_DIALECT: Final = postgresql.dialect()  # type: ignore[no-untyped-call]  # untyped in SQLAlchemy
_TRAVELS_AS_TEXT: Final = frozenset({"JSONB"})


class Insertion:
    """How rows go into one table: the organization is the bound one, the columns come in the order of `columns`.

    Rows go in in their order. JSON columns take their text. No column is itself an array.
    """

    def __init__(self, table: Table, *columns: str) -> None:
        self.columns: Final = columns
        types = [table.c[name].type.compile(_DIALECT) for name in columns]
        arrays = [
            f"cast(:{name} as {'TEXT' if each in _TRAVELS_AS_TEXT else each}[])"
            for name, each in zip(columns, types, strict=True)
        ]
        given = [
            f"cast({name} as {each})" if each in _TRAVELS_AS_TEXT else name
            for name, each in zip(columns, types, strict=True)
        ]
        self._statement: Final[TextClause] = text(
            f"insert into {table.name} (org_id, {', '.join(columns)}) "  # noqa: S608 - names of our own tables
            f"select cast(:org_id as uuid), {', '.join(given)} "
            f"from unnest({', '.join(arrays)}) with ordinality as given({', '.join(columns)}, place) order by place"
        )

    async def add(self, work: Work, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows, each with a value for each column; none is no statement."""
        if rows:
            by_column = dict(zip(self.columns, zip(*rows, strict=True), strict=True))
            await work.execute(self._statement, {"org_id": work.org_id, **by_column})
