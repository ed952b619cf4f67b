"""BIN and BDS: the stated length decides where their bytes end, whatever signs stand in them."""

import io
from collections.abc import Callable, Iterable

import pytest

from claimwright.x12 import Limits, Unreadable, join, judge, tokens

HEAD = (
    b"ISA*00*          *00*          *ZZ*CLINIC         *ZZ*PLAN           *261120*1405*^*00501*000000017*0*T*:~"
    b"GS*PI*CLINIC*PLAN*20261120*1405*17*X*005010X210~ST*275*0001*005010X210~BGN*11*A1*20261120~"
)
TAIL = b"SE*4*0001~GE*1*17~IEA*1*000000017~"
EVERY_BYTE = bytes(range(256)) + b"~ISA*00*~SE*4*0001~"


def a_file(data: bytes, *, length: int | None = None, end: bytes = b"~", name: bytes = b"BIN") -> bytes:
    stated = str(len(data) if length is None else length).encode()
    return HEAD + (name + b"*ASC*" if name == b"BDS" else name + b"*") + stated + b"*" + data + end + TAIL


def the_bytes(source: bytes | Iterable[bytes]) -> list[bytes]:
    return [each.elements[-1].encode("latin-1") for each in tokens(source) if each.id in ("BIN", "BDS")]


@pytest.mark.parametrize("name", [b"BIN", b"BDS"])
@pytest.mark.parametrize(
    "data", [EVERY_BYTE, b"~", b"*~*~", b"no delimiter", b"\r\nedges \r\n", EVERY_BYTE * 300, b"A" * 300_000]
)
def test_a_delimiter_in_the_bytes_ends_nothing(data: bytes, name: bytes) -> None:
    file = a_file(data, name=name)

    segments = list(tokens(file))

    assert the_bytes(file) == [data]
    assert [each.id for each in segments][-4:] == [name.decode(), "SE", "GE", "IEA"]
    assert join(segments) == file
    assert all(file[each.offset : each.byte_end].startswith(each.id.encode()) for each in segments)


@pytest.mark.parametrize("size", [1, 7, 106, 1000, 16384, 16390])
def test_the_bytes_may_come_in_any_pieces(size: int) -> None:
    file = a_file(EVERY_BYTE * 80) if size > 7 else a_file(EVERY_BYTE)

    assert list(tokens(file[at : at + size] for at in range(0, len(file), size))) == list(tokens(file))
    assert list(tokens(io.BytesIO(file))) == list(tokens(file))


@pytest.mark.parametrize(
    "change", [lambda data: data.replace(b"~", b"~\r\n"), lambda data: data.replace(b"~", b"\r\n~")]
)
def test_line_breaks_around_terminators_are_kept(change: Callable[[bytes], bytes]) -> None:
    file = change(a_file(b"ABC*DEF", end=b"~"))

    assert the_bytes(file) == [b"ABC*DEF"]
    assert join(tokens(file)) == file


@pytest.mark.parametrize("length", [0, 3, 8, 40, 5000])
def test_a_wrong_length_makes_it_a_segment_like_others(length: int) -> None:
    file = a_file(b"ABC DEF", length=length)

    segments = list(tokens(file))

    assert join(segments) == file
    assert [each.id for each in segments][-4:] == ["BIN", "SE", "GE", "IEA"]
    assert segments[-4].elements == ["BIN", str(length), "ABC DEF"]


def test_bytes_that_are_cut_off_are_read_as_far_as_they_go() -> None:
    whole = a_file(EVERY_BYTE)

    for end in range(len(HEAD), len(whole)):
        assert join(tokens(whole[:end])) == whole[:end]
    assert the_bytes(whole[: whole.index(TAIL) - 1]) == [EVERY_BYTE]


def test_many_wrong_lengths_cost_no_more_than_a_few_passes() -> None:
    # Seen to fail: with the bound on wrong lengths taken out, this takes twenty times as long.
    file = HEAD + b"BIN*9000000*~" * 100_000 + TAIL

    segments = list(tokens(file))

    assert len(segments) == 100_007
    assert join(segments) == file


def test_more_bytes_than_the_limit_are_refused_before_they_are_held() -> None:
    file = a_file(b"", length=100_000_000)

    with pytest.raises(Unreadable) as refused:
        list(tokens(file))

    assert refused.value.fault == "x12.limit_binary"
    assert next(each.code for each in judge(file) if each.blocks) == "x12.limit_binary"
    assert the_bytes(a_file(b"12345")) == [b"12345"]
    with pytest.raises(Unreadable):
        list(tokens(a_file(b"12345"), Limits(binary_bytes=4)))
