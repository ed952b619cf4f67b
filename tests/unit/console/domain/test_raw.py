"""Bytes of a file for the eye: the asked ones marked, a few around them, and of a large file no more is looked at."""

import pytest

from claimwright_console.domain import raw
from claimwright_console.domain.raw import raw_of
from tests.support.files_835 import ClaimSaid, LineSaid, SetSaid, file_835


def a_file(claims: int) -> bytes:
    """Return an 835 of so many claims."""
    said = [ClaimSaid(f"A{n:05d}", (LineSaid(60_00, (("CO-45", 40_00),)),), icn=f"I{n}") for n in range(claims)]
    return file_835([SetSaid("T", claims=said)])


@pytest.mark.parametrize("newline", [b"", b"\r\n"])
def test_a_large_file_is_shown_as_a_small_one_is(monkeypatch: pytest.MonkeyPatch, newline: bytes) -> None:
    # Seen to fail: with the window one segment too far back, and with segments counted from 0.
    data = a_file(12).replace(b"~", b"~" + newline)
    places = [(data.index(b"CLP*A00005"), 30), (data.index(b"ST*"), 2), (0, 5), (len(data) - 4, 3), (300, 200), (0, 0)]
    small = [raw_of(data, start=start, end=start + length) for start, length in places]

    monkeypatch.setattr(raw, "LARGE", 0)

    assert [raw_of(data, start=start, end=start + length) for start, length in places] == small


def test_a_second_interchange_is_read_by_its_own_delimiters(monkeypatch: pytest.MonkeyPatch) -> None:
    data = a_file(2) + a_file(2).replace(b"~", b"!")
    start = data.rindex(b"CLP*")
    monkeypatch.setattr(raw, "LARGE", 0)

    marked = [line.text for line in raw_of(data, start=start, end=start + 5).segments if line.is_marked]

    assert [text[:11] for text in marked] == ["CLP*A00001*"]
    assert marked[0].endswith("!")


def test_bytes_of_a_banks_file_are_shown_by_line_with_a_few_around() -> None:
    data = b"".join(b"line %d\r\n" % number for number in range(100))
    start = data.index(b"line 50")

    shown = raw_of(data, start=start, end=start + 5)

    assert [line.text for line in shown.segments if line.is_marked] == ["line 50"]
    assert (shown.unit, shown.segment_count, len(shown.segments)) == ("lines", 100, 13)


def test_bytes_of_an_empty_file_are_none() -> None:
    assert raw_of(b"", start=0, end=5).segments == ()
