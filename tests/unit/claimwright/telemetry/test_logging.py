"""Logs: ids and codes by allow-list; a fault by its type and our own places, never by its words.

Seen to fail: with `fields` written without `redaction.allowed`, the name was there; with `record.getMessage()` in
`_template`, what a library had put into its sentence was; with `formatException`, the fault's text was.
"""

import io
import json
import logging as standard
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwright.telemetry import logging, redaction

SECRET = "QZYXWVUT"
SOCIAL_SECURITY = "123-45-6789"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = standard.getLogger()
    before = (root.handlers, root.level)
    stream = io.StringIO()
    logging.configure("intake", "debug", stream=stream)
    yield stream
    root.handlers, root.level = before


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_has_what_ids_and_codes_need(stream: io.StringIO) -> None:
    org_id = UUID("01936f00-0000-7000-8000-000000000001")
    logging.get("claimwright.test").info("encounter_taken", file_id="fil_1", org_id=org_id, events=2)

    (line,) = lines(stream)

    assert line.pop("at")
    assert line == {
        "level": "info",
        "service": "intake",
        "logger": "claimwright.test",
        "event": "encounter_taken",
        "file_id": "fil_1",
        "org_id": str(org_id),
        "events": 2,
    }


def test_a_key_that_is_not_on_the_list_is_dropped_and_named(stream: io.StringIO) -> None:
    logging.get("claimwright.test").info("encounter_taken", patient=SECRET, member_id=SECRET, file_id="fil_1")

    (line,) = lines(stream)

    assert SECRET not in stream.getvalue()
    assert line["names"] == ["member_id", "patient"]
    assert line["file_id"] == "fil_1"


@pytest.mark.parametrize(
    "text", [SOCIAL_SECURITY, "ssn 123456789", "call (555) 123-4567", "555-123-4567", "jane.doe@example.org"]
)
def test_the_net_catches_numbers_and_addresses_of_people(stream: io.StringIO, text: str) -> None:
    logging.get("claimwright.test").info("scrub_failed", reason=text)

    assert redaction.REDACTED in lines(stream)[0]["reason"]
    assert text not in stream.getvalue()


@pytest.mark.parametrize(
    "text", ["clm_01jdxyz0000000000000000001", "01936f00-0000-7000-8000-000000000001", "a" * 64, "CO-45", "2026-03-04"]
)
def test_the_net_lets_ids_and_codes_through(text: str) -> None:
    assert redaction.clean(text) == text


def test_a_fault_is_told_by_type_and_place_without_its_words(stream: io.StringIO) -> None:
    logging.get("claimwright.test").error("failed", exc_info=ValueError(f"no patient {SECRET}"))

    (line,) = lines(stream)

    assert line["error"] == "ValueError"
    assert SECRET not in stream.getvalue()


def test_the_places_of_a_fault_are_those_of_our_own_code() -> None:
    try:
        redaction.allowed(None)  # type: ignore[arg-type]
    except AttributeError as error:
        places = redaction.where(error.__traceback__)

    assert places[-1].startswith("claimwright/telemetry/redaction.py:")
    assert places[-1].endswith(" allowed")


def test_of_a_librarys_line_only_the_template_leaves(stream: io.StringIO) -> None:
    library = standard.getLogger("sqlalchemy.engine")
    library.warning("could not insert %s", SECRET)
    library.warning(f"could not insert {SECRET}")
    library.error("failed with %s", SECRET, exc_info=ValueError(SECRET))

    assert SECRET not in stream.getvalue()
    assert [line["event"] for line in lines(stream)] == [
        "could not insert %s",
        "a message without a template",
        "failed with %s",
    ]
    assert lines(stream)[2]["error"] == "ValueError"


def test_a_value_of_an_unforeseen_type_is_named_by_its_type(stream: io.StringIO) -> None:
    class Patient:
        def __str__(self) -> str:
            return SECRET

    logging.get("claimwright.test").info("seen", reason=Patient(), codes=[Patient(), "CO-45"])

    (line,) = lines(stream)
    assert (line["reason"], line["codes"]) == ("<Patient>", ["<Patient>", "CO-45"])


def test_a_long_text_is_cut() -> None:
    assert len(redaction.clean("x " * 1000)) == redaction.LONGEST


@given(before=st.text(max_size=5), caught=st.from_regex(redaction._NET, fullmatch=True), after=st.text(max_size=5))
def test_nothing_that_the_net_catches_is_free_of_suspicion(before: str, caught: str, after: str) -> None:
    """Seen to fail: with nine further digits in `_SUSPECT`, a number of nine passed."""
    assert redaction._SUSPECT.search(before + caught + after) is not None
    assert redaction._ID.fullmatch(caught) or redaction.REDACTED in redaction.clean(caught)
