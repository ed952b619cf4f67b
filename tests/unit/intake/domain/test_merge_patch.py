"""JSON merge patch, by the examples of RFC 7396."""

import pytest

from claimwright_intake.domain.merge_patch import changed_members, merge

# RFC 7396, appendix A: target, patch, result.
EXAMPLES = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("target", "patch", "result"), EXAMPLES)
def test_a_patch_is_laid_over_its_target(target: object, patch: object, result: object) -> None:
    assert merge(target, patch) == result


def test_the_target_stays_as_it_was() -> None:
    target = {"a": {"b": "c"}}

    merge(target, {"a": {"b": "d"}})

    assert target == {"a": {"b": "c"}}


def test_changed_members_are_named_by_pointers() -> None:
    before = {"same": 1, "gone": 1, "other": {"x": 1}}
    after = {"same": 1, "new": 1, "other": {"x": 2}}

    assert changed_members(before, after) == ("/gone", "/new", "/other")
