"""How tables are described: names of constraints, and the column that row-level security looks at."""

from typing import Final
from uuid import UUID

from sqlalchemy import Column, MetaData, Uuid

_NAMES: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def service_metadata(schema: str) -> MetaData:
    """Return the metadata that a service's `persistence/tables.py` describes its tables in."""
    return MetaData(schema=schema, naming_convention=_NAMES)


def org_column() -> Column[UUID]:
    """Return the column that says whose a row is; every table of an organization leads its keys with it."""
    return Column("org_id", Uuid, nullable=False)
