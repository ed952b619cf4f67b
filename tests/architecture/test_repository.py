"""Rules of the repository itself: what is never committed, and what the locks must hold."""

import json
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from deploy.checks import licences

ROOT = Path(__file__).parents[2]
# Spelled in pieces: this file is tracked too.
REGISTRIES = [
    "".join(pieces)
    for pieces in (
        ("pypi", ".org"),
        ("python", "hosted", ".org"),
        ("registry.npm", "js.org"),
        ("registry.yarn", "pkg.com"),
        ("repo1.", "maven", ".org"),
        ("repo.maven", ".apache.org"),
        ("maven-central", ".storage"),
        ("docker", ".io/"),
        ("ghcr", ".io/"),
        ("quay", ".io/"),
        ("index", "-url"),
        ("artifactory", "."),
    )
]
PYTHON_LOCKS = sorted(ROOT.glob("requirements/*.txt"))
NPM_LOCKS = [ROOT / "services/console/package-lock.json", ROOT / "tests/browser/package-lock.json"]


@cache
def tracked() -> tuple[Path, ...]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return tuple(path for name in listing.split("\0") if name and (path := ROOT / name).is_file())


def text_of(path: Path) -> str:
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""


def registry_names(text: str) -> list[str]:
    return [name for name in REGISTRIES if name in text]


def test_no_tracked_file_names_a_package_registry() -> None:
    naming = {str(path.relative_to(ROOT)): found for path in tracked() if (found := registry_names(text_of(path)))}

    assert naming == {}


def test_the_search_for_registries_finds_one() -> None:
    assert registry_names(f"--{REGISTRIES[-2]} https://files.{REGISTRIES[1]}/simple") == [REGISTRIES[1], REGISTRIES[-2]]


def test_no_tracked_file_holds_a_path_of_somebodys_machine() -> None:
    homes = re.compile(r"(?<![\w.])/(?:home|Users|root|work)/[a-z]")
    naming = [str(path.relative_to(ROOT)) for path in tracked() if homes.search(text_of(path))]

    assert naming == []


def test_no_third_party_script_is_committed() -> None:
    foreign = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if {"node_modules", "vendor"} & set(path.parts) or path.name.endswith((".min.js", ".min.css", ".jar", ".whl"))
    ]

    assert foreign == []


@pytest.mark.parametrize("lock", PYTHON_LOCKS, ids=lambda path: path.name)
def test_every_python_package_is_locked_by_version_and_hash(lock: Path) -> None:
    rows = re.findall(
        r"^([A-Za-z0-9_.\[\]-]+)(==\S+)?(.*?)(?=^\S|\Z)", lock.read_text(), flags=re.MULTILINE | re.DOTALL
    )
    loose = [name for name, version, rest in rows if not version or "--hash=sha256:" not in rest]

    assert rows
    assert loose == []


def test_the_locks_of_images_hold_the_versions_that_are_tested() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^(\S+==\S+)", (ROOT / "requirements" / name).read_text(), flags=re.MULTILINE))

    assert pins("services.txt") - pins("dev.txt") == set()
    assert pins("setup.txt") - pins("dev.txt") == set()
    assert pins("run.txt") - pins("dev.txt") == set()


@pytest.mark.parametrize("lock", NPM_LOCKS, ids=lambda path: path.parent.name)
def test_every_browser_part_is_locked_by_its_hash_and_without_an_address(lock: Path) -> None:
    packages = {name: row for name, row in json.loads(lock.read_text())["packages"].items() if name}

    assert packages
    assert [name for name, row in packages.items() if not row.get("integrity", "").startswith("sha512-")] == []
    assert "http" not in lock.read_text()


def test_the_brokers_jars_are_locked_by_hash_and_of_one_version() -> None:
    rows = (ROOT / "deploy/kafka/jars.lock").read_text().splitlines()
    versions = {row.rpartition(":")[2] for row in rows if "  org.apache.kafka:" in row}

    assert [row for row in rows if not re.fullmatch(r"[0-9a-f]{64}  [\w.-]+:[\w.-]+:[\w.-]+", row)] == []
    assert versions == {"4.4.0"}


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("Apache-2.0 OR BSD-3-Clause", True),
        ("GPL-3.0 OR MIT", True),
        ("MIT AND PSF-2.0", True),
        ("DFSG approved; MIT License", True),
        ("MIT AND GPL-3.0", False),
        ("GPL-3.0-or-later", False),
        ("UNKNOWN", False),
    ],
)
def test_a_licence_counts_as_allowed_only_if_all_its_parts_are(licence: str, allowed: bool) -> None:
    assert licences.is_allowed(licence) is allowed


def test_what_the_pages_load_has_a_licence_that_may_be_passed_on() -> None:
    assert [part for part in licences.browser_parts(NPM_LOCKS[0]) if not licences.is_allowed(part[1])] == []
