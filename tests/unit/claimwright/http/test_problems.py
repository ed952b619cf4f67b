"""Findings as problem documents: a pointer into what was sent, and never a name that the caller made up."""

from claimwright.findings import Finding, Place, at
from claimwright.http import problems


def findings(*errors: dict[str, object]) -> list[Finding]:
    return problems.findings_of(errors)


def test_a_pointer_escapes_as_the_standard_says() -> None:
    assert problems.pointer(["a/b", 0, "c~d"]) == "/a~1b/0/c~0d"


def test_the_branch_of_a_union_is_no_step_of_the_pointer() -> None:
    (finding,) = findings(
        {
            "type": "missing",
            "loc": ("body", "payer", "tagged-union[A,B]", "function-after[check(), str]", "id"),
            "msg": "",
        }
    )

    assert finding.where == at("/payer/id")


def test_an_unknown_field_that_looks_like_ours_is_named_and_another_is_not() -> None:
    named, hidden = findings(
        {"type": "extra_forbidden", "loc": ("body", "patient", "birthDate"), "msg": ""},
        {"type": "extra_forbidden", "loc": ("body", "patient", "DOE, JANE"), "msg": ""},
    )

    assert named.where == at("/patient/birthDate")
    assert hidden.where == at("/patient")


def test_pydantics_own_words_are_never_shown() -> None:
    (finding,) = findings({"type": "value_error", "loc": ("body", "name"), "msg": "Value error, DOE is no name"})

    assert "DOE" not in f"{finding.says}{finding.fix}"


def test_two_hundred_findings_are_enough() -> None:
    answer = problems.problem([Finding(code="x", says="y", where=Place())] * 500)

    assert bytes(answer.body).count(b'"code":"x"') == problems.MOST_FINDINGS
