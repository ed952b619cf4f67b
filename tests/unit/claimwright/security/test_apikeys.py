"""API keys: long, random, told by their prefix, known by their hash."""

import pytest

from claimwright.security import apikeys


@pytest.mark.parametrize("test", [True, False])
def test_a_minted_key_is_read_back_and_matches_its_hash(test: bool) -> None:
    minted = apikeys.mint(test=test)

    presented = apikeys.read(minted.text)

    assert presented is not None
    assert (presented.key_id, presented.is_test) == (minted.key_id, test)
    assert apikeys.matches(presented, minted.sha256)


def test_another_key_of_the_same_id_does_not_match() -> None:
    minted = apikeys.mint(test=True)
    forged = apikeys.read(minted.text[:-43] + "A" * 43)

    assert forged is not None
    assert forged.key_id == minted.key_id
    assert not apikeys.matches(forged, minted.sha256)


@pytest.mark.parametrize("text", ["", "cw_test_", "cw_prod_0123456789abcdef_" + "A" * 43, "Bearer x", "cw_test_x_y"])
def test_what_was_never_minted_is_not_read(text: str) -> None:
    assert apikeys.read(text) is None


def test_the_text_of_a_key_does_not_show_in_its_representation() -> None:
    minted = apikeys.mint(test=True)

    assert minted.text not in repr(minted)
