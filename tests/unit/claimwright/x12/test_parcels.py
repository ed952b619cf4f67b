"""Files cut apart and put together: what a file held is in its parts, or nothing is written."""

from pathlib import Path

import pytest

from claimwright.x12 import judge, read_835, tokens, write_835
from claimwright.x12.tools.parcels import (
    CutShort,
    LooseSegments,
    NoEnvelope,
    NoTransactions,
    merge,
    refuse_unless_whole,
    split_by_set,
)
from tests.support.builders_x12 import SENT, a_remittance

GOLDEN = Path(__file__).parents[3] / "golden" / "x12"
ONE = (GOLDEN / "835-one-paid-claim.edi").read_bytes()
TWO = write_835([a_remittance(), a_remittance(trace_number="CHECK78")], **SENT).data


def rows(data: bytes, *but: str) -> list[list[str]]:
    return [each.elements for each in tokens(data) if each.elements and each.id not in but]


def traces(data: bytes) -> list[str]:
    return [each.trace_number for each in read_835(data).values]


def without(data: bytes, *ids: str) -> bytes:
    return b"~".join(row for row in data.split(b"~") if row.strip().partition(b"*")[0].decode() not in ids)


@pytest.mark.parametrize("lost", [("SE",), ("SE", "GE"), ("SE", "GE", "IEA"), ("GE", "IEA")])
def test_a_set_without_its_end_is_kept_and_not_made_whole(lost: tuple[str, ...]) -> None:
    # Seen to fail: sets without SE were dropped without a word.
    data = without(TWO, *lost)

    parts = split_by_set(data)

    assert [traces(part) for part in parts] == [["CHECK77"], ["CHECK78"]]
    assert [row for part in parts for row in rows(part, "ISA", "GS", "GE", "IEA")] == rows(
        data, "ISA", "GS", "GE", "IEA"
    )
    assert traces(merge([data])) == ["CHECK77", "CHECK78"]
    assert ("SE" in lost) == any(each.blocks for part in parts for each in judge(part))


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (without(TWO, "GS"), NoEnvelope),
        (TWO[TWO.index(b"GS*") :], NoEnvelope),
        (TWO[TWO.index(b"ST*") :], NoEnvelope),
        (ONE + without(TWO, "GS"), NoEnvelope),
        ((GOLDEN / "ta1-accepted.edi").read_bytes(), NoTransactions),
        (without(ONE, "ST"), LooseSegments),
        (ONE.replace(b"ST*", b"N1*PR*SOMEBODY~ST*"), LooseSegments),
        (ONE.replace(b"GE*", b"LX*7~GE*"), LooseSegments),
        ((GOLDEN / "ta1-accepted.edi").read_bytes() + ONE, LooseSegments),
        (ONE + (GOLDEN / "ta1-accepted.edi").read_bytes(), LooseSegments),
    ],
)
def test_what_would_be_lost_is_refused(data: bytes, refusal: type[Exception]) -> None:
    for act in (split_by_set, lambda file: merge([ONE, file])):
        with pytest.raises(refusal):
            act(data)


def test_claims_are_not_taken_out_of_a_set_that_was_cut_short() -> None:
    refuse_unless_whole(TWO)

    with pytest.raises(CutShort):
        refuse_unless_whole(without(TWO, "SE"))


def test_a_ta1_goes_with_the_first_set_of_its_interchange() -> None:
    data = (GOLDEN / "seen-ta1-before-999.edi").read_bytes()

    (part,) = split_by_set(data)

    assert rows(part) == rows(data)
    assert rows(merge([data]), "GS", "GE") == rows(data, "GS", "GE")


@pytest.mark.parametrize("name", sorted(each.name for each in GOLDEN.glob("*.edi")))
def test_the_parts_of_a_golden_file_hold_what_it_held(name: str) -> None:
    data = (GOLDEN / name).read_bytes()
    if name in ("ta1-accepted.edi", "seen-no-isa-wrong-count.edi"):
        pytest.skip("refused, as is shown above")

    parts = split_by_set(data)

    envelope = ("ISA", "GS", "GE", "IEA")
    assert [row for part in parts for row in rows(part, *envelope)] == rows(data, *envelope)
