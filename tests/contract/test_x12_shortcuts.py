"""Short ways find and write exactly what the long ones do.

The judge's are places known and shapes learned from segments that came by, against the tables alone; the writer's is
one look at all values of a claim, against a look at each.

Seen to fail, the judge: with 29 February in the learned dates, with a way remembered from a segment that came too late,
and without counting on a known way; the writer: without the count of component separators, with blanks at the edges
allowed, and with trailing separators cut off before they are counted.
"""

import importlib
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from claimwright.x12 import Finding, Policy, Written, judge, read_837p, rules, tokens, write_837i, write_837p
from claimwright.x12.guides import paths, shapes
from claimwright.x12.guides.elements import element_faults
from claimwright.x12.write import segments
from tests.contract.test_x12_corpus import READABLE
from tests.contract.test_x12_golden import GOLDEN
from tests.contract.test_x12_properties import EXAMPLES, PHASES, broken_files
from tests.support.builders_x12 import SENT
from tests.support.corpus import corpus_files
from tests.support.single_faults_x12 import placed

# The package calls its function as its module is called.
JUDGE = importlib.import_module("claimwright.x12.judge")
# A file of this size takes a tenth of a second by the tables.
LARGEST = 60_000
# Claims of one file that are asked; those behind them are like them.
MANY = 20


@pytest.fixture(scope="module", autouse=True)
def _eager() -> Iterator[None]:
    """Learn from every clean segment, so that a file meets its own shapes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shapes, "LEARNS_EVERY", 1)
        paths.paths.cache_clear()
        yield
    paths.paths.cache_clear()


def judged_by_tables(data: bytes) -> list[Finding]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JUDGE, "stretches", lambda data, limits: [tokens(data, limits)])
        return judge(data)


def same_both_ways(data: bytes) -> bool:
    wanted = judged_by_tables(data)
    return judge(data) == wanted and judge(data) == wanted


@pytest.mark.parametrize("path", [*corpus_files(*READABLE, "broken"), *sorted(GOLDEN.glob("*.edi"))])
def test_a_file_is_judged_the_same_both_ways(path: Path) -> None:
    if path.stat().st_size < LARGEST:
        assert same_both_ways(path.read_bytes())


@settings(max_examples=EXAMPLES * 5, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.too_slow])
@given(broken_files())
def test_a_broken_file_is_judged_the_same_both_ways(data: bytes) -> None:
    assert same_both_ways(data)


# What stands in for an element or component, alone or behind what was there.
TEXTS = (
    *("", " ", "A", "Z9", "ab", "A" * 61, "A" * 300, "é", "\x07", "A*B", "A:B", "A:B:", "A^B", "a~b", "1" * 25),
    *("0", "-5", "5.", ".5", "-.5", "1.2345", "1.23456", "1X", "+5", "1E5", "0005", "1" * 15, "1" * 18, "-" + "1" * 18),
    *("20240229", "20230229", "20260230", "20260431", "20261331", "00000101", "2026011", "202601011", "20261120"),
    *(
        "2359",
        "2400",
        "12345",
        "1260",
        "126099",
        "202611202359",
        "202611202400",
        "20261120-20261121",
        "20261120-20261119",
    ),
    *("D8", "RD8", "DT", "TM", "HC", "XX", "SY", "85", "472", "ABK", "BK", "UN", "24"),
)
TABLES = {
    "837p-two-dependents.edi": "837P",
    "837p-secondary-claim.edi": "837P",
    "837i-inpatient.edi": "837I",
    "837d-one-claim.edi": "837D",
    "835-reversal-and-correction.edi": "835",
    "277ca-one-accepted-one-rejected.edi": "277CA",
    "999-rejected-set.edi": "999",
}


@pytest.mark.parametrize("name", TABLES)
def test_a_learned_shape_lets_no_fault_pass(name: str) -> None:
    known = 0
    for segment, use, _ in placed(TABLES[name], (GOLDEN / name).read_bytes()):
        learned = shapes.Shapes(use, segment.delimiters)
        learned.learn(segment.elements)
        if learned.fits is None:
            continue
        known += 1
        for changed in _changed(segment.elements):
            if learned.fits("*".join(changed)) is not None:
                assert element_faults(use, "*".join(changed).split("*"), ":", "^") == [], changed

    assert known > 5


def _changed(elements: list[str]) -> Iterator[list[str]]:
    for place in range(1, len(elements) + 1):
        before, after = elements[:place], elements[place + 1 :]
        parts = elements[place].split(":") if place < len(elements) else [""]
        for at, part in enumerate(parts):
            for text in (*TEXTS, *(part + each for each in TEXTS), part[:-1], part + ":"):
                yield [*before, ":".join([*parts[:at], text, *parts[at + 1 :]]), *after]


# Texts that can't be written, or only just, for a value of a claim.
HOSTILE = (
    "A*B",
    "A*",
    "*",
    "A:B",
    ":",
    "A~B",
    "~",
    "A^",
    " A",
    "A ",
    " ",
    "É",
    "A\x1dB",
    "\n",
    "",
    "A  B",
    "😀",
    "PLAIN",
)


# Of all pairs of a place and a text, one in thirteen; every text meets every kind of place all the same.
THINNED = 13
WRITERS: dict[str, Callable[..., Written]] = {
    "837p-secondary-claim.edi": write_837p,
    "837p-two-dependents.edi": write_837p,
    "837i-inpatient.edi": write_837i,
}


@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize("name", WRITERS)
def test_claims_with_any_value_are_written_the_same_both_ways(name: str, policy: Policy) -> None:
    batch = read_837p((GOLDEN / name).read_bytes()).values[0]
    write = partial(WRITERS[name], **SENT, policy=policy, self_check=False)
    places = list(_texts(batch.claims))
    assert len(places) > 100

    for place, text in islice(product(places, HOSTILE), 0, None, THINNED):
        changed = batch._replace(claims=_with(batch.claims, place, text))
        written = write(changed)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(segments, "_signs", lambda _: None)
            assert write(changed) == written, (place, text)


def _texts(value: Any, *place: int) -> Iterator[tuple[int, ...]]:
    """Yield where a text stands in a tree of tuples."""
    if isinstance(value, str):
        yield place
    elif isinstance(value, tuple):
        for at, each in enumerate(value):
            yield from _texts(each, *place, at)


def _with(value: Any, place: tuple[int, ...], text: str) -> Any:
    if not place:
        return text
    parts = list(value)
    parts[place[0]] = _with(parts[place[0]], place[1:], text)
    return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)


@pytest.mark.parametrize("path", [*corpus_files("837p", "837i", "837d"), *sorted(GOLDEN.glob("837*.edi"))])
def test_a_rule_is_never_broken_without_the_field_that_it_is_asked_with(path: Path) -> None:
    # Seen to fail: with `accident_causes` as the field of the rule over dates of accidents without a cause.
    claims = [claim for batch in read_837p(path.read_bytes()).values for claim in batch.claims]

    for claim in claims[:MANY]:
        for rule in rules.RULES:
            field = rules.ONLY_WITH.get(rule.code)
            if field is not None and isinstance(rule, rules.OfClaim):
                assert not rule.is_broken(_without(claim, field)), rule.code
            elif field is not None and isinstance(rule, rules.OfLine):
                assert not any(rule.is_broken(claim, _without(line, field)) for line in claim.lines), rule.code


def _without(value: Any, field: str) -> Any:
    return value._replace(**{field: value._field_defaults[field]})
