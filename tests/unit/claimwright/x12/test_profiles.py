"""Levels 6 and 7: a profile judges otherwise and demands more, from one day to another, for one line of business."""

import json
from datetime import date
from typing import Any

import pytest

from claimwright.x12 import (
    Address,
    Claim,
    Dated,
    Delimiters,
    Finding,
    Profile,
    Reference,
    Severity,
    judge,
    read_profile,
    write_837i,
    write_837p,
)
from tests.support.builders_x12 import (
    BILLING,
    ENVELOPE,
    SENT,
    a_batch,
    a_claim,
    a_line,
    a_subscriber,
    an_institutional_claim,
)
from tests.support.rule_cases_x12 import secondary

DAY = date(2026, 11, 20)


def a_profile(text: str) -> Profile:
    profile, wrong = read_profile(text.encode())
    assert wrong == []
    assert profile is not None
    return profile


def codes(data: bytes, profile: str, day: date = DAY) -> list[str]:
    return [each.code for each in judged(data, profile, day)]


def judged(data: bytes, profile: str, day: date = DAY) -> list[Finding]:
    return judge(data, terms=a_profile(profile).on(day))


def claim_file(*claims: Claim, **envelope: Any) -> bytes:
    return write_837p(a_batch(*claims), **{**SENT, "envelope": ENVELOPE._replace(**envelope)}).data


CLAIM = claim_file(a_claim())
WRONG_COUNT = CLAIM.replace(b"SE*25*", b"SE*24*")
SHORT_ZIP = claim_file(
    a_claim(
        billing=BILLING._replace(
            party=BILLING.party._replace(address=Address("12 MAIN STREET", "", "SPRINGFIELD", "IL", "62701"))
        )
    )
)
REPLACEMENT = claim_file(a_claim(claim_frequency_code="7", references=(Reference("F8", "ICN1"),)))


@pytest.mark.parametrize(
    ("severity", "wanted"), [("note", Severity.NOTE), ("warn", Severity.WARN), ("fatal", Severity.FATAL)]
)
def test_a_wrong_segment_count_blocks_or_not_as_the_profile_says(severity: str, wanted: Severity) -> None:
    (finding,) = judged(WRONG_COUNT, f'[[rules]]\nseverity = {{ "x12.segment_count" = "{severity}" }}')

    assert finding.severity is wanted
    assert judge(WRONG_COUNT)[0].severity is Severity.ERROR


def test_a_finding_that_is_off_is_not_made() -> None:
    assert codes(SHORT_ZIP, '[[rules]]\nseverity = { "x12.postal_code_short" = "off" }') == []
    assert [each.code for each in judge(SHORT_ZIP)] == ["x12.postal_code_short"]


def test_an_unknown_outer_code_rejects_only_where_the_profile_says_so() -> None:
    data = claim_file(a_claim()._replace(place_of_service="1A"))

    (warned,) = judge(data)
    (rejected,) = judged(data, '[[rules]]\nseverity = { "x12.place_form" = "error" }')

    assert not warned.blocks
    assert rejected.blocks


def test_a_rule_holds_from_its_first_day_to_its_last() -> None:
    profile = """
    [[rules]]
    from = 2026-11-01
    until = 2026-11-20
    severity = { "x12.segment_count" = "note" }
    """

    found = [
        judged(WRONG_COUNT, profile, day)[0].severity
        for day in (date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 20), date(2026, 11, 21))
    ]

    assert found == [Severity.ERROR, Severity.NOTE, Severity.NOTE, Severity.ERROR]


def test_of_two_rules_the_later_one_in_the_file_decides() -> None:
    profile = """
    [[rules]]
    severity = { "x12.segment_count" = "note" }
    [[rules]]
    from = 2026-11-10
    severity = { "x12.segment_count" = "fatal" }
    """

    assert judged(WRONG_COUNT, profile)[0].severity is Severity.FATAL
    assert judged(WRONG_COUNT, profile, date(2026, 11, 9))[0].severity is Severity.NOTE


def test_a_line_of_business_speaks_of_its_own_claims_alone() -> None:
    medicare = a_claim(
        patient_control_number="PCN0002", subscriber=a_subscriber(claim_filing_indicator="MB", group_number="")
    )
    data = claim_file(a_claim(), medicare)
    profile = '[[rules]]\nfiling = ["MB"]\nrequire = { references = ["G1"] }'

    (finding,) = judged(data, profile)

    assert (finding.code, finding.claim, finding.level) == ("x12.business_reference", 2, 6)
    assert judged(data, profile.replace('filing = ["MB"]', 'payers = ["GHP01"]'))[0].level == 7


