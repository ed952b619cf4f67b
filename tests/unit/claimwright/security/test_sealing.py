"""A seal opens only where it was made.

Seen to fail: with `context` left out of `encrypt` and `decrypt`, every test of a moved seal failed.
"""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwright.events.envelope import Purpose
from claimwright.security.sealing import (
    OVERHEAD,
    Aes256Gcm,
    ColumnPlace,
    PartPlace,
    SealBroken,
    SealedPlace,
    key_id_of,
    open_seal,
    seal,
)

KEY_ID = UUID(int=1)
CIPHER = Aes256Gcm(bytes(range(32)))
PART = PartPlace(
    purpose=Purpose.IDENTITY,
    type="encounter.received.v1",
    event_id=UUID(int=2),
    org_id=UUID(int=3),
    record_key="clm_00000000000000000000000004",
)
COLUMN = ColumnPlace(
    purpose=Purpose.CLINICAL, schema="intake", table="encounter", column="notes", org_id=UUID(int=3), row=UUID(int=5)
)


@given(plain=st.binary(max_size=2000))
def test_what_was_sealed_opens_in_its_place(plain: bytes) -> None:
    sealed = seal(CIPHER, plain, key_id=KEY_ID, context=PART.context(KEY_ID))

    assert open_seal(CIPHER, sealed, context=PART.context(KEY_ID)) == plain
    assert len(sealed) == len(plain) + OVERHEAD
    assert key_id_of(sealed) == KEY_ID


@pytest.mark.parametrize(
    "change",
    [
        {"purpose": Purpose.CLINICAL},
        {"type": "encounter.amended.v1"},
        {"type": "encounter.received.v2"},
        {"event_id": UUID(int=9)},
        {"org_id": UUID(int=9)},
        {"record_key": "clm_00000000000000000000000009"},
    ],
    ids=str,
)
def test_a_part_moved_to_another_event_purpose_or_organization_does_not_open(change: dict[str, Any]) -> None:
    sealed = seal(CIPHER, b"DOE", key_id=KEY_ID, context=PART.context(KEY_ID))

    with pytest.raises(SealBroken):
        open_seal(CIPHER, sealed, context=replace(PART, **change).context(KEY_ID))


@pytest.mark.parametrize(
    "change",
    [
        {"purpose": Purpose.IDENTITY},
        {"schema": "coding"},
        {"table": "file"},
        {"column": "identity"},
        {"org_id": UUID(int=9)},
        {"row": UUID(int=9)},
        {"version": 2},
    ],
    ids=str,
)
def test_a_column_moved_to_another_place_does_not_open(change: dict[str, Any]) -> None:
    sealed = seal(CIPHER, b"DOE", key_id=KEY_ID, context=COLUMN.context(KEY_ID))

    with pytest.raises(SealBroken):
        open_seal(CIPHER, sealed, context=replace(COLUMN, **change).context(KEY_ID))


@pytest.mark.parametrize("place", [PART, COLUMN], ids=["part", "column"])
def test_a_seal_that_claims_another_key_does_not_open(place: SealedPlace) -> None:
    sealed = seal(CIPHER, b"DOE", key_id=KEY_ID, context=place.context(KEY_ID))
    relabeled = sealed[:1] + UUID(int=8).bytes + sealed[17:]

    with pytest.raises(SealBroken):
        open_seal(CIPHER, relabeled, context=place.context(key_id_of(relabeled)))


@given(data=st.data())
def test_any_changed_bit_breaks_the_seal(data: st.DataObject) -> None:
    sealed = bytearray(seal(CIPHER, b"DOE, JANE", key_id=KEY_ID, context=PART.context(KEY_ID)))
    place = data.draw(st.integers(17, len(sealed) - 1))
    sealed[place] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(SealBroken):
        open_seal(CIPHER, bytes(sealed), context=PART.context(KEY_ID))


@pytest.mark.parametrize("sealed", [b"", b"\x01" * (OVERHEAD - 1), b"\x02" * OVERHEAD], ids=["empty", "cut", "format"])
def test_bytes_that_are_no_seal_are_told_apart(sealed: bytes) -> None:
    with pytest.raises(SealBroken, match="not_a_seal"):
        key_id_of(sealed)


def test_the_same_text_sealed_twice_looks_different() -> None:
    first, second = (seal(CIPHER, b"DOE", key_id=KEY_ID, context=PART.context(KEY_ID)) for _ in range(2))

    assert first != second


def test_the_context_of_a_part_is_what_the_architecture_says() -> None:
    assert PART.context(KEY_ID) == (
        b"identity|encounter.received|v1|00000000-0000-0000-0000-000000000002|00000000-0000-0000-0000-000000000003|"
        b"clm_00000000000000000000000004|00000000-0000-0000-0000-000000000001"
    )


def test_no_part_of_a_place_may_be_read_as_two() -> None:
    with pytest.raises(ValueError, match="bar"):
        replace(PART, record_key="a|b").context(KEY_ID)
