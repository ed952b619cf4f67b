"""Files that others broke on purpose: each defect that the origin names is among our findings.

A defect is told by its kind. What an origin asserts stands in `expected.json` (`asserted`), what another extractor saw
wrong in `derived`, and what its name says in `NAMED`.
"""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from claimwright.x12 import Finding, judge, read_profile
from tests.contract.test_x12_corpus_asserted import FOLDERS
from tests.support.corpus import CORPUS, corpus_files, expected

USUAL, _ = read_profile(
    b"""
[[rules]]
require = { delimiters = "*:^~" }
[[rules]]
sets = ["850"]
require = { segments = ["REF*DP"] }
"""
)
assert USUAL is not None
Seen = Callable[[Finding], bool]


def code(*codes: str, segment_id: str = "", element: int = 0) -> Seen:
    """Ask for a finding of one of these codes, at this segment and element where they are given."""
    return lambda each: (
        each.code.removeprefix("x12.") in codes
        and (not segment_id or each.segment_id == segment_id)
        and (not element or each.element == element)
    )


MISSING = ("segment_missing", "loop_missing")
MISPLACED = ("segment_id", "segment_unexpected", "segment_order", "loop_repeated", "segment_repeated")

# x12-doctor plants one fault a file and names its kind.
PLANTED: dict[str, Seen] = {
    "isaTruncated": code("isa_width", "isa_form"),
    "seCountWrong": code("segment_count"),
    "controlNumberMismatch": code("set_control", "group_control", "interchange_control"),
    # Any four signs are right for X12; a partner may want the usual ones.
    "nonstandardSeparators": code("business_delimiters"),
    "dateFormatShort": code("element_date"),
    "hlOrphan": code("hl_parent"),
    # Orders are no health care sets; what can be said of any set is said of them.
    "uomNonstandard": code("element_long", segment_id="PO1", element=3),
    "impliedDecimals": code("decimals_implied", segment_id="PO1", element=4),
    "cttMismatch": code("detail_count", segment_id="CTT", element=1),
    # X12 demands no REF of an order; a partner does.
    "missingRef": code("business_segment", segment_id="REF"),
}
# What a file's name at its origin says is wrong with it.
NAMED: dict[str, Seen] = {
    "MissingEntityCode": code("segment_unexpected", segment_id="NM1"),
    "bad_file": code("no_segments"),
    "not_x12": code("no_segments"),
    "segment_terminator": code("no_iea"),
    "unknown_segment_error": code("stray_segment", "segment_unexpected"),
    "wrong.GS": code("stray_segment"),
    "extraDelimiter997": code("component_many", "repetition_many", segment_id="AK4", element=4),
    "invalid997": code("element_long", segment_id="AK1", element=1),
    "nonnumeric_BIN01": code("number", segment_id="BIN", element=1),
    "invalid_BIN01": code("binary_length", segment_id="BIN", element=1),
    "270-missing-hierarchy": code(*MISSING, segment_id="HL"),
    "835-imbalance": code("remit_claim", "remit_line"),
    "TXNS_SOA": code("interchange_control", "no_isa"),
    "recover": code("segment_id"),
    "split": code("group_control", "set_count"),
    "blank1": code("element_missing", segment_id="SV2", element=2),
    "multiple_trn": code(*MISSING),
    "mult_isa": code(*MISSING),
    "trailing_terms": code("trailing_separator"),
}


def findings_of(path: Path) -> list[Finding]:
    assert USUAL is not None
    return judge(path.read_bytes(), terms=USUAL.on(date(2026, 11, 20)))


@pytest.mark.parametrize("path", corpus_files("broken"))
def test_every_defect_that_the_origin_names_is_found(path: Path) -> None:
    asserted = expected(path)["asserted"] or {}
    findings = findings_of(path)
    seen = list(_asked(path, asserted))

    for what, is_it in seen:
        assert any(map(is_it, findings)), (what, [each.code for each in findings])
    if not seen:
        # An origin that names nothing still calls the file broken, or shows what it tolerates.
        assert any(each.severity != "note" for each in findings)


def _asked(path: Path, asserted: dict[str, Any]) -> Iterator[tuple[str, Seen]]:
    origin = expected(path)["origin"]["path"]
    for word, is_it in NAMED.items():
        if word in origin:
            yield word, is_it
    if "finding" in asserted:
        yield asserted["finding"][1], PLANTED[asserted["finding"][1]]
    if asserted.get("parses") is False:
        yield "does not parse", lambda each: each.severity != "note"
    if asserted.get("balanced") is False:
        yield "is not balanced", code("remit_claim", "remit_line", "remit_total")
    yield from _acknowledged(asserted.get("errors", []))
    for kind, codes in (("AK5", asserted.get("ack", [])),):
        for row in codes:
            if row[0] == kind and "3" in row[2:]:
                # The trailer's number has no blank behind it, the header's has.
                yield "AK5 3", code("set_control", "set_control_form")
            if row[0] == kind and "4" in row[2:]:
                yield "AK5 4", code("segment_count")
            if row[0] == "TA1" and row[-1] == "015":
                yield "TA1 015", code("isa_time")


