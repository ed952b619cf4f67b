"""Every event has a sentence, and none of them holds what is sealed."""

import json
from pathlib import Path
from typing import Any

import pytest

from claimwright.events.catalog import MODEL_NAMED
from claimwright.events.lifecycle_words import Balance, ClosedReason, Flag, Outcome, Stage
from claimwright.events.render import folder_of
from claimwright_console.domain import words
from claimwright_console.domain.names import names_in
from claimwright_console.domain.telling import file_of, tell

ROOT = Path(__file__).parents[4]


def an_example_of(wire_name: str) -> dict[str, Any]:
    """Return the data that is kept as the type's example."""
    example: dict[str, Any] = json.loads((ROOT / folder_of(wire_name) / "example.json").read_text())["data"]
    return example


@pytest.mark.parametrize("wire_name", sorted(MODEL_NAMED))
def test_every_type_is_told_in_a_sentence_of_its_own(wire_name: str) -> None:
    # Seen to fail: with the sentence of `claim.held` taken out.
    sentence = tell(wire_name, an_example_of(wire_name))

    assert sentence.endswith(".")
    assert "happened" not in sentence


@pytest.mark.parametrize("data", [{}, {"gaps": None}, {"charge_cents": "x"}])
def test_data_of_a_later_version_is_told_without_an_error(data: dict[str, Any]) -> None:
    assert "another version" in tell("encounter.incomplete.v1", data)
    assert "happened" in tell("claim.teleported.v9", data)


def test_the_answer_is_the_file_of_an_acknowledgment_and_the_remittance_that_of_a_decision() -> None:
    answer = {"artifact_id": "art_1", "byte_start": 3, "byte_end": 9}

    assert file_of({"artifact_id": "art_0", "answer": answer}) == answer
    decision = file_of({"file_id": "fil_1", "segment": 4, "byte_start": 3, "byte_end": 9})
    assert decision is not None
    assert (decision["artifact_id"], decision["byte_end"]) == ("fil_1", 9)
    assert file_of({"claim_id": "clm_1"}) is None


@pytest.mark.parametrize(
    ("words_of", "all_of"),
    [
        (words.STAGE, Stage),
        (words.OUTCOME, Outcome),
        (words.OWES, Balance),
        (words.OWED_BY, Balance),
        (words.FLAG, Flag),
        (words.CLOSED, ClosedReason),
    ],
)
def test_every_word_of_the_axes_is_said(words_of: dict[Any, Any], all_of: type[Any]) -> None:
    assert set(words_of) == set(all_of)


def test_a_thing_is_named_by_ids_and_control_numbers_alone() -> None:
    data = {
        "claim_id": "clm_1",
        "patient_control_number": "Q2G25NPWZ015",
        "file": {"artifact_id": "art_1", "sha256": "ff"},
        "owner": "billing",
        "charge_cents": 100,
        "payer_claim_control_number": None,
    }

    assert names_in(data) == {"clm_1", "Q2G25NPWZ015", "art_1"}
