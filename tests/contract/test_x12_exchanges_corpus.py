"""Questions, answers and attachments of others: read and counted as another extractor counts, and written anew."""

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claimwright.x12 import (
    Unreadable,
    join,
    judge,
    read_275,
    read_eligibility,
    read_status,
    tokens,
    write_270,
    write_271,
    write_276,
    write_277,
)
from claimwright.x12.tools import story
from claimwright.x12.tools.masking import masked
from claimwright.x12.tools.outline import outlines
from claimwright.x12.tools.veil import plain, veiled
from claimwright.x12.write.checks import comparable
from tests.contract.test_x12_golden import GOLDEN
from tests.contract.test_x12_properties import EXAMPLES, PHASES
from tests.support.builders_x12 import SENT
from tests.support.corpus import corpus_files, expected_sets

ALL = ("270", "271", "276", "277", "277ca", "278", "820", "834", "835", "837p", "999", "broken", "envelope", "ta1")
WRITERS: dict[str, Any] = {"270": write_270, "271": write_271, "276": write_276, "277": write_277}


def told(data: bytes) -> int:
    """Read a file with every reader of these sets, and tell all of it, veiled and open; return how many lines."""
    lines: list[str] = []
    for eligibility in read_eligibility(data).values:
        lines += [*story.tell_eligibility(eligibility), *story.tell_eligibility(veiled(eligibility))]
    for exchange in read_status(data).values:
        lines += [*story.tell_status(exchange), *story.tell_status(veiled(exchange)), str(plain(exchange))]
    for attachments in read_275(data).values:
        lines += [*story.tell_attachments(attachments), str(plain(veiled(attachments)))]
    for outline in outlines(data):
        lines += story.tell_outline(outline)
    return len(lines)


@pytest.mark.parametrize("path", corpus_files(*ALL))
def test_every_file_is_read_and_told_without_an_exception(path: Path) -> None:
    try:
        told(path.read_bytes())
    except Unreadable:
        assert path.parent.name == "broken"


@pytest.mark.parametrize("path", corpus_files("276", "277"))
def test_claims_traces_and_statuses_are_counted_alike(path: Path) -> None:
    theirs = [each["facts"] for set_id in ("276", "277") for each in expected_sets(path, set_id)]

    claims = [found for value in read_status(path.read_bytes()).values for found in value.claims()]

    levels = ["23" if person.is_dependent else "22" for _, person, _ in claims]
    kinds = {"276": "1", "277": "2"}[path.parent.name]
    ours = [[level, kinds, claim.trace_number] for level, (_, _, claim) in zip(levels, claims, strict=True)]
    statuses = [
        [level, [":".join(code).rstrip(":") for code in status.codes], status.date, status.charge.value]
        for level, (_, _, claim) in zip(levels, claims, strict=True)
        for status in claim.statuses
    ]
    assert ours == [trace for facts in theirs for trace in facts["traces"] if trace[0] in ("22", "23")]
    assert statuses == [
        [each["level"], each["codes"], each["date"], Decimal(each["amount"] or 0)]
        for facts in theirs
        for each in facts["status"]
        if each["level"] in ("22", "23")
    ]
    charges = [claim.charge.value for _, _, claim in claims if claim.charge.text]
    assert charges == [Decimal(amount) for facts in theirs for _, _, amount in facts["amounts"]]


@pytest.mark.parametrize("path", corpus_files("270", "271"))
def test_refusals_and_parts_of_answers_are_counted_alike(path: Path) -> None:
    facts = [each["facts"] for set_id in ("270", "271") for each in expected_sets(path, set_id)]

    values = read_eligibility(path.read_bytes()).values

    people = [person for value in values for person in value.people]
    parts = [part for person in people for part in (person, *person.benefits)]
    refused = [each for value in values for each in value.rejects] + [each for part in parts for each in part.rejects]
    counts = sum((Counter(each["segment_counts"]) for each in facts), Counter[str]())
    assert [list(each) for each in refused] == [reject for each in facts for reject in each.get("aaa", [])]
    assert sum(len(person.traces) for person in people) == counts["TRN"]
    assert sum(len(benefit.messages) for person in people for benefit in person.benefits) == counts["MSG"]


@pytest.mark.parametrize("path", corpus_files("270", "271", "276", "277"))
def test_what_was_read_is_written_with_the_same_meaning_or_refused_with_a_reason(path: Path) -> None:
    data = path.read_bytes()
    values = read_eligibility(data).values if path.parent.name in ("270", "271") else read_status(data).values
    wrong = {each.transaction for each in judge(data) if each.blocks and each.level > 1}

    for value in values:
        written = WRITERS[value.set_id]([value], **SENT)
        is_old = not value.guide.startswith("005010")

        assert "x12.written_differently" not in [each.code for each in written.findings]
        if written.data:
            read = read_eligibility if path.parent.name in ("270", "271") else read_status
            again = read(written.data).values[0]
            assert comparable(again._replace(control_number="", guide="", date="", time="")) == comparable(
                value._replace(control_number="", guide="", date="", time="")
            )
        else:
            assert is_old or value.set_ordinal in wrong or [each.code for each in written.findings if each.blocks]


SEEDS = sorted(path.name for path in GOLDEN.glob("27[0-8]-*.edi"))


@st.composite
def broken_files(draw: st.DrawFn) -> bytes:
    """Take a valid file and drop, double, swap, cut or garble parts of it."""
    rows = (GOLDEN / draw(st.sampled_from(SEEDS))).read_bytes().split(b"~\n")
    for _ in range(draw(st.integers(1, 4))):
        place, other = draw(st.integers(0, len(rows) - 1)), draw(st.integers(0, len(rows) - 1))
        match draw(st.sampled_from(["drop", "double", "swap", "garble", "signs", "value"])):
            case "drop" if len(rows) > 1:
                del rows[place]
            case "double":
                rows.insert(place, rows[other])
            case "swap":
                rows[place], rows[other] = rows[other], rows[place]
            case "garble":
                rows[place] = draw(st.binary(max_size=40))
            case "signs":
                rows[place] = rows[place].replace(b"*", draw(st.sampled_from([b":", b"^", b"**", b""])))
            case _:
                elements = rows[place].split(b"*")
                elements[draw(st.integers(0, len(elements) - 1))] = draw(
                    st.sampled_from([b"", b"1X", b"NaN", b"9" * 30, b"30^^98", b":::", b"BIN*5*"])
                )
                rows[place] = b"*".join(elements)
    data = draw(st.sampled_from([b"~", b"\n", b"~\r\n"])).join(rows)
    return data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data


@settings(max_examples=EXAMPLES * 5, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.too_slow])
@given(broken_files())
def test_a_broken_file_gives_findings_and_never_an_exception(data: bytes) -> None:
    try:
        assert join(tokens(data)) == data
    except Unreadable:
        assert judge(data)[0].blocks
        return

    judge(data)
    told(data)
    assert [each.id for each in tokens(masked(data, b"key"))][:1] == [each.id for each in tokens(data)][:1]
