"""`make mutation`: change remittance's ledger and remits a little, one change at a time, and see which tests notice.

Everything is done in `.state/mutation`, on copies of the code and of its unit tests. mutmut is installed there from a
lock of its own, since nothing else needs it. Arguments go to mutmut: names of mutants, `--max-children`.
"""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = ROOT / ".state" / "mutation"
LIBRARY: Final = FOLDER / "library"
PACKAGE: Final = "claimwright_remittance"
TESTS: Final = Path("tests/unit/remittance")
KILLED: Final = frozenset({1, 3, 24, -24, 36, 152, 255})
"""How mutmut's tests end where a change was noticed: a failure, an error, a time-out by any of its clocks."""

CONFIGURATION: Final = f"""
[tool.mutmut]
source_paths = ["src"]
only_mutate = ["src/{PACKAGE}/domain/ledger/*", "src/{PACKAGE}/domain/remits/*"]
pytest_add_cli_args = [
  "-q", "-x", "-p", "no:cacheprovider", "-k",
  "not test_histories and not test_any_acts and not test_cases_otherwise_told and not test_each_of_the_48_cases",
]
pytest_add_cli_args_test_selection = ["{TESTS}"]
use_git_change_detection = false
track_dependencies = false
timeout_constant = 4.0

[tool.pytest.ini_options]
pythonpath = ["."]
addopts = ["--import-mode=importlib"]
asyncio_mode = "auto"
asyncio_default_fixture_loop_scope = "function"
"""
"""Random histories take too long to be played for each change; the text tables have all of their moves.

A change times out by the clock of the wall after 15 times this constant and the time of its tests, which leaves room
for other work on the machine: only what never ends is to be noticed that way.
"""


def main(arguments: list[str]) -> int:
    """Run the mutants and print how many of each module were noticed; those that were not are named."""
    _copy()
    _install()
    told = {**os.environ, "PYTHONPATH": str(LIBRARY)}
    run = [sys.executable, "-m", "mutmut", "run", *arguments]
    ended = subprocess.run(run, cwd=FOLDER, env=told, check=False).returncode
    _report()
    return ended


def _copy() -> None:
    for name in ("src", "tests"):
        shutil.rmtree(FOLDER / name, ignore_errors=True)
    _tree(ROOT / "services" / "remittance" / PACKAGE, FOLDER / "src" / PACKAGE)
    _tree(ROOT / "shared" / "claimwright", FOLDER / "src" / "claimwright")
    _tree(ROOT / "tests" / "support", FOLDER / "tests" / "support")
    _tree(ROOT / TESTS, FOLDER / TESTS)
    (FOLDER / "pyproject.toml").write_text(CONFIGURATION)


def _tree(source: Path, target: Path) -> None:
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))


def _install() -> None:
    lock = ROOT / "requirements" / "mutation.txt"
    mark = LIBRARY / "lock.txt"
    if mark.exists() and mark.read_text() == lock.read_text():
        return
    shutil.rmtree(LIBRARY, ignore_errors=True)
    uv = [str(Path(sys.executable).with_name("uv")), "pip", "install", "-q", "--python", sys.executable]
    subprocess.run([*uv, "--target", str(LIBRARY), "--require-hashes", "-r", str(lock)], check=True)
    mark.write_text(lock.read_text())


def _report() -> None:
    total: Counter[bool] = Counter()
    for path in sorted((FOLDER / "mutants" / "src" / PACKAGE / "domain").rglob("*.meta")):
        ends = {name: end for name, end in json.loads(path.read_text())["exit_code_by_key"].items() if end is not None}
        missed = sorted(name for name, end in ends.items() if end not in KILLED)
        total.update({True: len(ends) - len(missed), False: len(missed)})
        if ends:
            print(f"{path.name.removesuffix('.py.meta'):<16} {len(ends) - len(missed):>5} of {len(ends):>5} noticed")
            print("".join(f"  {name}\n" for name in missed), end="")
    tried = total[True] + total[False]
    if tried:
        print(f"{total[True]} of {tried} noticed: {100 * total[True] / tried:.1f} %")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
