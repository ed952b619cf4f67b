"""For random values: what we write we read back, and programs that are not ours accept it.

`X12_EXAMPLES` sets how many values are tried (20 by default; the whole proof is 2,000).
"""

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from claimwright.refusals import Refusal
from claimwright.x12 import (
    BatchAck,
    ClaimSet,
    GroupAck,
    Remittance,
    Unreadable,
    balance_835,
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
    without_places,
    write_277ca,
    write_835,
    write_837p,
    write_999,
)
from claimwright.x12.tools.masking import masked
from claimwright.x12.tools.parcels import split_by_set
from claimwright.x12.write.checks import comparable
from tests.support.builders_x12 import SENT, a_batch, a_batch_ack, a_remittance
from tests.support.second_opinion import oxedi_reading, pyx12_complaints
from tests.support.strategies_x12 import batch_acks, batches, group_acks, remittances

EXAMPLES = int(os.environ.get("X12_EXAMPLES", "20"))
# Explaining a failure traces every line of the other programs, for minutes.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)
thorough = settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=PHASES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@thorough
@given(batches())
def test_claims_are_read_back_and_accepted_by_pyx12(batch: ClaimSet) -> None:
    written = write_837p(batch, **SENT)

    assert [each.code for each in written.findings] == []
    claims = read_837p(written.data).values[0].claims
    assert comparable(claims) == comparable(batch.claims)
    assert pyx12_complaints(written.data) == []


@thorough
@given(st.lists(remittances(), min_size=1, max_size=2))
def test_remittances_are_read_back_balance_and_agree_with_oxedi(made: list[Remittance]) -> None:
    written = write_835(made, **SENT)

    assert [each.code for each in written.findings] == []
    read = read_835(written.data).values
    wanted = [each._replace(control_number="", guide="") for each in made]
    assert comparable(tuple(each._replace(control_number="", guide="") for each in read)) == comparable(tuple(wanted))
    assert all(balance_835(each) == [] for each in read)
    claim_count, payments, complaints = oxedi_reading(written.data)
    assert claim_count == sum(1 for each in read for _ in each.claims)
    assert payments == sum(each.payment.value for each in read)
    assert complaints == []


@thorough
@given(batch_acks())
def test_claim_acknowledgments_are_read_back_and_accepted_by_pyx12(batch: BatchAck) -> None:
    written = write_277ca([batch], **SENT)

    assert [each.code for each in written.findings] == []
    read = read_277ca(written.data).values[0]
    assert comparable(read.providers) == comparable(batch.providers)
    assert pyx12_complaints(written.data) == []


@thorough
@given(group_acks())
def test_implementation_acknowledgments_are_read_back_and_accepted_by_pyx12(group: GroupAck) -> None:
    written = write_999([group], **SENT)

    assert [each.code for each in written.findings] == []
    assert without_places(read_999(written.data).values) == (group,)
    assert pyx12_complaints(written.data) == []


def test_the_second_opinion_does_complain() -> None:
    # Seen to fail: with a required segment taken out, each of them says so.
    claim = write_837p(a_batch(), **SENT).data.replace(b"HI*ABK:J0190~", b"")
    ack = write_277ca([a_batch_ack()], **SENT).data.replace(b"TRN*2*PCN0001~", b"")
    remit = write_835([a_remittance()], **SENT).data.replace(b"CLP*PCN0001*1*125*125", b"CLP*PCN0001*1*125*124")

    assert any("HI" in each for each in pyx12_complaints(claim))
    assert pyx12_complaints(ack)
    assert oxedi_reading(remit)[2]


SEEDS = {
    "837P": write_837p(a_batch(), **SENT).data,
    "835": write_835([a_remittance()], **SENT).data,
    "277CA": write_277ca([a_batch_ack()], **SENT).data,
}


@st.composite
def broken_files(draw: st.DrawFn) -> bytes:
    """Take a valid file and drop, double, swap, cut, re-delimit or garble parts of it."""
    segments = draw(st.sampled_from(sorted(SEEDS.values()))).split(b"~")
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(len(segments) - 1, 0)))
        other = draw(st.integers(0, max(len(segments) - 1, 0)))
        if not segments:
            break
        match draw(st.sampled_from(["drop", "double", "swap", "garble", "empty", "signs", "number"])):
            case "drop":
                del segments[place]
            case "double":
                segments.insert(place, segments[other])
            case "swap":
                segments[place], segments[other] = segments[other], segments[place]
            case "garble":
                segments[place] = draw(st.binary(max_size=40))
            case "number":
                elements = segments[place].split(b"*")
                elements[draw(st.integers(0, len(elements) - 1))] = draw(
                    st.sampled_from([b"1X", b"NaN", b"1E9", b"-", b"9" * 30])
                )
                segments[place] = b"*".join(elements)
            case "empty":
                segments[place] = segments[place][:3]
            case _:
                segments[place] = segments[place].replace(b"*", draw(st.sampled_from([b":", b"^", b"**", b""])))
    data = draw(st.sampled_from([b"~", b"\n", b"~\r\n", b"|"])).join(segments)
    return data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data


READERS: tuple[Callable[[bytes], Any], ...] = (
    read_interchanges,
    read_837p,
    read_835,
    read_999,
    read_277ca,
    read_ta1,
    read_eligibility,
)


@settings(max_examples=EXAMPLES * 5, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.too_slow])
@given(broken_files())
def test_a_broken_file_gives_findings_and_never_an_exception(data: bytes) -> None:
    try:
        assert join(tokens(data)) == data
    except Unreadable:
        assert judge(data)[0].blocks
        return

    for read in READERS:
        read(data)
    judge(data)
    masked(data, b"key")
    try:
        parts = split_by_set(data)
    except Refusal:
        return
    for part in parts:
        read_interchanges(part)


@settings(max_examples=EXAMPLES * 5, deadline=None, phases=PHASES)
@given(st.binary(max_size=300).map(lambda tail: b"ISA*00*          *00*" + tail))
def test_random_bytes_give_findings_and_never_an_exception(data: bytes) -> None:
    judge(data)


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_a_file_cut_anywhere_gives_findings_and_never_an_exception(name: str) -> None:
    data = SEEDS[name]

    for end in range(0, len(data), 3):
        findings = judge(data[:end])
        if end < len(data) - 20:
            assert any(each.blocks for each in findings)
