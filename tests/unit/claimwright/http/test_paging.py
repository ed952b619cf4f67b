"""Cursors: opaque to callers, strict to us."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwright.http import paging
from claimwright.http.paging import CursorMalformed


@given(moment=st.text(max_size=40), number=st.integers(0, 2**63))
def test_a_cursor_gives_its_key_back(moment: str, number: int) -> None:
    assert paging.decode(paging.encode((moment, number)), str, int) == (moment, number)


@pytest.mark.parametrize("cursor", ["", "x", "é", "bnVsbA", paging.encode(("a",)), paging.encode((1, "a"))])
def test_a_cursor_of_another_list_is_refused(cursor: str) -> None:
    with pytest.raises(CursorMalformed):
        paging.decode(cursor, str, int)


def test_true_is_no_number() -> None:
    with pytest.raises(CursorMalformed):
        paging.decode(paging.encode(("a", True)), str, int)
