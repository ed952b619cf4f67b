"""`claimwright x12` over every set: told, judged, cut, disguised and made up, whatever comes."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from claimwright.x12 import judge, read_835, read_999, read_eligibility, read_interchanges, read_status
from claimwright.x12.cli import app

GOLDEN = Path(__file__).parents[3] / "golden" / "x12"
TOLD = {
    "270-family.edi": "asks GOOD HEALTH PLAN about coverage",
    "271-benefits.edi": "copay  for the person  for 98",
    "276-claims.edi": "BILLING SERVICE asks GOOD HEALTH PLAN about 2 claims",
    "277-statuses.edi": "finalized and paid (F1:65, F1:3), $125.00 charged, $80.00 paid, payment CHECK77",
    "275-two-attachments.edi": "2 attachments for claim PCN0001",
    "278-decision.edi": "decisions: 1 certified, 1 not certified",
    "834-members.edi": "1 subscriber and 2 dependents",
    "820-premiums.edi": "pays $455.50 (ACH)",
}
PEOPLE = ("DOE", "JANE", "JACK", "PAID123456", "19800229", "999887777")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.mark.parametrize("name", TOLD)
def test_every_set_is_told_and_names_nobody(name: str) -> None:
    told, machine = run("show", GOLDEN / name), run("show", "--json", GOLDEN / name)

    assert (told.exit_code, machine.exit_code) == (0, 0)
    assert TOLD[name] in told.output
    assert json.loads(machine.stdout)
    assert not [each for each in PEOPLE if each in told.output + machine.output]
    assert "finding" not in told.output


@pytest.mark.parametrize("name", TOLD)
def test_every_set_is_checked_cut_and_disguised(name: str, tmp_path: Path) -> None:
    checked, cut = run("check", GOLDEN / name), run("split", GOLDEN / name, "--into", tmp_path)
    hidden = run("mask", GOLDEN / name)

    assert (checked.exit_code, cut.exit_code, hidden.exit_code) == (0, 0, 0)
    parts = [part.read_bytes() for part in sorted(tmp_path.iterdir())]
    assert [judge(part) for part in (*parts, hidden.stdout_bytes)] == [[]] * (len(parts) + 1)
    sets = [
        each.set_id for i in read_interchanges((GOLDEN / name).read_bytes()).values for g in i.groups for each in g.sets
    ]
    assert len(parts) == len(sets)
    assert not [each for each in PEOPLE if each.encode() in hidden.stdout_bytes]


def test_an_answer_to_a_status_question_is_told_once() -> None:
    kinds = [each["kind"] for each in json.loads(run("show", "--json", GOLDEN / "277-statuses.edi").stdout)]

    assert kinds == ["StatusExchange", "StatusExchange"]


def test_questions_and_answers_are_compared_by_person_and_claim(tmp_path: Path) -> None:
    said, other = GOLDEN / "277-statuses.edi", tmp_path / "other.277"
    other.write_bytes(said.read_bytes().replace(b"*CHECK77", b"*CHECK99", 1))
    benefits, changed = GOLDEN / "271-benefits.edi", tmp_path / "other.271"
    changed.write_bytes(benefits.read_bytes().replace(b"*27*25*", b"*27*30*", 1))

    assert run("diff", said, said).exit_code == 0
    assert "claim PCN0001: statuses[1].payment_number is CHECK77 there, CHECK99 here" in run("diff", said, other).output
    assert "person TRACE1/PLAN1: benefits[2].amount is 25 there, 30 here" in run("diff", benefits, changed).output


def test_sets_are_told_in_the_order_of_the_file(tmp_path: Path) -> None:
    both = tmp_path / "both.edi"
    both.write_bytes((GOLDEN / "834-members.edi").read_bytes() + (GOLDEN / "270-subscriber.edi").read_bytes())

    kinds = [each["kind"] for each in json.loads(run("show", "--json", both).stdout)]

    assert kinds == ["Outline", "Eligibility"]


def test_a_question_is_acknowledged_as_a_claim_is(tmp_path: Path) -> None:
    broken = tmp_path / "asked.270"
    broken.write_bytes((GOLDEN / "270-subscriber.edi").read_bytes().replace(b"EQ*30~", b"EQ*??~"))

    run("ack", broken, "--into", tmp_path / "answers")

    ack = read_999((tmp_path / "answers" / "asked.999").read_bytes()).values[0]
    assert (ack.functional_id, ack.code) == ("HS", "R")
    assert [(each.segment_id, each.loop) for each in ack.sets[0].segments] == [("EQ", "2110")]


def test_made_up_questions_and_answers_belong_to_the_claims(tmp_path: Path) -> None:
    result = run("generate", "--questions", "--claims", 12, "--seed", 5, "--into", tmp_path)

    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert result.exit_code == 0
    assert {name: judge(data) for name, data in files.items()} == {name: [] for name in files}
    asked, answered = (read_eligibility(files[f"coverage.{kind}"]).values for kind in ("270", "271"))
    traces = [
        [trace.trace_number for value in values for person in value.people for trace in person.traces]
        for values in (asked, answered)
    ]
    assert traces[0] == traces[1]
    questions, answers = (read_status(files[f"status.{kind}"]).values for kind in ("276", "277"))
    numbers = [
        [claim.trace_number for value in values for *_, claim in value.claims()] for values in (questions, answers)
    ]
    assert numbers[0] == numbers[1]
    paid = {
        claim.patient_control_number: claim.paid
        for each in read_835(files["remit.835"]).values
        for claim in each.claims
    }
    said = {
        claim.patient_control_number: claim.statuses[0].paid
        for value in answers
        for *_, claim in value.claims()
        if claim.statuses[0].is_final
    }
    assert 0 < len(said) < 12
    assert said == {number: paid[number] for number in said}
