"""278, 834 and 820: counted as another extractor counts them, judged by their envelope, told by their loops."""

from decimal import Decimal
from pathlib import Path

import pytest

from claimwright.x12 import join, judge, tokens
from claimwright.x12.tools.masking import masked
from claimwright.x12.tools.outline import Level, outlines, tell_outline
from claimwright.x12.tools.parcels import split_by_set
from tests.contract.test_x12_golden import GOLDEN
from tests.support.corpus import corpus_files, expected_sets
from tests.support.second_opinion import pyx12_complaints

OWN = ("278-request.edi", "278-decision.edi", "834-members.edi", "820-premiums.edi")
SETS = ("278", "834", "820")


@pytest.mark.parametrize("path", corpus_files(*SETS))
def test_segments_levels_and_sums_are_counted_alike(path: Path) -> None:
    theirs = [each for set_id in SETS for each in expected_sets(path, set_id)]

    ours = list(outlines(path.read_bytes()))

    assert len(ours) == len(theirs)
    for outline, other in zip(ours, theirs, strict=True):
        facts = other["facts"]
        assert outline.segment_count == other["segments"]
        assert dict(outline.segment_counts) == facts["segment_counts"]
        assert [list(level) for level in outline.levels] == facts.get("hl", [])
        assert dict(outline.changes) == facts.get("ins_maintenance_codes", {})
        assert outline.payment.value == Decimal(facts.get("payment_amount", 0))
        decided = [code for code, count in outline.decisions for _ in range(count)]
        assert decided == sorted(facts.get("hcr_actions", []))
        assert list(tell_outline(outline))


@pytest.mark.parametrize("path", corpus_files(*SETS))
def test_what_repeats_inside_its_loop_raises_nothing(path: Path) -> None:
    # LX and LS repeat under each member; no level above the envelope speaks of them.
    said = {each.code for each in judge(path.read_bytes()) if each.level > 1}

    assert said == set()


@pytest.mark.parametrize("name", OWN)
def test_our_own_files_have_no_finding_and_round_trip(name: str) -> None:
    data = (GOLDEN / name).read_bytes()

    assert judge(data) == []
    assert join(tokens(data)) == data
    assert [judge(part) for part in split_by_set(data)] == [[]]


@pytest.mark.parametrize("name", OWN[2:])
def test_others_accept_our_files_too(name: str) -> None:
    # pyx12 has no map of the 278 in version 5010.
    assert pyx12_complaints((GOLDEN / name).read_bytes()) == []


def test_a_review_is_told_by_its_levels_and_decisions() -> None:
    asked, decided = (next(outlines((GOLDEN / name).read_bytes())) for name in OWN[:2])

    assert asked.levels[4:] == (Level("5", "4", "EV", "1"), Level("6", "5", "SS", "0"), Level("7", "5", "SS", "0"))
    told = "\n".join([*tell_outline(asked), *tell_outline(decided)])
    assert "GOOD HEALTH PLAN (X3)" in told
    assert "1 reviewer, 1 requester, 1 subscriber, 1 dependent, 1 event, 2 services" in told
    assert "decisions: 1 certified, 1 not certified, 1 certified otherwise" in told
    assert "DOE" not in told


def test_members_are_counted_and_not_named() -> None:
    outline = next(outlines((GOLDEN / "834-members.edi").read_bytes()))

    told = "\n".join(tell_outline(outline))
    assert (outline.subscribers, outline.dependents) == (1, 2)
    assert "1 subscriber and 2 dependents: 2 added, 1 ended" in told
    assert "coverages: 1 DEN, 2 HLT" in told
    assert outline.organizations == (("P5", "WORKS INC"), ("IN", "GOOD HEALTH PLAN"))


def test_premiums_add_up_to_what_is_paid() -> None:
    outline = next(outlines((GOLDEN / "820-premiums.edi").read_bytes()))

    assert outline.items_total.value + outline.adjustments_total.value == outline.payment.value == Decimal("455.5")
    assert "for 3 items of $460.50, adjusted by -$5.00" in "\n".join(tell_outline(outline))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"HL*6*5*SS*0", b"HL*9*5*SS*0", "x12.hl_number"),
        (b"HL*6*5*SS*0", b"HL*6*8*SS*0", "x12.hl_parent"),
        (b"HL*7*5*SS*0", b"HL*7*5*SS*1", "x12.hl_child"),
        (b"SE*23*", b"SE*24*", "x12.segment_count"),
        (b"GS*HI*", b"GS*BE*", "x12.group_kind"),
    ],
)
def test_levels_and_envelope_of_a_review_are_judged(old: bytes, new: bytes, code: str) -> None:
    data = (GOLDEN / "278-request.edi").read_bytes()

    assert [each.code for each in judge(data.replace(old, new))] == [code]


@pytest.mark.parametrize("name", OWN)
def test_a_masked_copy_names_nobody(name: str) -> None:
    copy = masked((GOLDEN / name).read_bytes(), b"key")

    hidden = (b"DOE", b"JANE", b"JACK", b"PAID123456", b"999887777", b"AUTH0001", b"OTHER77", b"POLICY1", b"19800229")
    assert not [each for each in hidden if each in copy]
    assert judge(copy) == []
