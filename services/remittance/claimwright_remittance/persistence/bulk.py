"""Rows added by one statement, in one array of a row type: the quickest way in that row-level security leaves.

COPY is refused on tables with policies, and a statement a row costs more than the row. An array a column would do as
well, but the driver looks at each value of an array twice to see that it is none itself; of rows, only at each row.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, any_, literal
from sqlalchemy.dialects import postgresql

from claimwright.messaging.work import Work

_DIALECT: Final = postgresql.dialect()  # type: ignore[no-untyped-call]  # untyped in SQLAlchemy
_TRAVELS_AS_TEXT: Final = frozenset({"JSONB"})


class Insertion:
    """How rows go into one table: the organization is the bound one, the columns come in the order of `columns`.

    Rows go in in their order. JSON columns take their text. The row type is `new_<table>`, which a migration made with
    these columns in this order; other columns need another type, since versions run side by side.
    """

    def __init__(self, table: Table, *columns: str) -> None:
        self.columns: Final = columns
        types = {name: table.c[name].type.compile(_DIALECT) for name in columns}
        given = (f"cast({name} as {each})" if each in _TRAVELS_AS_TEXT else name for name, each in types.items())
        self._statement: Final = (
            f"insert into {table.name} (org_id, {', '.join(columns)}) "  # noqa: S608 - names of our own tables
            f"select $1::uuid, {', '.join(given)} from unnest($2::new_{table.name}[]) "
            f"with ordinality as given({', '.join(columns)}, place) order by place"
        )

    async def add(self, work: Work, rows: Sequence[tuple[Any, ...]]) -> None:
        """Add rows, each with a value for each column; none is no statement."""
        if rows:
            await work.fetch(self._statement, work.org_id, rows)


def among(column: ColumnElement[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Return whether a column has one of many values: one parameter, and one statement for any number of them."""
    return column == any_(literal(list(values), postgresql.ARRAY(column.type)))
