"""What a released version left: its database, its keys and what it knew of its claims, in one archive a version.

`python -m tests.support.left_data VERSION` makes the archive of the version at hand, once, at its release.
"""

import asyncio
import json
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from deploy.stack.postgres_roles import DATABASE
from tests.support.archives import unpack
from tests.support.journey import a_visit, journey_on
from tests.support.postgres_programs import run_program
from tests.support.stack import TestStack

ARCHIVES = Path(__file__).parents[1] / "golden" / "releases"
_DUMP = "database.sql"
_KNOWN = "known.json"
_STATE = ("keys", "secrets/handover.json", "secrets/routes.json")
_MEMBERS = ("PAID0000001", "PARTIAL00002", "DENY_50-0003", "277CA_A7-0004")


async def make(version: str) -> Path:
    """Run a few claims through this version and keep what they left."""
    with tempfile.TemporaryDirectory() as folder:
        stack = TestStack.at(Path(folder) / "state")
        try:
            await stack.start()
            async with journey_on(stack) as journey:
                claims = [await journey.claim_of(a_visit(member_id=member)) for member in _MEMBERS]
                claims.append(await journey.claim_of(a_visit() | {"coverages": []}))
                known = [_axes(view) for view in await journey.until_at_rest(claims)]
            await run_program(
                stack, "pg_dump", "--clean", "--if-exists", "--no-password", "-f", f"{folder}/{_DUMP}", DATABASE
            )
        finally:
            await stack.stop()
        (Path(folder) / _KNOWN).write_text(json.dumps(known))
        archive = ARCHIVES / f"{version}.tar.xz"
        archive.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archive, "w:xz") as tar:
            for name in (_DUMP, _KNOWN):
                tar.add(f"{folder}/{name}", name)
            for name in _STATE:
                tar.add(stack.places.state / name, f"state/{name}")
        return archive


async def restore(archive: Path, stack: TestStack) -> list[dict[str, Any]]:
    """Put an archive's database and keys into a stack that was never started; return what was known of its claims."""
    folder = stack.places.state.parent / "left"
    with tarfile.open(archive) as tar:
        unpack(tar, folder)
    for source in sorted((folder / "state").rglob("*")):
        if source.is_file():
            target = stack.places.state / source.relative_to(folder / "state")
            target.unlink(missing_ok=True)
            target.write_bytes(source.read_bytes())
            target.chmod(0o600)
    await stack.ensure("postgres")
    await run_program(stack, "psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(folder / _DUMP), DATABASE)
    known: list[dict[str, Any]] = json.loads((folder / _KNOWN).read_text())
    return known


def _axes(view: dict[str, Any]) -> dict[str, Any]:
    """Return what must not change by an upgrade."""
    kept = ("id", "stage", "balance", "charge_cents", "paid_cents", "adjusted_cents", "patient_cents", "open_cents")
    return {name: view[name] for name in kept}


if __name__ == "__main__":
    print(asyncio.run(make(sys.argv[1])))