def test_a_severity_of_a_line_of_business_leaves_other_claims_as_they_are() -> None:
    other = a_claim(a_line()._replace(place_of_service="11"), subscriber=a_subscriber(claim_filing_indicator="MB"))
    data = claim_file(a_claim(a_line()._replace(place_of_service="11")), other._replace(patient_control_number="P2"))
    profile = '[[rules]]\nfiling = ["MB"]\nseverity = { "x12.line_place_same" = "error" }'

    assert [(each.claim, each.blocks) for each in judged(data, profile)] == [(1, False), (2, True)]


DEMANDS: list[tuple[str, bytes, str]] = [
    ("x12.business_frequency", REPLACEMENT, 'frequencies = ["1"]'),
    ("x12.business_reference", CLAIM, 'references = ["F8"]'),
    ("x12.business_reference_unused", REPLACEMENT, 'no_references = ["F8"]'),
    ("x12.business_other_reference", claim_file(secondary()), 'other_payer_references = ["F8"]'),
    ("x12.business_line_breaks", claim_file(a_claim(), delimiters=Delimiters(line_break="\n")), 'line_breaks = "none"'),
    ("x12.business_segment", CLAIM, 'segments = ["REF*G1"]'),
    ("x12.business_segment", CLAIM, 'segments = ["PWK"]'),
    ("x12.business_line_breaks", CLAIM, 'line_breaks = "each"'),
    ("x12.business_delimiters", CLAIM, 'delimiters = "|>^~"'),
    ("x12.business_usage", CLAIM, 'usage = "P"'),
    ("x12.business_claims", claim_file(a_claim(), a_claim(patient_control_number="P2")), "claims_most = 1"),
    ("x12.business_lines", claim_file(a_claim(a_line(), a_line())), "lines_most = 1"),
    (
        "x12.business_taxonomy",
        claim_file(a_claim(billing=BILLING._replace(party=BILLING.party._replace(taxonomy="")))),
        "taxonomy = true",
    ),
    ("x12.business_rendering", CLAIM, "rendering_provider = true"),
    ("x12.business_member_id", CLAIM, r"member_id = '\d{3}[A-Z]\d{8}'"),
    (
        "x12.business_late",
        claim_file(a_claim(a_line(dates=(Dated("472", "D8", "20251101"),)))),
        "days_after_service = 365",
    ),
    ("x12.business_guide", CLAIM, 'guides = ["005010X222A2"]'),
]


@pytest.mark.parametrize(("code", "data", "demand"), DEMANDS, ids=[demand for _, _, demand in DEMANDS])
def test_a_demand_that_is_not_met_is_one_finding(code: str, data: bytes, demand: str) -> None:
    assert judge(data) == []
    assert codes(data, f"[[rules]]\n[rules.require]\n{demand}") == [code]


MET = """
[[rules]]
[rules.require]
guides = ["005010X222A1"]
frequencies = ["1", "7"]
line_breaks = "none"
delimiters = "*:^~"
usage = "T"
claims_most = 1
lines_most = 1
taxonomy = true
member_id = '[A-Z]{4}\\d{6}'
days_after_service = 365
"""


def test_demands_that_are_met_say_nothing() -> None:
    assert codes(CLAIM, MET) == []


def test_a_demand_may_warn_only() -> None:
    profile = '[[rules]]\nseverity = { "x12.business_usage" = "warn" }\nrequire = { usage = "P" }'

    assert [each.blocks for each in judged(CLAIM, profile)] == [False]


def test_a_guide_that_is_taken_by_name_is_not_called_old_or_unknown() -> None:
    data = CLAIM.replace(b"005010X222A1", b"005010X222A9")

    assert [each.code for each in judge(data)] == ["x12.guide_unknown"]
    assert codes(data, '[[rules]]\nsets = ["837P"]\nrequire = { guides = ["005010X222A9"] }') == []


def test_a_rule_for_one_set_leaves_others_alone() -> None:
    hospital = write_837i(a_batch(an_institutional_claim()), **SENT).data
    profile = '[[rules]]\nsets = ["837I"]\nrequire = { frequencies = ["4"] }'

    assert codes(hospital, profile) == ["x12.business_frequency"]
    assert codes(CLAIM, profile) == []


