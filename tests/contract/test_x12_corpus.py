"""Every file of the corpus is read without an exception, and counted as another extractor counted it."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from claimwright.x12 import (
    Unreadable,
    balance_835,
    balance_claim,
    join,
    judge,
    read_277ca,
    read_835,
    read_837p,
    read_999,
    read_eligibility,
    read_interchanges,
    read_ta1,
    tokens,
)
from claimwright.x12.tools import story
from claimwright.x12.tools.masking import masked
from claimwright.x12.tools.veil import plain, veiled
from tests.support.corpus import corpus_files, expected, expected_sets

READABLE = (
    *(
        "270",
        "271",
        "276",
        "277",
        "277ca",
        "278",
        "820",
        "834",
        "835",
        "837d",
        "837i",
        "837p",
        "999",
        "envelope",
        "ta1",
    ),
)
READERS: tuple[Callable[[bytes], Any], ...] = (
    read_interchanges,
    read_837p,
    read_835,
    read_999,
    read_277ca,
    read_ta1,
    read_eligibility,
)
ZERO = Decimal(0)


@pytest.mark.parametrize("path", corpus_files(*READABLE))
def test_every_readable_file_round_trips_and_is_judged_without_an_exception(path: Path) -> None:
    data = path.read_bytes()

    segments = list(tokens(data))

    assert join(segments) == data
    for segment in segments:
        written = segment.delimiters.element.join(segment.elements) + segment.tail
        assert data[segment.offset : segment.byte_end].decode("latin-1") == written
    for read in READERS:
        read(data)
    judge(data)
    tell(data)
    copy = list(tokens(masked(data, b"key")))
    assert [len(each.id) for each in copy] == [len(each.id) for each in segments]
    # What is longer than any id is a word, and hidden.
    assert [each.id for each in copy if len(each.id) <= 3] == [each.id for each in segments if len(each.id) <= 3]


def tell(data: bytes) -> list[str]:
    """Tell all that a file holds, the veiled values and the open ones."""
    told: list[str] = []
    for claims in read_837p(data).values:
        told += [*story.tell_claims(veiled(claims)), *story.tell_claims(claims), str(plain(claims))]
    for remittance in read_835(data).values:
        told += [*story.tell_remittance(veiled(remittance)), *story.tell_remittance(remittance)]
    for group in read_999(data).values:
        told += story.tell_group_ack(group)
    for batch in read_277ca(data).values:
        told += story.tell_batch_ack(batch)
    for eligibility in read_eligibility(data).values:
        told += [*story.tell_eligibility(veiled(eligibility)), *story.tell_eligibility(eligibility)]
    return told


@pytest.mark.parametrize("path", corpus_files("broken"))
def test_a_broken_file_is_refused_or_gives_findings_and_round_trips(path: Path) -> None:
    data = path.read_bytes()

    try:
        segments = list(tokens(data))
    except Unreadable:
        assert judge(data)[0].severity == "fatal"
        return

    assert join(segments) == data
    for read in READERS:
        read(data)
    judge(data)
    tell(data)


@pytest.mark.parametrize("path", corpus_files(*READABLE))
def test_interchanges_groups_and_sets_are_counted_alike(path: Path) -> None:
    derived = expected(path)["derived"]["interchanges"]

    interchanges = read_interchanges(path.read_bytes()).interchanges

    theirs = [[[each["control"] for each in group["transactions"]] for group in i["groups"]] for i in derived]
    ours = [[[each.control_number for each in group.sets] for group in i.groups] for i in interchanges]
    assert _without_empty(ours) == _without_empty(theirs)
    assert [len(each.acks) for each in interchanges] == [len(each["ta1"]) for each in derived]


def _without_empty(tree: list[list[list[str]]]) -> list[list[str]]:
    # A set that stands in no group is counted under a nameless group by both, but not always in the same place.
    return [[control for group in interchange for control in group] for interchange in tree]


@pytest.mark.parametrize("path", corpus_files("837p", "837i", "837d"))
def test_claims_lines_and_charges_of_an_837_are_counted_alike(path: Path) -> None:
    sets = read_837p(path.read_bytes()).values

    assert len(sets) == len(expected_sets(path, "837"))
    for ours, theirs in zip(sets, expected_sets(path, "837"), strict=True):
        facts = theirs["facts"]
        # The other extractor counts services; an LX without one is a line of ours with nothing in it.
        services = [line for claim in ours.claims for line in claim.lines if line.charge.text or line.procedure.code]
        wrong = [
            claim.patient_control_number
            for claim in ours.claims
            if any(each.code == "x12.claim_total" for each in balance_claim(ours.header, claim))
        ]
        frequencies: dict[str, int] = {}
        for claim in ours.claims:
            frequencies[claim.claim_frequency_code] = frequencies.get(claim.claim_frequency_code, 0) + 1
        assert len(ours.claims) == facts["claim_count"]
        assert [claim.patient_control_number for claim in ours.claims] == facts["patient_control_numbers"]
        assert sum((claim.charge.value for claim in ours.claims), ZERO) == Decimal(facts["total_charge"])
        assert frequencies == facts["frequency_codes"]
        assert set(facts["claims_whose_lines_do_not_add_up"]) <= set(wrong)
        assert [(each.set_ordinal, each.claim_ordinal) for each in ours.claims] == [
            (ours.header.set_ordinal, place) for place in range(1, len(ours.claims) + 1)
        ]
        assert len(services) == facts["line_count"]


@pytest.mark.parametrize("path", corpus_files("835"))
def test_payments_claims_and_adjustments_of_an_835_are_counted_alike(path: Path) -> None:
    remittances = read_835(path.read_bytes()).values

    assert len(remittances) == len(expected_sets(path, "835"))
    for ours, theirs in zip(remittances, expected_sets(path, "835"), strict=True):
        facts = theirs["facts"]
        claims = list(ours.claims)
        assert len(claims) == facts["claim_count"]
        assert sum(len(claim.lines) for claim in claims) == facts["line_count"]
        assert ours.trace_number == facts["trace"]
        assert ours.payer.last_name == facts["payer"]
        assert ours.payment_date == facts["payment_date"]
        if facts["payment_amount"] is None:
            # A file of placeholders: its amounts are words, and stay unreadable.
            assert not ours.payment.value.is_finite()
            continue
        assert ours.payment.value == Decimal(facts["payment_amount"])
        assert sum((claim.charge.value for claim in claims), ZERO) == Decimal(facts["total_charge"])
        assert sum((claim.paid.value for claim in claims), ZERO) == Decimal(facts["total_paid"])
        assert _adjusted(claim.adjustments for claim in claims) == _decimals(facts["adjustments_claim_level"])
        lines = (line.adjustments for claim in claims for line in claim.lines)
        assert _adjusted(lines) == _decimals(facts["adjustments_line_level"])
        held = sum((each.amount.value for each in ours.provider_adjustments), ZERO)
        assert held == Decimal(facts["provider_adjustment_total"])
        unbalanced = {each.code for each in balance_835(ours)}
        assert ("x12.remit_total" not in unbalanced) == facts["balance_transaction"]
        assert ("x12.remit_claim" in unbalanced) == bool(facts["claims_out_of_balance"])
        assert ("x12.remit_line" in unbalanced) == bool(facts["lines_out_of_balance"])


def _adjusted(groups: Any) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for adjustments in groups:
        for each in adjustments:
            key = f"{each.group}/{each.reason}"
            found[key] = found.get(key, ZERO) + each.amount.value
    return found


def _decimals(facts: dict[str, str]) -> dict[str, Decimal]:
    return {key: Decimal(value) for key, value in facts.items()}


@pytest.mark.parametrize("path", corpus_files("999"))
def test_a_999_or_997_says_the_same_of_each_set(path: Path) -> None:
    theirs = [each for name in ("999", "997") for each in expected_sets(path, name)]

    groups = read_999(path.read_bytes()).values

    assert len(groups) == len(theirs)
    for ours, facts in zip(groups, [each["facts"]["ack"] for each in theirs], strict=True):
        assert ours.functional_id == facts[0]["group"]
        assert ours.control_number == facts[0]["control"]
        assert [each.control_number for each in ours.sets] == [e["AK2"][1] for e in facts if "AK2" in e]
        verdicts = [(e.get("IK5") or e.get("AK5")) for e in facts if "IK5" in e or "AK5" in e]
        assert [[each.code, *each.codes] for each in ours.sets] == verdicts
        assert [ours.code] == [e["AK9"][0] for e in facts if "AK9" in e]


@pytest.mark.parametrize("path", corpus_files("277ca"))
def test_a_277ca_names_the_same_claims_and_verdicts(path: Path) -> None:
    theirs = expected_sets(path, "277")

    batches = read_277ca(path.read_bytes()).values

    assert len(batches) == len(theirs)
    for ours, facts in zip(batches, [each["facts"] for each in theirs], strict=True):
        claims = [claim for claim, _ in ours.verdicts()]
        traces = [trace for level, kind, trace in facts["traces"] if level == "PT"]
        assert [claim.patient_control_number for claim in claims] == traces
        wanted = [(s["codes"], s["action"]) for s in facts["status"] if s["level"] == "PT"]
        found = [([":".join(filter(None, code)) for code in s.codes], s.action) for c in claims for s in c.statuses]
        assert found == wanted


@pytest.mark.parametrize("path", corpus_files("277"))
def test_an_answer_to_a_status_question_names_the_same_verdicts(path: Path) -> None:
    theirs = expected_sets(path, "277")

    batches = read_277ca(path.read_bytes()).values

    for ours, facts in zip(batches, [each["facts"] for each in theirs], strict=True):
        statuses = [status for claim, _ in ours.verdicts() for status in claim.statuses]
        wanted = [s["codes"][0].split(":")[:2] for s in facts["status"] if s["level"] in ("22", "23")]
        assert [list(status.codes[0][:2]) for status in statuses] == wanted


@pytest.mark.parametrize("path", corpus_files("270", "271"))
def test_a_270_or_271_is_counted_alike(path: Path) -> None:
    facts = [each["facts"] for name in ("270", "271") for each in expected_sets(path, name)]

    values = read_eligibility(path.read_bytes()).values

    people = [person for value in values for person in value.people]
    benefits = Counter(benefit.information for person in people for benefit in person.benefits)
    levels = Counter(level[2] for each in facts for level in each["hl"])
    segments = sum((Counter(each["segment_counts"]) for each in facts), Counter())
    assert len(values) == levels["21"]
    assert len(people) == levels["22"] + levels["23"]
    assert benefits == sum((Counter(each.get("eb_codes", {})) for each in facts), Counter())
    assert sum(len(person.inquiries) for person in people) == segments["EQ"]


@pytest.mark.parametrize("path", corpus_files("ta1"))
def test_a_ta1_says_the_same(path: Path) -> None:
    derived = [each for i in expected(path)["derived"]["interchanges"] for each in i["ta1"]]

    acks = read_ta1(path.read_bytes()).values

    assert [[a.control_number, a.date, a.time, a.code, a.note] for a in acks] == derived
