"""Whether a schema is where its migrations lead, found out without starting the program that would migrate it.

A start of Python with Alembic costs a second, six of them half of a warm start; reading a few lines costs nothing.
"""

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deploy.stack.places import ROOT
from deploy.stack.sentences import StackProblem

if TYPE_CHECKING:
    import asyncpg

_NAMES: Final = ("revision", "down_revision")


def versions_of(service: str) -> Path:
    """Return the folder of a service's migrations."""
    return ROOT / "services" / service / f"claimwright_{service}" / "migrations" / "versions"


def head_of(versions: Path) -> str:
    """Return the revision that no other one builds on.

    Errors: StackProblem when there is none or more than one: two changes were merged side by side.
    """
    assigned = [_assignments(path) for path in versions.glob("*.py") if path.name != "__init__.py"]
    heads = {one["revision"] for one in assigned} - {one["down_revision"] for one in assigned}
    if len(heads) != 1:
        raise StackProblem(f"{versions} has {len(heads)} last migrations; one is needed.")
    return str(heads.pop())


async def is_current(connection: "asyncpg.Connection[asyncpg.Record]", service: str) -> bool:
    """Tell whether a service's schema has its last migration."""
    if await connection.fetchval("select to_regclass($1)", f"{service}.alembic_version") is None:
        return False
    rows = await connection.fetch(f"select version_num from {service}.alembic_version")  # noqa: S608 - a service's name
    return [row["version_num"] for row in rows] == [head_of(versions_of(service))]


def _assignments(path: Path) -> dict[str, object]:
    """Return what a migration says of itself, read and not run."""
    found: dict[str, object] = dict.fromkeys(_NAMES)
    for statement in ast.parse(path.read_text()).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in _NAMES:
                found[name] = ast.literal_eval(value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if name in _NAMES:
                found[name] = ast.literal_eval(value)
    return found
