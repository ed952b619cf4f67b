"""At least 2,000 random claims and acknowledgments, written by us, pass pyx12; remittances agree with oxedi.

pyx12 takes its time for each file, so many values share one; what it complains of is looked for in ever smaller files.
`X12_SHARE=10` makes ten times as many. Values are drawn alike in each run of the same code;
`test_x12_properties` draws new ones.
"""

import os
import random
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from claimwright.x12 import (
    BatchAck,
    Claim,
    GroupAck,
    Remittance,
    Written,
    read_277ca,
    read_837p,
    read_999,
    without_places,
    write_277ca,
    write_835,
    write_837d,
    write_837i,
    write_837p,
    write_999,
)
from claimwright.x12.write.checks import comparable
from tests.support.builders_x12 import SENT, a_batch
from tests.support.second_opinion import oxedi_reading, pyx12_complaints
from tests.support.strategies_x12 import batch_acks, batches, group_acks, remittances
from tests.support.strategies_x12_kinds import dental_batches, institutional_batches

SHARE = int(os.environ.get("X12_SHARE", "1"))
A_FILE = 200
"""Claims or sets."""
CLAIMS_OF_A_KIND = 700
T = TypeVar("T")


def drawn(strategy: st.SearchStrategy[T], count: int) -> list[T]:
    """Draw values, alike in each run of the same code."""
    found: list[T] = []

    @settings(
        max_examples=count * SHARE,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def take(value: T) -> None:
        found.append(value)

    take()
    return found


def claims_of(strategy: Any, count: int, total: int) -> list[Claim]:
    """Draw claims, and make more of them by putting their parts together anew; each has a number of its own.

    Drawing takes as long as all the rest. What is put together must fit: people of a claim stay together, and so do a
    claim and its payers, lines and codes.
    """
    claims = [claim for batch in drawn(strategy, count) for claim in batch.claims]
    shuffle = random.Random(1)
    alike: dict[tuple[bool, ...], list[Claim]] = {}
    for claim in claims:
        alike.setdefault(_form(claim), []).append(claim)
    drawn_claims = list(claims)
    while len(claims) < total * SHARE:
        claim, biller = shuffle.choice(drawn_claims), shuffle.choice(drawn_claims)
        people = shuffle.choice(alike[_form(claim)])
        claims.append(claim._replace(subscriber=people.subscriber, patient=people.patient, billing=biller.billing))
    return [claim._replace(patient_control_number=f"PCN{number:06d}") for number, claim in enumerate(claims)]


def _form(claim: Claim) -> tuple[bool, ...]:
    return bool(claim.other_coverages), claim.patient is None


def accepted(
    values: Sequence[T], write: Callable[[Sequence[T]], Written], read_back: Callable[[bytes, Sequence[T]], None]
) -> None:
    """Write values a file's worth at a time, read them back and ask pyx12; name the fewest that it complains of."""
    for start in range(0, len(values), A_FILE):
        part = values[start : start + A_FILE]
        written = write(part)
        assert [each.code for each in written.findings] == []
        read_back(written.data, part)
        if not pyx12_complaints(written.data):
            continue
        while len(part) > 1:
            half = part[: len(part) // 2]
            part = half if pyx12_complaints(write(half).data) else part[len(part) // 2 :]
        data = write(part).data
        raise AssertionError(f"{pyx12_complaints(data)}\n{data.decode('latin-1')}")


CLAIMS: list[tuple[str, Any, Callable[..., Written], int]] = [
    ("837P", batches(), write_837p, 85),
    ("837I", institutional_batches, write_837i, 85),
]


@pytest.mark.parametrize(
    ("strategy", "write", "count"), [case[1:] for case in CLAIMS], ids=[case[0] for case in CLAIMS]
)
def test_claims_are_read_back_equal_and_accepted_by_pyx12(
    strategy: Any, write: Callable[..., Written], count: int
) -> None:
    claims = claims_of(strategy, count, CLAIMS_OF_A_KIND)

    def read_back(data: bytes, part: Sequence[Claim]) -> None:
        assert comparable(read_837p(data).values[0].claims) == comparable(tuple(part))

    accepted(claims, lambda part: write(a_batch(*part), **SENT), read_back)
    assert len(claims) >= CLAIMS_OF_A_KIND


def test_dental_claims_are_read_back_equal() -> None:
    # pyx12 has no guide of 5010 dental claims.
    claims = claims_of(dental_batches, 40, 100)

    made = write_837d(a_batch(*claims), **SENT)

    assert [each.code for each in made.findings] == []
    assert comparable(read_837p(made.data).values[0].claims) == comparable(tuple(claims))


def test_claim_acknowledgments_are_accepted_by_pyx12() -> None:
    values = drawn(batch_acks(), 180)

    def read_back(data: bytes, part: Sequence[BatchAck]) -> None:
        read = read_277ca(data).values
        assert comparable(tuple(each.providers for each in read)) == comparable(tuple(each.providers for each in part))

    accepted(values, lambda part: write_277ca(part, **SENT), read_back)
    assert sum(1 for value in values for _ in value.verdicts()) >= 300


def test_implementation_acknowledgments_are_accepted_by_pyx12() -> None:
    values = [
        group._replace(control_number=str(number)) for number, group in enumerate(drawn(group_acks(), 240), start=1)
    ]

    def read_back(data: bytes, part: Sequence[GroupAck]) -> None:
        assert without_places(read_999(data).values) == tuple(part)

    accepted(values, lambda part: write_999(part, **SENT), read_back)
    assert sum(len(each.sets) for each in values) >= 350


def test_remittances_agree_with_oxedi() -> None:
    values: list[Remittance] = drawn(remittances(), 80)

    made = write_835(values, **SENT)

    assert [each.code for each in made.findings] == []
    claim_count, payments, complaints = oxedi_reading(made.data)
    assert claim_count == sum(1 for each in values for _ in each.claims)
    assert payments == sum(each.payment.value for each in values)
    assert complaints == []