def test_json_and_a_flat_table_of_severities_are_profiles_too() -> None:
    whole = json.dumps({"name": "P", "rules": [{"from": "2026-01-01", "severity": {"x12.segment_count": "warn"}}]})

    assert not judged(WRONG_COUNT, whole)[0].blocks
    assert not judged(WRONG_COUNT, '{"x12.segment_count": "warn"}')[0].blocks


BROKEN: list[tuple[str, str, str]] = [
    ("profile.file", "", "rules = ["),
    ("profile.file", "", "{"),
    ("profile.rules", "/rules", 'name = "A"'),
    ("profile.rules", "/rules", "rules = []"),
    ("profile.table", "/rules/0", "rules = [1]"),
    ("profile.text", "/name", 'name = 7\n[[rules]]\nrequire = { usage = "T" }'),
    ("profile.key", "/partner", 'partner = "A"\n[[rules]]\nrequire = { usage = "T" }'),
    ("profile.key", "/rules/0/form", '[[rules]]\nform = 1\nrequire = { usage = "T" }'),
    ("profile.key", "/rules/0/require/single_line", "[[rules]]\nrequire = { single_line = true }"),
    ("profile.day", "/rules/0/from", '[[rules]]\nfrom = "2026-13-01"\nrequire = { usage = "T" }'),
    ("profile.day", "/rules/0/from", '[[rules]]\nfrom = 2026-01-01T00:00:00\nrequire = { usage = "T" }'),
    ("profile.order", "/rules/0/until", '[[rules]]\nfrom = 2026-02-01\nuntil = 2026-01-01\nrequire = { usage = "T" }'),
    ("profile.segments", "/rules/0/require/segments/1", '[[rules]]\nrequire = { segments = ["REF*G1", "reference"] }'),
    ("profile.set", "/rules/0/sets/1", '[[rules]]\nsets = ["837P", "837"]\nrequire = { usage = "T" }'),
    ("profile.texts", "/rules/0/filing", '[[rules]]\nfiling = "MB"\nrequire = { usage = "T" }'),
    ("profile.empty", "/rules/0", "[[rules]]\nfrom = 2026-01-01"),
    ("profile.table", "/rules/0/severity", "[[rules]]\nseverity = 1"),
    ("profile.table", "/rules/0/require", "[[rules]]\nrequire = 1"),
    ("profile.code", "/rules/0/severity/x12.nothing", '[[rules]]\nseverity = { "x12.nothing" = "warn" }'),
    ("profile.severity", "/rules/0/severity/x12.npi", '[[rules]]\nseverity = { "x12.npi" = "bad" }'),
    ("profile.severity", "/rules/0/severity/x12.npi", '[[rules]]\nseverity = { "x12.npi" = ["warn"] }'),
    ("profile.count", "/rules/0/require/lines_most", "[[rules]]\nrequire = { lines_most = 0 }"),
    ("profile.count", "/rules/0/require/lines_most", "[[rules]]\nrequire = { lines_most = true }"),
    ("profile.truth", "/rules/0/require/taxonomy", '[[rules]]\nrequire = { taxonomy = "yes" }'),
    ("profile.pattern", "/rules/0/require/member_id", "[[rules]]\nrequire = { member_id = '(' }"),
    ("profile.pattern", "/rules/0/require/member_id", "[[rules]]\nrequire = { member_id = 7 }"),
    ("profile.line_breaks", "/rules/0/require/line_breaks", '[[rules]]\nrequire = { line_breaks = "some" }'),
    ("profile.usage", "/rules/0/require/usage", '[[rules]]\nrequire = { usage = ["T"] }'),
    ("profile.delimiters", "/rules/0/require/delimiters", '[[rules]]\nrequire = { delimiters = "*:^" }'),
]


@pytest.mark.parametrize(("code", "pointer", "text"), BROKEN, ids=[f"{code} {pointer}" for code, pointer, _ in BROKEN])
def test_what_is_wrong_with_a_profile_is_named_with_its_place(code: str, pointer: str, text: str) -> None:
    profile, wrong = read_profile(text.encode())

    assert profile is None
    assert [(each.code, each.where.pointer) for each in wrong] == [(code, pointer)]
    assert all(each.says and each.fix for each in wrong)


def test_everything_that_is_wrong_is_named_at_once() -> None:
    text = '[[rules]]\nfrom = "then"\nsets = ["1"]\nseverity = { "x12.nothing" = "warn" }\nrequire = { usage = "X" }'

    _, wrong = read_profile(text.encode())

    assert [each.code for each in wrong] == ["profile.day", "profile.set", "profile.code", "profile.usage"]
