"""The import contracts hold, and each is seen to fail on a breach planted in a copy of the packages."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = [ROOT / "shared", *sorted((ROOT / "services").iterdir())]

BREACHES = {
    "Services meet only over Kafka": (
        "services/intake/claimwright_intake/domain/planted.py",
        "import claimwright_coding\n",
    ),
    "Inside a service, imports point inwards": (
        "services/intake/claimwright_intake/domain/planted.py",
        "import claimwright_intake.usecases\n",
    ),
    "The domain does no I/O": (
        "services/remittance/claimwright_remittance/domain/planted.py",
        "import sqlalchemy\n",
    ),
    "What may live in shared": (
        "shared/claimwright/utils.py",
        '"""A module that no contract lists."""\n',
    ),
}


def check(root: Path) -> subprocess.CompletedProcess[str]:
    paths = [root / package.relative_to(ROOT) for package in PACKAGES]
    return subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-logo", "--no-cache"],
        cwd=root,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths))},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copyfile(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    for package in PACKAGES:
        shutil.copytree(
            package,
            tmp_path / package.relative_to(ROOT),
            ignore=shutil.ignore_patterns("node_modules", "__pycache__", "static", "*.egg-info"),
        )
    return tmp_path


def test_the_contracts_hold(copy: Path) -> None:
    answer = check(copy)

    assert answer.returncode == 0, answer.stdout
    assert "0 broken" in answer.stdout


@pytest.mark.parametrize("contract", BREACHES)
def test_a_planted_breach_is_seen(copy: Path, contract: str) -> None:
    place, text = BREACHES[contract]
    (copy / place).parent.mkdir(parents=True, exist_ok=True)
    (copy / place).write_text(text)

    answer = check(copy)

    assert answer.returncode == 1
    assert f"{contract} BROKEN" in answer.stdout


@pytest.mark.parametrize("reading", ["datetime.now(UTC)", "time.time()", "date.today()"])
def test_reading_the_time_anywhere_but_in_the_clock_is_seen(tmp_path: Path, reading: str) -> None:
    planted = tmp_path / "planted.py"
    lines = ("import time", "from datetime import UTC, date, datetime", "", f"print({reading}, UTC, date, time)", "")
    planted.write_text("\n".join(lines))
    command = [Path(sys.executable).parent / "ruff", "check", "--config", ROOT / "pyproject.toml", "--select", "TID251"]

    answer = subprocess.run([*command, planted], capture_output=True, text=True, check=False)

    assert answer.returncode == 1
    assert "claimwright.clock" in answer.stdout
