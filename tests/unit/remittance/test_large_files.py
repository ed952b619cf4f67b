"""A file whose claims are not kept in memory says the same as one whose claims are."""

from dataclasses import replace
from typing import Any

import pytest

from claimwright.x12 import read_remitted_claims
from claimwright_remittance.domain.remits import file as reading
from claimwright_remittance.domain.remits import kept_claims
from claimwright_remittance.domain.remits.file import ReadFile, read_file
from claimwright_remittance.domain.remits.kept_claims import KeptClaims
from tests.support.files_835 import ClaimSaid, LineSaid, SetSaid, file_835


def a_claim(at: int, **more: int) -> ClaimSaid:
    return ClaimSaid(f"NUMBER{at}", (LineSaid(60_00 + at, (("CO-45", 40_00),), **more),), icn=f"I{at}")


def a_file() -> bytes:
    return file_835(
        [
            SetSaid("T1", claims=[a_claim(at) for at in range(7)], provider_items=[("L6", "X", -1_00)]),
            SetSaid("T2", claims=[a_claim(1), a_claim(2, charge=1_00), a_claim(3)], total=5_00),
            SetSaid("T3", provider_items=[("L6", "X", -1_00)]),
            SetSaid("T4", claims=[a_claim(9)]),
        ],
        judged=False,
    )


def read_again(content: bytes, monkeypatch: pytest.MonkeyPatch) -> ReadFile:
    monkeypatch.setattr(reading, "LARGE", 0)
    return read_file(content)


@pytest.mark.parametrize("cut_at", [0, 30, 400, 900])
def test_a_large_file_reads_as_a_small_one(cut_at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    content = a_file()
    content = content[: len(content) - cut_at]

    small = read_file(content)
    large = read_again(content, monkeypatch)

    assert small.differences == large.differences
    assert [each.differences for each in small.sets] == [each.differences for each in large.sets]
    assert [each.content_sha256 for each in small.sets] == [each.content_sha256 for each in large.sets]
    for one, other in zip(small.sets, large.sets, strict=True):
        assert isinstance(other.remittance.claims, KeptClaims)
        assert replace(other.remittance, claims=tuple(other.remittance.claims)) == one.remittance


def test_claims_are_read_again_from_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    small = read_file(a_file()).sets
    large = read_again(a_file(), monkeypatch).sets
    first, second, fourth = (large[at].remittance.claims for at in (0, 1, 3))

    assert list(first[2:4]) == list(small[0].remittance.claims[2:4])
    assert list(first[2:4]) == list(small[0].remittance.claims[2:4])
    assert fourth[0] == small[3].remittance.claims[0]
    assert second[-1] == small[1].remittance.claims[-1]
    assert list(first[:1]) == list(small[0].remittance.claims[:1])
    assert list(first[6:9]) == list(small[0].remittance.claims[6:9])
    assert list(first[7:9]) == list(first[3:3]) == []


def test_slices_that_follow_each_other_read_a_file_once(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = 0

    def counted(*arguments: Any) -> Any:
        nonlocal begun
        begun += 1
        return read_remitted_claims(*arguments)

    large = read_again(a_file(), monkeypatch).sets
    monkeypatch.setattr(kept_claims, "read_remitted_claims", counted)

    claims = large[0].remittance.claims
    for first in range(0, 6, 2):
        assert list(claims[first : first + 2]) == list(claims[first : first + 2])
    assert begun == 0
    assert claims[0] == claims[0]
    assert begun == 1
    assert list(claims[1:3])
    assert begun == 1


@pytest.mark.parametrize("window", [1, 50, 10_000])
def test_the_hash_of_a_transaction_depends_on_no_window(window: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [each.content_sha256 for each in read_file(a_file()).sets]

    monkeypatch.setattr(reading, "_WINDOW", window)

    assert [each.content_sha256 for each in read_file(a_file().replace(b"~", b"~\r\n")).sets] == whole
