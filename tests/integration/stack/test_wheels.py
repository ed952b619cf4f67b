"""What an image runs also runs from the built wheels, with the locked packages and nothing else."""

import asyncio
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.stack.migrations import is_current
from deploy.stack.places import ROOT
from deploy.stack.postgres_roles import SERVICES
from tests.support.stack import TestStack

BIN = Path(sys.executable).parent
VENDORED = {"htmx.min.js", "hx-sse.min.js", "uPlot.iife.min.js", "uPlot.min.css", "htmx.LICENSE", "uPlot.LICENSE"}


def run(
    *command: str | Path, cwd: Path = Path("/"), expected: int = 0, **environment: str
) -> subprocess.CompletedProcess[str]:
    told = {"PATH": os.defpath, "HOME": os.environ["HOME"], "LANG": "C.UTF-8"} | environment
    done = subprocess.run(command, cwd=cwd, env=told, capture_output=True, text=True, check=False)
    assert done.returncode == expected, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The wheels of all packages, built with the locked builder and no network."""
    folder = tmp_path_factory.mktemp("wheels")
    for package in ("shared", *(f"services/{service}" for service in SERVICES)):
        run(BIN / "hatchling", "build", "--target", "wheel", "--directory", folder, cwd=ROOT / package)
    return {path.name.split("-")[0]: path for path in folder.glob("*.whl")}


@pytest.fixture(scope="module")
def installed(wheels: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an empty environment into which the locked packages and the wheels were put, as an image does."""
    venv = tmp_path_factory.mktemp("image") / "venv"
    run(BIN / "uv", "venv", "-q", "--python", sys.executable, venv)
    install = (BIN / "uv", "pip", "install", "-q", "--python", venv / "bin" / "python")
    run(*install, "--require-hashes", "-r", ROOT / "requirements" / "services.txt", **passed_on())
    run(*install, "--no-deps", "--no-index", *wheels.values())
    return venv / "bin"


def passed_on() -> dict[str, str]:
    """How this machine reaches its package index, if it has to be told."""
    return {name: value for name, value in os.environ.items() if name.startswith(("UV_", "SSL_", "PIP_"))}


@pytest.fixture(scope="module")
def database(postgres: TestStack) -> Iterator[str]:
    """A database with schemas and roles and no tables."""
    asyncio.run(postgres.make_database("from_wheels"))
    yield "from_wheels"
    asyncio.run(postgres.drop_database("from_wheels"))


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_migrates_from_its_wheel(installed: Path, postgres: TestStack, database: str, service: str) -> None:
    told = postgres.migration_environment_of(service, database=database)

    run(installed / f"claimwright-{service}", "migrate", **told)

    assert asyncio.run(is_migrated(postgres, database, service))


async def is_migrated(stack: TestStack, database: str, service: str) -> bool:
    connection = await stack.connect("postgres", database)
    try:
        return await is_current(connection, service)
    finally:
        await connection.close()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_serves_from_its_wheel_up_to_its_first_missing_setting(installed: Path, service: str) -> None:
    run(installed / "python", "-c", f"import claimwright_{service}.app")  # all that it is made of is there

    said = run(installed / f"claimwright-{service}", "serve", expected=2).stderr

    assert "CLAIMWRIGHT_DATABASE__PASSWORD_FILE: is needed" in said


def test_the_consoles_wheel_carries_what_its_pages_load_with_the_licences(wheels: dict[str, Path]) -> None:
    with zipfile.ZipFile(wheels["claimwright_console"]) as wheel:
        names = set(wheel.namelist())

    assert {f"claimwright_console/static/vendor/{name}" for name in VENDORED} <= names


@pytest.mark.parametrize("service", SERVICES)
def test_a_wheel_carries_its_migrations(wheels: dict[str, Path], service: str) -> None:
    with zipfile.ZipFile(wheels[f"claimwright_{service}"]) as wheel:
        names = wheel.namelist()

    assert f"claimwright_{service}/migrations/env.py" in names
    assert [name for name in names if name.startswith(f"claimwright_{service}/migrations/versions/0001_")]
