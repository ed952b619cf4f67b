"""A file without end of faults: so many are told, then that there are more, and what is behind is never accepted."""

from datetime import date
from typing import Any

import pytest

from claimwright.x12 import (
    ControlNumbers,
    Finding,
    Limits,
    Severity,
    Unreadable,
    acknowledge,
    blocks,
    judge,
    read_837p,
    read_claims,
    write_837p,
)
from claimwright.x12.models import Party
from claimwright.x12.place import OpenPlace
from claimwright.x12.profiles import Terms, read_profile
from tests.support.builders_x12 import MOMENT, SENT, a_batch, a_claim

SOURCE = Party("AY", "CLEARINGHOUSE", id_qualifier="46", id="CLR01")
STRAY, MANY, MORE = "x12.stray_segment", "x12.findings_many", "x12.findings_more"
DISORDER = "x12.limit_disorder"


def a_file(number: int = 17, **changes: Any) -> bytes:
    return write_837p(a_batch(a_claim(**changes)), **{**SENT, "control": ControlNumbers(number, 17, 1)}).data


def codes(findings: list[Finding]) -> list[str]:
    return [each.code for each in findings]


def a_finding(code: str) -> Finding:
    return Finding(code, 1, Severity.ERROR, segment=7)


def terms(severities: str) -> Terms:
    profile, _ = read_profile(severities.encode())
    assert profile is not None
    return profile.on(date(2026, 11, 20))


def test_so_many_findings_are_told_and_then_that_there_are_more() -> None:
    # Without a bound 400 KB gave 200,005 of them.
    findings = judge(a_file().replace(b"~SE*", b"~" + b"X~" * 30_000 + b"SE*"))

    assert len(findings) <= 10_005
    assert codes(findings).count(MANY) == 1
    assert blocks(findings)


def test_the_bound_is_one_of_the_limits() -> None:
    assert codes(judge(a_file() + b"X~" * 4, Limits(findings=3))) == [STRAY, STRAY, STRAY, MANY]
    assert codes(judge(a_file() + b"X~" * 3, Limits(findings=3))) == [STRAY, STRAY, STRAY]


def test_what_is_behind_the_bound_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    # 200 KB of segments that no guide knows took 3 seconds, for findings that nobody was told.
    data = a_file().replace(b"~SE*", b"~" + b"X~" * 90_000 + b"SE*")
    made = []
    monkeypatch.setattr(OpenPlace, "finding", lambda self, *_, **__: made.append(self) or a_finding(STRAY))

    findings = judge(data)

    assert len(made) < 10_010
    assert codes(findings).count(MANY) == 1


def test_a_file_without_the_order_of_an_envelope_is_refused_by_every_reader() -> None:
    data = a_file()[:106] + b"X~" * 6

    with pytest.raises(Unreadable, match="limit_disorder at byte 116"):
        read_837p(data, Limits(disorder=5))

    assert [(each.code, each.byte_start) for each in judge(data, Limits(disorder=5)) if each.code != STRAY] == [
        (DISORDER, 116)
    ]
    assert DISORDER not in codes(judge(data, Limits(disorder=7)))


@pytest.mark.parametrize("wrong", [b"ST*1~", b"GS~", b"IEA*1~", b"ISA*1~", b"SE~", b"TA1*1~"])
def test_headers_and_trailers_without_order_are_bounded_too(wrong: bytes) -> None:
    data = a_file()[: a_file().index(b"~ST*") + 1] + wrong * 20

    assert DISORDER in codes(judge(data, Limits(disorder=5)))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [(b"IEA*1*000000017~", b""), (b"GE*1*17~", b""), (b"SE*", b"XX*"), (b"ST*837*0001", b"ST*837*1")],
)
def test_a_file_that_is_wrong_in_one_way_from_end_to_end_is_read(right: bytes, wrong: bytes) -> None:
    # 3,000 interchanges without IEA, or whose ST02 is too short, were refused after 2,000.
    data = a_file().replace(b"\n", b"")
    assert right in data

    reading = read_837p(data.replace(right, wrong) * 20, Limits(disorder=5))

    assert sum(len(each.claims) for each in reading.values) == 20
    assert DISORDER not in codes(list(reading.findings))


def test_wrong_counts_and_numbers_are_no_disorder() -> None:
    data = a_file()
    wrong = data[:106] + data[106:].replace(b"SE*", b"SE*9").replace(b"GE*1", b"GE*4")

    assert DISORDER not in codes(judge(wrong, Limits(disorder=0)))


def test_reading_goes_on_behind_the_bound() -> None:
    data = a_file()[:106] + b"X~" * 5 + a_file()[106:]
    findings: list[Finding] = []

    claims = list(read_claims(data, findings, Limits(findings=3)))

    assert len(claims) == 1
    assert codes(findings)[-1] == MANY
    assert codes(list(read_837p(data, Limits(findings=3)).findings))[-1] == MANY


def test_warnings_without_end_hide_nothing_that_blocks_and_stop_nothing() -> None:
    warned = a_file().replace(b"~", b"~~")

    findings = judge(warned, Limits(findings=3))

    assert codes(findings) == ["x12.empty_segment"] * 3 + [MORE]
    assert not blocks(findings)
    assert STRAY in codes(judge(warned + b"X~", Limits(findings=3)))


@pytest.mark.parametrize(
    ("severity", "told"),
    [('"x12.empty_segment" = "error"', MANY), ('"x12.empty_segment" = "note"', MORE), (f'"{MORE}" = "off"', MORE)],
)
def test_a_profile_that_is_stricter_takes_nothing_for_granted_that_is_not_told(severity: str, told: str) -> None:
    warned = a_file().replace(b"~", b"~~")

    findings = judge(warned, Limits(findings=3), terms=terms(severity))

    assert [each for each in codes(findings) if each in (MANY, MORE)] == [told]
    assert blocks(findings) == (told == MANY)


def test_no_profile_tones_down_that_more_is_wrong() -> None:
    findings = judge(a_file() + b"X~" * 9, Limits(findings=3), terms=terms(f'"{MANY}" = "note"\n"{STRAY}" = "note"'))

    assert [each.severity for each in findings if each.code == MANY] == [Severity.FATAL]


def test_interchanges_behind_the_bound_are_rejected_and_those_before_it_are_not() -> None:
    data = a_file(1) + a_file(2).replace(b"~SE*", b"~" + b"ZZ~" * 9 + b"SE*") + a_file(3)
    reading = read_837p(data)
    findings = judge(data, Limits(findings=5))

    answers = acknowledge(reading.interchanges, reading.values, findings, source=SOURCE, moment=MOMENT)

    rejected = [each.control_number for each in answers.interchanges if each.is_rejected]
    assert rejected == ["000000002", "000000003"]
    assert [each.code for each in answers.groups] == ["A"]
    assert len(answers.batches) == 1
