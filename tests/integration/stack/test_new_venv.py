"""On a machine that `make` can't serve, a plain sentence says what to do, and nothing is left behind."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.stack.places import ROOT

TOOLS = ("uname", "getconf", "git", "dirname")


class Machine:
    """A folder to stand in and a PATH with just what the test puts there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.bin = folder / "bin"
        self.folder.mkdir()
        self.bin.mkdir()
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool) or f"missing/{tool}")
        (self.bin / "python3").symlink_to(sys.executable)

    def has_instead(self, tool: str, script: str) -> None:
        (self.bin / tool).unlink(missing_ok=True)
        (self.bin / tool).write_text(f"#!/bin/sh\n{script}\n")
        (self.bin / tool).chmod(0o755)

    def has_python(self, name: str, *, microseconds: int) -> None:
        """Put a Python there that says of itself how quick it is, and makes a `.venv` that names it."""
        path = self.bin / name
        self.has_instead(
            name,
            f"""case "$*" in
                *realpath*) echo {path} ;;
                *python_speed*) echo {microseconds} ;;
                "-m venv --clear .venv") echo {name} > .venv ;;
            esac""",
        )

    def run(self, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", ROOT / "deploy" / "new_venv.sh"],
            cwd=self.folder,
            env={"PATH": str(self.bin), **environment},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_another_system_is_told_of_the_containers(machine: Machine) -> None:
    machine.has_instead("uname", 'if [ "$1" = -s ]; then echo Darwin; else echo arm64; fi')

    answer = machine.run()

    assert answer.returncode == 1
    assert "this is Darwin arm64" in answer.stderr
    assert "docker compose up" in answer.stderr


def test_another_c_library_is_told_of_the_containers(machine: Machine) -> None:
    machine.has_instead("getconf", "exit 1")

    answer = machine.run()

    assert answer.returncode == 1
    assert "glibc" in answer.stderr
    assert "docker compose up" in answer.stderr


def test_a_missing_git_is_named(machine: Machine) -> None:
    (machine.bin / "git").unlink()

    assert "git is not installed" in machine.run().stderr


def test_an_old_python_is_told_what_is_needed(machine: Machine) -> None:
    machine.has_instead("python3", "exit 1")

    answer = machine.run()

    assert answer.returncode == 1
    assert "Python 3.11 or newer is needed" in answer.stderr


def test_a_python_without_venv_is_told_how_to_get_it(machine: Machine) -> None:
    machine.has_instead("python3", 'case "$2" in *realpath*) echo "$0" ;; *ensurepip*) exit 1 ;; esac')

    answer = machine.run()

    assert answer.returncode == 1
    assert "python3-venv" in answer.stderr
    assert not (machine.folder / ".venv").exists()


# Seen to fail while the first of the PATH was taken as it was.
def test_a_python_that_is_much_quicker_than_the_first_is_taken(machine: Machine) -> None:
    machine.has_python("python3", microseconds=9000)
    machine.has_python("python3.12", microseconds=6000)
    machine.has_python("python3.11", microseconds=5900)

    answer = machine.run()

    assert (machine.folder / ".venv").read_text() == "python3.12\n"
    assert f"{machine.bin}/python3.12, which is much quicker than {machine.bin}/python3." in answer.stdout


def test_a_python_that_is_hardly_quicker_than_the_first_is_not_taken(machine: Machine) -> None:
    machine.has_python("python3", microseconds=6500)
    machine.has_python("python3.12", microseconds=6000)

    answer = machine.run()

    assert (machine.folder / ".venv").read_text() == "python3\n"
    assert answer.stdout == ""


def test_the_python_that_is_named_is_taken(machine: Machine) -> None:
    machine.has_python("python3", microseconds=6000)
    machine.has_python("slow", microseconds=9000)

    machine.run(PYTHON=str(machine.bin / "slow"))

    assert (machine.folder / ".venv").read_text() == "slow\n"


def test_a_python_tells_its_speed_before_anything_is_installed() -> None:
    ended = subprocess.run(
        [sys.executable, "-I", "-S", ROOT / "deploy" / "python_speed.py"], capture_output=True, text=True, check=True
    )

    assert 100 < int(ended.stdout) < 1_000_000


# Seen to fail while all Pythons of the PATH were measured first.
def test_a_venv_that_works_stays_and_nothing_is_looked_for(machine: Machine) -> None:
    machine.has_instead("python3", "exit 1")
    there = machine.folder / ".venv" / "bin"
    there.mkdir(parents=True)
    (there / "python").symlink_to(sys.executable)

    answer = machine.run()

    assert (answer.returncode, answer.stderr) == (0, "")
