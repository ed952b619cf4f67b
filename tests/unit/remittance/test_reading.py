"""From bytes to cents: what can't be said in whole cents, or was cut off, holds its transaction and no other."""

from dataclasses import replace
from typing import Any

import pytest

from claimwright_remittance.domain.remits.file import NO_REMITTANCE, NOT_WHOLE, read_file
from claimwright_remittance.domain.remits.identity import PaymentKey, Repeat, repeat_of
from claimwright_remittance.domain.remits.reasons import ReasonKind, kind_of
from tests.support.files_835 import ClaimSaid, LineSaid, SetSaid, file_835
from tests.support.remits import PCN, a_remittance, paid


def a_file(*traces: str) -> bytes:
    claim = ClaimSaid(PCN, (LineSaid(60_00, (("CO-45", 40_00),), control=f"{PCN}01"),), icn="ICN1")
    return file_835([SetSaid(trace, claims=[claim]) for trace in traces])


def test_a_file_is_read_with_the_bytes_behind_each_amount() -> None:
    content = a_file("T1")

    (read,) = read_file(content).sets

    (claim,) = read.remittance.claims
    (line,) = claim.lines
    assert read.differences == ()
    assert content[claim.place.byte_start :].startswith(b"CLP*")
    assert content[claim.whole.byte_start : claim.whole.byte_end].count(b"~") == 6
    assert content[line.adjustments[0].place.byte_start : line.adjustments[0].place.byte_end] == b"CAS*CO*45*40~"
    assert (line.charge_cents, line.paid_cents, line.adjustments[0].cents) == (100_00, 60_00, 40_00)


@pytest.mark.parametrize("amount", [b"40.005", b"NaN", b"4E1"])
def test_an_amount_that_is_no_whole_cents_holds_its_transaction_alone(amount: bytes) -> None:
    content = a_file("T1", "T2").replace(b"CAS*CO*45*40~", b"CAS*CO*45*" + amount + b"~", 1)

    first, second = read_file(content).sets

    assert {each.code for each in first.differences} == {"remit.amount"}
    assert second.differences == ()


def test_what_is_no_code_is_not_passed_on_and_loses_no_money() -> None:
    content = a_file("T1").replace(b"CAS*CO*45*40~", b"CAS*CO*JORDAN DOE*40~")

    (read,) = read_file(content).sets

    (adjustment,) = read.remittance.claims[0].all_adjustments
    assert (adjustment.code, adjustment.cents) == ("CO-?", 40_00)
    assert kind_of(adjustment.reason) is ReasonKind.UNKNOWN
    assert read.differences == ()


def test_a_file_that_was_cut_off_holds_what_was_cut() -> None:
    content = a_file("T1", "T2")
    cut = content[: content.rindex(b"SE*")]

    first, second = read_file(cut).sets

    assert first.differences == ()
    assert NOT_WHOLE in {each.code for each in second.differences}


def test_an_837_that_comes_as_an_835_is_no_remittance() -> None:
    content = (
        b"ISA*00*          *00*          *ZZ*A              *ZZ*B              *260302*0000*^*00501*000000001*0*T*:~"
    )
    content += b"GS*HC*A*B*20260302*0000*1*X*005010X222A1~ST*837*0001*005010X222A1~SE*2*0001~GE*1*1~IEA*1*000000001~"

    read = read_file(content)

    assert read.sets == ()
    assert [each.code for each in read.differences] == [NO_REMITTANCE]


def test_the_same_content_is_known_in_another_envelope() -> None:
    claim = ClaimSaid(PCN, (LineSaid(60_00),), icn="ICN1")
    first, second = (read_file(file_835([SetSaid("T1", claims=[claim])], control=at)).sets[0] for at in (1, 77))

    assert first.remittance.control_number != second.remittance.control_number
    assert first.content_sha256 == second.content_sha256


@pytest.mark.parametrize("layout", [b"~\n", b"~\r\n"])
def test_the_same_content_is_known_in_another_line_layout(layout: bytes) -> None:
    """Seen to fail while the bytes as they came were hashed: a payment of zero was posted twice."""
    content = file_835([SetSaid("T1", claims=[ClaimSaid(PCN, (LineSaid(0, (("CO-45", 60_00),)),), icn="ICN1")])])

    first, second = (read_file(each).sets[0] for each in (content, content.replace(b"~", layout)))

    assert first.content_sha256 == second.content_sha256


@pytest.mark.parametrize(
    ("was", "becomes", "code"),
    [
        (b"CLP*" + PCN.encode(), b"CLP*A\x00B", "remit.control_character"),
        (b"REF*6R*", b"REF*6R*\x01", "remit.control_character"),
        (b"*60*60*", b"*60*999999999999999999*", "remit.amount_too_large"),
    ],
)
def test_what_no_table_can_hold_is_found_when_it_is_read(was: bytes, becomes: bytes, code: str) -> None:
    """Seen to fail while it was found only by the database, which then refused the file for ever."""
    line = LineSaid(60_00, control=f"{PCN}01")
    content = file_835([SetSaid("T1", claims=[ClaimSaid(PCN, (line,), icn="ICN1")])])
    assert was in content

    (read,) = read_file(content.replace(was, becomes)).sets

    assert code in {each.code for each in read.differences}
    assert "\x00" not in read.remittance.claims[0].patient_control_number


def test_a_payment_is_the_same_a_clash_or_new() -> None:
    with_money = PaymentKey.of(a_remittance(paid(80_00)))
    without = PaymentKey.of(a_remittance(paid(0, {"PR-1": 80_00})))
    nothing: frozenset[str] = frozenset()
    a = frozenset({"a"})

    assert repeat_of(with_money, "a", posted=nothing, held=nothing) is Repeat.NEW
    assert repeat_of(with_money, "a", posted=a, held=nothing) is Repeat.SAME
    assert repeat_of(with_money, "b", posted=a, held=nothing) is Repeat.CLASH
    assert repeat_of(with_money, "b", posted=nothing, held=a) is Repeat.NEW
    assert repeat_of(without, "b", posted=a, held=nothing) is Repeat.NEW


@pytest.mark.parametrize(
    "other",
    [
        {"payer_ids": ("PAYER2",)},
        {"trace_number": "ANOTHER"},
        {"trace_payer_id": "1888888888"},
        {"payment_date": None},
        {"payment_cents": 1},
    ],
    ids=lambda other: next(iter(other)),
)
def test_payer_trace_day_and_amount_each_tell_payments_apart(other: dict[str, Any]) -> None:
    remittance = a_remittance(paid(80_00))

    assert PaymentKey.of(replace(remittance, **other)) != PaymentKey.of(remittance)
    assert PaymentKey.of(replace(remittance, control_number="9999")) == PaymentKey.of(remittance)