def _acknowledged(errors: list[list[str]]) -> Iterator[tuple[str, Seen]]:
    """Yield what each AK3, and each AK4 below it, says of its segment and element."""
    segment_id, position, lost = "", 0, False
    for row in errors:
        if row[0] == "AK3":
            segment_id, position = row[1], int(row[2])
            reason = row[4]
            if reason == "3":
                # A missing segment is told at the end of what lacks it, by us and by them at different places.
                yield f"{row}", code(*MISSING, segment_id=segment_id)
            elif reason == "1" and not (lost and segment_id in ("N3", "N4")):
                # What follows a party that has no place is of that party.
                yield f"{row}", _at(position, code(*MISPLACED, segment_id=segment_id))
            elif reason == "5":
                yield f"{row}", _at(position, code("segment_repeated", "loop_repeated", segment_id=segment_id))
            lost = reason == "1"
        else:
            place, _, component = row[1].partition(":")
            yield f"{segment_id}{row}", _at(position, _element(row[3], segment_id, int(place), component))


def _element(reason: str, segment_id: str, place: int, component: str) -> Seen:
    codes = {
        "1": ("element_missing", "trailing_separator"),
        "5": ("element_long", "element_code"),
        "7": ("element_code", "place_unknown", "element_missing"),
        "8": ("element_date", "element_time"),
    }[reason]
    if reason == "1" and not component:
        # An element that only a separator promises is missing to them, and one separator too many to us.
        return code(*codes, segment_id=segment_id)
    return code(*codes, segment_id=segment_id, element=place)


def _at(position: int, is_it: Seen) -> Seen:
    return lambda each: each.position == position and is_it(each)


@pytest.mark.parametrize("path", corpus_files("broken"))
def test_what_is_planted_in_one_file_is_found_in_no_other_of_its_kind(path: Path) -> None:
    planted = ((expected(path)["asserted"] or {}).get("finding") or ["", ""])[1]
    if not planted:
        return

    others = ("uomNonstandard", "impliedDecimals", "cttMismatch", "missingRef", "seCountWrong", "dateFormatShort")
    found = findings_of(path)

    assert [kind for kind in others if kind != planted and any(map(PLANTED[kind], found))] == []


@pytest.mark.parametrize("path", corpus_files(*FOLDERS, "broken"))
def test_what_another_extractor_sees_wrong_is_among_our_findings(path: Path) -> None:
    derived = expected(path)["derived"]
    found = {each.code.removeprefix("x12.") for each in judge(path.read_bytes())}
    if found & {"no_segments", "isa_form"}:
        return

    for what, codes in _seen_wrong(derived):
        assert found & set(codes), (what, sorted(found))


def _seen_wrong(derived: dict[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    if any(each.startswith("bytes_before_isa") for each in derived["notes"]):
        yield "bytes before ISA", ("leading_bytes", "no_isa")
    if "utf8_bom" in derived["notes"]:
        yield "byte order mark", ("byte_order_mark", "leading_bytes")
    if "no_isa" in derived["notes"]:
        yield "no ISA", ("no_isa",)
    for interchange in derived["interchanges"]:
        if not interchange.get("isa_fixed_width", True):
            yield "ISA is not fixed", ("isa_width", "isa_form", "no_isa", "break_in_segment")
        if interchange.get("unterminated_tail"):
            yield "unterminated", ("last_terminator", "trailing_bytes")
        if not interchange.get("count_ok", True):
            yield "IEA01", ("group_count", "no_iea", "no_isa")
        if not interchange.get("control_ok", True):
            yield "IEA02", ("interchange_control", "no_iea", "no_isa")
        for group in interchange["groups"]:
            yield from _wrong_group(group)


def _wrong_group(group: dict[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    if not group.get("count_ok", True):
        yield "GE01", ("set_count", "no_ge", "no_gs", "trailer_alone")
    if not group.get("control_ok", True):
        yield "GE02", ("group_control", "no_ge", "no_gs", "trailer_alone")
    for transaction in group["transactions"]:
        yield from _wrong_set(transaction)


def _wrong_set(transaction: dict[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    facts = transaction.get("facts") or {}
    if not transaction.get("count_ok", True):
        yield "SE01", ("segment_count", "no_se")
    if not transaction.get("control_ok", True):
        yield "SE02", ("set_control", "no_se")
    if facts.get("claims_whose_lines_do_not_add_up"):
        yield "CLM02", ("claim_total",)
    if facts.get("balance_transaction") is False:
        yield "BPR02", ("remit_total", "segment_missing", "number")
    if facts.get("claims_out_of_balance"):
        yield "CLP04", ("remit_claim",)
    if facts.get("lines_out_of_balance"):
        yield "SVC03", ("remit_line",)


def test_the_corpus_has_every_kind_of_defect() -> None:
    # Seen to fail: a kind that is asked of no file would never be looked for.
    if not CORPUS.is_dir():
        pytest.skip("the X12 corpus is not beside the repository")
    broken = [each.values[0] for each in corpus_files("broken")]
    planted = {(expected(path)["asserted"] or {}).get("finding", ["", ""])[1] for path in broken} - {""}
    origins = " ".join(expected(path)["origin"]["path"] for path in broken)

    assert planted == set(PLANTED)
    assert [word for word in NAMED if word not in origins] == []
