"""The examples of `docs/x12.md` run as they stand, one after the other."""

import re
from pathlib import Path

from claimwright.x12 import CodeTables, read_profile
from claimwright.x12.profiles import REQUIREMENTS

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "x12.md"
PROFILES = DOCS / "x12-profiles.md"


def test_the_examples_of_the_page_run() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    names: dict[str, object] = {}

    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)  # noqa: S102 (our own page)

    assert len(blocks) >= 5


def test_the_profile_of_the_page_can_be_read_and_has_every_key() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PROFILES.read_text(), re.DOTALL)

    profile, wrong = read_profile(example.encode())

    assert wrong == []
    assert profile is not None
    keys = (*REQUIREMENTS, "from", "until", "sets", "filing", "payers", "severity")
    assert [key for key in keys if f"\n{key} = " not in example] == []


def test_the_codes_of_the_page_can_be_read() -> None:
    (example,) = re.findall(r"```text\n(set,code.*?)```", PROFILES.read_text(), re.DOTALL)

    assert CodeTables().read(example.encode()) == []
