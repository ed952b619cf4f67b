"""Files cut apart and put together: what a file held is in its parts, or nothing is written."""

from pathlib import Path

import pytest

from claimwright.x12 import judge, read_835, tokens, write_835
from claimwright.x12.tools.parcels import (
    CutShort,
    LooseSegments,
    NoEnvelope,
    NotClaims,
    NoTransactions,
    PartNumbers,
    merge,
    refuse_unless_claims,
    split_by_payer,
    split_by_set,
)
from tests.support.builders_x12 import SENT, a_remittance

GOLDEN = Path(__file__).parents[3] / "golden" / "x12"
ONE = (GOLDEN / "835-one-paid-claim.edi").read_bytes()
CLAIM = (GOLDEN / "837p-one-claim.edi").read_bytes()
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


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (without(CLAIM, "SE"), CutShort),
        (TWO, NotClaims),
        (CLAIM + TWO, NotClaims),
        (CLAIM.replace(b"005010X222A1", b"009999X999"), NotClaims),
        ((GOLDEN / "seen-4010-standard-u.edi").read_bytes(), NotClaims),
        (without(CLAIM, "CLM"), NotClaims),
        (CLAIM.replace(b"GS*", b"TA1*000000017*261120*1405*A*000~GS*"), LooseSegments),
        ((GOLDEN / "ta1-accepted.edi").read_bytes(), NoTransactions),
    ],
)
def test_claims_are_not_taken_out_of_what_would_lose_something(data: bytes, refusal: type[Exception]) -> None:
    refuse_unless_claims(CLAIM)

    with pytest.raises(refusal):
        refuse_unless_claims(data)


def test_a_ta1_goes_with_the_first_set_of_its_interchange() -> None:
    data = (GOLDEN / "seen-ta1-before-999.edi").read_bytes()

    (part,) = split_by_set(data)

    assert rows(part) == rows(data)
    assert rows(merge([data]), "GS", "GE") == rows(data, "GS", "GE")


REFUSED = {"ta1-accepted.edi", "seen-no-isa-wrong-count.edi"}


@pytest.mark.parametrize("name", sorted({each.name for each in GOLDEN.glob("*.edi")} - REFUSED))
def test_the_parts_of_a_golden_file_hold_what_it_held(name: str) -> None:
    data = (GOLDEN / name).read_bytes()

    parts = split_by_set(data)

    envelope = ("ISA", "GS", "GE", "IEA")
    assert [row for part in parts for row in rows(part, *envelope)] == rows(data, *envelope)


# Remittances by payer

OTHER_PAYER = a_remittance().payer._replace(id="OTHER", id_qualifier="XV")
PAYERS = [
    a_remittance(),
    a_remittance(payer=OTHER_PAYER, trace_number="CHECK78"),
    a_remittance(trace_number="CHECK79"),
]


def test_the_parts_of_payers_hold_whole_transactions_and_all_the_money() -> None:
    data = write_835(PAYERS, **SENT).data

    parts = [part for _, part in split_by_payer(data)]

    assert [traces(part) for part in parts] == [["CHECK77", "CHECK79"], ["CHECK78"]]
    assert [judge(part) for part in parts] == [[], []]
    assert sum(each.payment.value for part in parts for each in read_835(part).values) == sum(
        each.payment.value for each in read_835(data).values
    )
    first = int(rows(data)[0][13])
    assert [rows(part)[0][13] for part in parts] == [f"{first:09d}", f"{first + 1:09d}"]


def test_merging_the_parts_of_payers_gives_the_file_again() -> None:
    data = write_835([PAYERS[0], PAYERS[2], PAYERS[1]], **SENT).data

    assert merge([part for _, part in split_by_payer(data)]) == merge([data])


def test_a_payer_in_several_interchanges_and_groups_keeps_each_of_them() -> None:
    # The groups are alike and their sets have the same numbers: put together, one would be a copy of the other.
    again = TWO.replace(b"CHECK7", b"CHECK9")
    group = again[again.index(b"GS*") : again.index(b"IEA*")]
    number = rows(TWO)[1][6].encode()
    group = group.replace(b"*" + number + b"*X*", b"*999*X*").replace(b"GE*2*" + number, b"GE*2*999")
    two_groups = TWO.replace(b"IEA*1*", group + b"IEA*2*")

    ((_, part),) = split_by_payer(two_groups + again)

    assert judge(part) == []
    assert [row[0] for row in rows(part) if row[0] in ("ISA", "GS")] == ["ISA", "GS", "GS", "ISA", "GS"]
    assert traces(part) == ["CHECK77", "CHECK78", "CHECK97", "CHECK98", "CHECK97", "CHECK98"]


@pytest.mark.parametrize(
    ("name", "trace", "told"),
    [
        (b"N1*PR*PLAN*XV*87726", b"TRN*1*CHECK77*1999999999", "87726"),
        (b"N1*PR*PLAN", b"TRN*1*CHECK77*1999999999", "1999999999"),
        (b"N1*PR*PLAN", b"TRN*1*CHECK77", "PLAN"),
        (b"N1*PE*CLINIC", b"TRN*1*CHECK77", ""),
    ],
)
def test_a_payer_is_told_by_its_id_else_by_its_tax_id_else_by_its_name(name: bytes, trace: bytes, told: str) -> None:
    changed = [
        name if row.strip().startswith(b"N1*PR") else trace if row.strip().startswith(b"TRN*") else row
        for row in ONE.split(b"~")
    ]

    assert [payer for payer, _ in split_by_payer(b"~".join(changed))] == [told]


@pytest.mark.parametrize("data", [CLAIM, TWO + CLAIM, CLAIM + TWO])
def test_only_remittances_are_cut_by_payer_as_whole_transactions(data: bytes) -> None:
    with pytest.raises(NotClaims):
        split_by_payer(data)


# Control numbers and groups


def test_each_part_has_an_interchange_number_of_its_own_counting_from_the_original() -> None:
    # Seen to fail: all parts had the number of the file, so that a receiver took the second for a copy.
    numbers = [rows(part)[0][13] for part in split_by_set(TWO + ONE)]

    first = int(rows(TWO)[0][13])
    assert numbers == [f"{first + place:09d}" for place in range(3)]
    assert [judge(part) for part in split_by_set(TWO + ONE)] == [[]] * 3


def test_part_numbers_turn_over_and_none_comes_twice() -> None:
    numbers = PartNumbers()

    assert [numbers.next(each) for each in ("999999999", "999999999", "7", "X", "7")] == [999_999_999, 1, 7, 8, 9]


@pytest.mark.parametrize("place", [2, 3, 7, 8])
def test_sets_of_other_groups_keep_their_own_sender_and_receiver(place: int) -> None:
    # Seen to fail: groups were joined by GS01 and GS08 alone, and the claims of one sender became those of another.
    parts = [row.split(b"*") for row in ONE.split(b"~")]
    at = next(ordinal for ordinal, row in enumerate(parts) if row[0].strip() == b"GS")
    parts[at][place] = {2: b"OTHER", 3: b"OTHER", 7: b"T", 8: b"005010X221"}[place]
    other = b"~".join(b"*".join(row) for row in parts)

    whole = rows(merge([ONE, other, ONE]))

    groups = [row for row in whole if row[0] == "GS"]
    assert [row[place] for row in groups] == [rows(ONE)[1][place], parts[at][place].decode()]
    assert [row[1] for row in whole if row[0] == "GE"] == ["2", "1"]
