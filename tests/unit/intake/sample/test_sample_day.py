"""The sample day: the same bytes every time, and each story ends as its name says."""

from datetime import date
from pathlib import Path

import pytest

from claimwright.findings import blocks
from claimwright_coding.domain.content import Content
from claimwright_coding.domain.scrub import scrub
from claimwright_intake.domain.encounter import Encounter
from claimwright_intake.domain.gaps import gaps_of
from claimwright_intake.domain.parts import event_parts
from claimwright_intake.domain.reading import read_encounter
from claimwright_intake.formats.file_837 import ClaimFile
from claimwright_intake.sample.generate import sample_files, write_sample
from claimwright_intake.sample.stories import Story, stories
from tests.support.builders_coding import the_codes

EXAMPLES = Path(__file__).parents[4] / "examples"
TODAY = date(2026, 11, 20)


def read(story: Story) -> Encounter:
    result = read_encounter(story.document, today=TODAY)
    assert result.encounter is not None, result.findings
    return result.encounter


def test_the_examples_are_what_our_own_code_writes() -> None:
    kept = {path.name: path.read_bytes() for path in EXAMPLES.iterdir() if path.suffix in {".json", ".837"}}

    assert kept == sample_files(), "run `claimwright sample generate examples` and look at the difference"


def test_a_second_writing_leaves_nothing_of_the_first(tmp_path: Path) -> None:
    (tmp_path / "999-old.json").write_text("{}")

    count = write_sample(tmp_path)

    assert count == len(list(tmp_path.iterdir())) == len(sample_files())


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.name)
def test_a_story_ends_as_its_name_says(story: Story) -> None:
    encounter = read(story)
    parts = event_parts(encounter)
    findings = scrub(Content(parts.identity, parts.clinical, parts.financial), the_codes())

    assert bool(gaps_of(encounter)) == ("incomplete" in story.name)
    assert blocks(findings) == ("scrub-failed" in story.name)


def test_the_day_holds_every_kind_of_end() -> None:
    names = {story.name[4:] for story in stories()}

    assert {"paid", "partly-paid", "denied", "rejected", "dependent-paid", "referred-paid", "two-payers"} <= names
    assert len(stories()) >= 60
    assert len({story.document["external_id"] for story in stories()}) == len(stories())


def test_the_files_hold_claims_to_take_and_one_to_list() -> None:
    taken, listed = 0, 0
    for name, content in sample_files().items():
        if name.endswith(".837"):
            for found in ClaimFile(content=content, file_hash="0" * 64).claims():
                is_taken = not blocks(found.findings) and read_encounter(found.document, today=TODAY).encounter
                taken, listed = (taken + 1, listed) if is_taken else (taken, listed + 1)

    assert (taken, listed) == (8, 1)
