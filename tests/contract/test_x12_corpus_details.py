"""The smaller facts that another extractor has of the corpus: payers, statuses, numbers, and segments of every set.

Its lists end after some hundred entries, it takes line breaks out of ids, and leaves out what stands before an ISA.
"""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from claimwright.x12 import ClaimSet, Segment, Unreadable, read_835, read_837p, tokens, write_ta1
from tests.contract.test_x12_corpus_asserted import FOLDERS
from tests.support.builders_x12 import SENT
from tests.support.corpus import corpus_files, expected, expected_sets

ALL = corpus_files(*FOLDERS, "broken")
ZERO = Decimal(0)
_LISTED = 50
EMPTY = write_ta1([], **SENT).data


def readable(path: Path) -> bytes:
    """Return the bytes of a file; of one that is no X12 at all, an interchange with nothing in it."""
    data = path.read_bytes()
    try:
        list(tokens(data))
    except Unreadable:
        return EMPTY
    return data


@pytest.mark.parametrize("path", ALL)
def test_payers_and_kinds_of_every_837_are_the_same(path: Path) -> None:
    sets = read_837p(readable(path)).values
    theirs = expected_sets(path, "837")

    assert len(sets) == len(theirs)
    for ours, facts in zip(sets, [each["facts"] for each in theirs], strict=True):
        # They list every payer that is named, also below levels that no claim came under.
        assert _payers(ours) <= set(facts["payer_ids"]) or len(facts["payer_ids"]) >= _LISTED
        assert not facts["claim_count"] or _payers(ours)
        numbers = facts["patient_control_numbers"]
        assert [each.patient_control_number for each in ours.claims][: len(numbers)] == numbers
        assert Counter(each.claim_frequency_code for each in ours.claims) == facts["frequency_codes"]
        if facts["service_kind"] and ours.claims:
            assert _kinds(ours) in (set(), {facts["service_kind"]})


def _payers(batch: ClaimSet) -> set[str]:
    parties = [claim.subscriber.payer for claim in batch.claims]
    parties += [coverage.payer for claim in batch.claims for coverage in claim.other_coverages]
    return {each.id for each in parties if each.id}


def _kinds(batch: ClaimSet) -> set[str]:
    """Tell the kind of lines from what only SV2 and SV3 have."""
    lines = [line for claim in batch.claims for line in claim.lines]
    if any(line.revenue_code for line in lines):
        return {"I"}
    if any(line.procedure.qualifier == "AD" for line in lines):
        return {"D"}
    return {"P"} if any(line.unit for line in lines) else set()


@pytest.mark.parametrize("path", ALL)
def test_statuses_numbers_and_shares_of_every_835_are_the_same(path: Path) -> None:
    remittances = read_835(readable(path)).values
    theirs = expected_sets(path, "835")

    assert len(remittances) == len(theirs)
    for ours, facts in zip(remittances, [each["facts"] for each in theirs], strict=True):
        claims = list(ours.claims)
        assert (ours.handling, ours.payment_method) == (facts["handling"] or "", facts["method"] or "")
        assert [ours.payee.last_name.strip(), ours.payee.id] == [each or "" for each in facts["payee"] or ["", ""]]
        assert sum(1 for each in ours.groups if each.number) == facts["lx_count"]
        assert Counter(each.claim_outcome_code for each in claims) == facts["claim_status_codes"]
        numbers, own = facts["patient_control_numbers"], [e or "" for e in facts["payer_claim_numbers"]]
        assert [each.patient_control_number for each in claims][: len(numbers)] == numbers
        assert [each.payer_claim_control_number for each in claims][: len(own)] == own
        if all(each.patient_responsibility.value.is_finite() for each in claims):
            share = sum((each.patient_responsibility.value for each in claims), ZERO)
            assert share == Decimal(facts["patient_responsibility"])
        held: dict[str, Decimal] = {}
        for each in ours.provider_adjustments:
            amount = each.amount.value if each.amount.value.is_finite() else ZERO
            held[each.code] = held.get(each.code, ZERO) + amount
        theirs_held: dict[str, Decimal] = {}
        for code, text in facts["provider_adjustments"].items():
            # Where a file has no ISA, its component separator is anybody's guess.
            theirs_held[code.partition(">")[0]] = theirs_held.get(code.partition(">")[0], ZERO) + Decimal(text)
        assert held == theirs_held


@pytest.mark.parametrize("path", ALL)
def test_segments_of_every_set_are_counted_alike(path: Path) -> None:
    sets = list(_sets(readable(path)))
    theirs = [
        each
        for interchange in expected(path)["derived"]["interchanges"]
        for group in interchange["groups"]
        for each in group["transactions"]
    ]

    counted = [each["control"] for each in theirs]
    sets = [each for each in sets if each[0].element(2).strip() in counted]
    assert [each[0].element(1).strip() for each in sets] == [each["set"] for each in theirs]
    for ours, facts in zip(sets, [each.get("facts") or {} for each in theirs], strict=True):
        inner = [each for each in ours if each.id not in ("ST", "SE")]
        if "segment_counts" in facts:
            assert Counter(each.id.replace("\n", "") for each in inner) == facts["segment_counts"]
        if "hl" in facts:
            levels = [[each.element(place).strip() for place in range(1, 5)] for each in inner if each.id == "HL"]
            kinds = Counter(kind for _, _, kind, _ in levels)
            assert facts["hl"] == (kinds if isinstance(facts["hl"], dict) else levels)
        if "hcr_actions" in facts:
            assert [each.element(1) for each in inner if each.id == "HCR"] == facts["hcr_actions"]
        if "ins_maintenance_codes" in facts:
            assert Counter(each.element(3) for each in inner if each.id == "INS") == facts["ins_maintenance_codes"]


def _sets(data: bytes) -> Iterator[list[Segment]]:
    """Yield the segments of each set, from ST to SE or to where the next begins."""
    own: list[Segment] = []
    for segment in tokens(data):
        if segment.id == "ST" or segment.id in ("GS", "GE", "ISA", "IEA"):
            if own:
                yield own
            own = []
        if segment.id == "ST" or own:
            own.append(segment)
        if segment.id == "SE" and own:
            yield own
            own = []
    if own:
        yield own
