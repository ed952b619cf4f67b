"""Files of other projects, read in place beside the repository; none of them is ours, and none is committed."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "x12"


def corpus_files(*folders: str) -> list[Any]:
    """Return a test parameter for each file of these folders, or one that is skipped where the corpus is not there.

    With CI=true a missing corpus fails instead.
    """
    if not CORPUS.is_dir():
        if os.environ.get("CI") == "true":
            raise FileNotFoundError("the X12 corpus is not beside the repository")
        return [pytest.param(None, marks=pytest.mark.skip(reason="the X12 corpus is not beside the repository"))]
    return [
        pytest.param(path, id=f"{path.parent.name}/{path.name}")
        for folder in folders
        for path in sorted((CORPUS / folder).iterdir())
        if not path.name.endswith(".expected.json") and path.name != "INDEX.md"
    ]


def expected(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.with_name(path.name + ".expected.json").read_text())
    return found


def expected_sets(path: Path, set_id: str) -> list[dict[str, Any]]:
    """Return what the other extractor counted, for each transaction of one kind in file order."""
    return [
        transaction
        for interchange in expected(path)["derived"]["interchanges"]
        for group in interchange["groups"]
        for transaction in group["transactions"]
        if transaction["set"] == set_id
    ]
