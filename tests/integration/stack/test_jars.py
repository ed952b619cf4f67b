"""The broker's jars are the locked ones, byte for byte, and a start that has them needs no network."""

import shutil
from pathlib import Path

import pytest

from deploy.stack import jars
from deploy.stack.places import ROOT, Places
from deploy.stack.sentences import StackProblem
from tests.support.stack import TestStack

COORDINATE = "org.slf4j:slf4j-api:1.7.36"
PLACE = Path("org/slf4j/slf4j-api/1.7.36/slf4j-api-1.7.36.jar")


@pytest.fixture
def one_jar(servers: TestStack, tmp_path: Path) -> tuple[Path, Path]:
    """A repository with one of the real jars and a lock of its one row."""
    repository = tmp_path / "jars"
    (repository / PLACE).parent.mkdir(parents=True)
    shutil.copyfile(servers.places.jars / PLACE, repository / PLACE)
    lock = tmp_path / "jars.lock"
    lock.write_text("".join(row for row in jars.LOCK.read_text().splitlines(keepends=True) if COORDINATE in row))
    return repository, lock


def test_jars_that_are_there_are_taken_without_a_network(one_jar: tuple[Path, Path]) -> None:
    repository, lock = one_jar

    assert jars.class_path(repository, lock=lock, offline=True) == [repository / PLACE]


def test_a_changed_jar_is_refused_and_fetched_anew_next_time(one_jar: tuple[Path, Path]) -> None:
    repository, lock = one_jar
    with (repository / PLACE).open("r+b") as file:
        file.seek(1000)
        file.write(b"\0changed\0")

    with pytest.raises(jars.JarChanged, match=COORDINATE):
        jars.class_path(repository, lock=lock, offline=True)

    assert not (repository / PLACE).exists()


def test_a_missing_jar_without_a_network_is_a_sentence(one_jar: tuple[Path, Path]) -> None:
    repository, lock = one_jar
    (repository / PLACE).unlink()

    with pytest.raises(StackProblem, match=f"{COORDINATE} could not be fetched"):
        jars.class_path(repository, lock=lock, offline=True)


def test_a_warm_start_uses_the_jars_of_the_cache() -> None:
    rows = jars.LOCK.read_text().splitlines()

    assert len(jars.class_path(Places(ROOT / ".state").jars, offline=True)) == len(rows)
