"""JSON is taken strictly.

Seen to fail: with `json.loads(text)` alone, the doubled key, NaN, the exponent and the deep body were taken.
"""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwright.http import strict_json
from claimwright.http.strict_json import NotStrictJson

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@given(value=json_values)
def test_what_is_json_is_read_as_it_was_written(value: object) -> None:
    assert strict_json.loads(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "body_not_json"),
        (b"{", "body_not_json"),
        (b"{} {}", "body_not_json"),
        (b"'a'", "body_not_json"),
        (b"\xef\xbb\xbf{}", "body_not_json"),
        (b'"\xff"', "body_not_utf8"),
        (b'{"a": 1, "a": 2}', "duplicate_key"),
        (b'[{"b": {"a": 1, "a": 1}}]', "duplicate_key"),
        (b"NaN", "number_not_usable"),
        (b'{"charge_cents": Infinity}', "number_not_usable"),
        (b"-Infinity", "number_not_usable"),
        (b"1e400", "number_not_usable"),
        (b"9" * 5000, "number_not_usable"),
        (rb'{"name": "a\u0000b"}', "text_not_usable"),
        (rb'{"a\u0000b": 1}', "text_not_usable"),
        (rb'["\ud800"]', "text_not_usable"),
        (b"[" * 33 + b"]" * 33, "body_too_deep"),
        (b"[" * 100_000, "body_too_deep"),
        (b"[" * 100_000 + b"]" * 100_000, "body_too_deep"),
    ],
    ids=lambda value: value if isinstance(value, str) else repr(value[:20]),
)
def test_what_is_not_strict_json_is_told_by_a_code(raw: bytes, code: str) -> None:
    with pytest.raises(NotStrictJson) as refused:
        strict_json.loads(raw)

    assert refused.value.code == code


def test_a_whole_character_may_be_escaped() -> None:
    assert strict_json.loads(rb'["\u00e9", "\ud83d\ude00", "\\u0000"]') == ["é", "😀", r"\u0000"]


def test_32_levels_are_taken() -> None:
    assert strict_json.loads(b"[" * 32 + b"]" * 32)


def test_no_word_of_the_body_is_in_the_error() -> None:
    for raw in (b'{"name": "DOE", "name": "JANE"}', b'{"name": DOE}', b'{"ssn": 123-45-6789}'):
        with pytest.raises(NotStrictJson) as refused:
            strict_json.loads(raw)

        told = f"{refused.value} {refused.value.says} {refused.value.fix}"
        assert not any(word in told for word in ("DOE", "JANE", "123", "name", "ssn"))
