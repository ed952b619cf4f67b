"""Nothing grows for ever: every table is on the page of what goes when, as business record or with its rule.

Seen to fail: with the row of `http_idempotency` taken out of the page, and with one of a table that is not there.
"""

import importlib.util
import io
import re
from pathlib import Path
from types import ModuleType

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations

from deploy.stack.migrations import versions_of
from deploy.stack.places import ROOT
from deploy.stack.postgres_roles import SERVICES

PAGE = ROOT / "docs/operating/retention.md"
ROW = re.compile(r"^\| `([a-z_, `.]+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
CREATED = re.compile(r"create table (?:if not exists )?(\w+)\.(\w+)", re.IGNORECASE)
DROPPED = re.compile(r"drop table (?:if exists )?(\w+)\.(\w+)", re.IGNORECASE)
RENAMED = re.compile(r"alter table (\w+)\.(\w+) rename to (\w+)", re.IGNORECASE)
KINDS = {"record", "machinery", "copy", "trial"}


def tables_of(service: str) -> set[str]:
    """Return the tables that a service's migrations leave, by what they would tell the database."""
    told = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": told, "literal_binds": True}
    )
    with Operations.context(context):
        for revision in sorted(versions_of(service).glob("[0-9]*.py")):
            loaded(revision).upgrade()
    text = told.getvalue()
    found = {f"{schema}.{table}" for schema, table in CREATED.findall(text)}
    found -= {f"{schema}.{table}" for schema, table in DROPPED.findall(text)}
    for schema, old, new in RENAMED.findall(text):
        found = (found - {f"{schema}.{old}"}) | {f"{schema}.{new}"}
    return found


def loaded(revision: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"revision_{revision.parents[2].name}_{revision.stem}", revision)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def on_the_page() -> dict[str, tuple[str, str]]:
    """Return kind and rule of each table; a row without a schema is of every service that has such a table."""
    rows = {}
    for names, kind, rule in ROW.findall(PAGE.read_text()):
        for name in re.findall(r"[a-z_.]+", names):
            rows[name] = (kind.strip(), rule.strip())
    return rows


@pytest.mark.parametrize("service", SERVICES)
def test_every_table_has_a_rule(service: str) -> None:
    page = on_the_page()
    tables = tables_of(service)

    assert {f"{service}.outbox", f"{service}.inbox"} <= tables or service == "sandbox"
    assert {table for table in tables if table not in page and table.split(".")[1] not in page} == set()


def test_the_page_names_no_table_that_is_not_there() -> None:
    tables = {table for service in SERVICES for table in tables_of(service)}
    bare = {table.split(".")[1] for table in tables}

    assert {name for name in on_the_page() if name not in tables | bare} == set()


def test_every_row_says_what_kind_it_is_and_what_ends_it() -> None:
    assert {kind for kind, _ in on_the_page().values()} == KINDS
    assert [name for name, (_, rule) in on_the_page().items() if len(rule) < 5] == []
