"""ICD-11 codes and clusters: what can be read, and where the rest breaks."""

import csv
import os
from pathlib import Path

import pytest

from claimwright_coding.domain.icd11 import Cluster, Group, SyntaxFault, parse

CORPUS = Path(__file__).parents[4].parent / "shared" / "corpus" / "codesets" / "icd11" / "postcoord-suite.half.csv"
GRAMMAR = {"precoordinated", "single-group-extensions", "multi-stem", "complex-cluster", "ordering", "type2-universal"}


def test_a_cluster_is_read_into_groups_and_prints_as_it_was() -> None:
    read = parse("DD51&XK8G/ME24.2&XT5R")

    assert read == Cluster((Group("DD51", ("XK8G",)), Group("ME24.2", ("XT5R",))))
    assert str(read) == "DD51&XK8G/ME24.2&XT5R"


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 1),
        ("XA7RE3", 1),
        ("BA41.0/", 8),
        ("/BA41.0", 1),
        ("BA41.0//5A11", 8),
        ("BA41.0&", 8),
        ("BA41.0&&XA7RE3", 8),
        ("BA41.0&XA7RE3&5A11", 15),
        ("BA41.0/XA7RE3", 8),
        ("BI41.0", 1),
        ("BA41.0&XO12", 8),
        ("BA4", 1),
        ("ba41.0", 1),
        ("BA41.0 & XA7RE3", 1),
    ],
)
def test_a_fault_names_the_character_where_it_breaks(text: str, position: int) -> None:
    read = parse(text)

    assert isinstance(read, SyntaxFault)
    assert read.position == position


def test_the_public_suite_agrees_where_grammar_decides() -> None:
    if not CORPUS.exists():
        assert os.environ.get("CI") != "true", "the corpus has to be there in CI"
        pytest.skip("the corpus folder is not beside the repository")
    with CORPUS.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["system"].endswith("/mms")]

    wellformed = [row["expression"] for row in rows if row["category"] in GRAMMAR and row["expectedValid"] == "true"]
    malformed = [row["expression"] for row in rows if row["category"] == "parser-reject"]

    assert wellformed
    assert malformed
    assert [text for text in wellformed if isinstance(parse(text), SyntaxFault)] == []
    assert [text for text in malformed if isinstance(parse(text), Cluster)] == []
