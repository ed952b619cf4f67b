"""`claimwright x12`: each command does what its help says, and its exit code tells whether something is wrong."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from claimwright.x12 import judge, read_835, read_837p, read_999, write_835, write_837p
from claimwright.x12.cli import app
from claimwright.x12.tools import progress
from tests.support.builders_x12 import SENT, a_batch, a_claim, a_remittance

GOOD = write_837p(a_batch(a_claim(), a_claim(patient_control_number="PCN0002")), **SENT).data
BAD = GOOD.replace(b"*UN*", b"*XX*", 1)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "good.837").write_bytes(GOOD)
    (tmp_path / "bad.837").write_bytes(BAD)
    (tmp_path / "remit.835").write_bytes(write_835([a_remittance()], **SENT).data)
    (tmp_path / "words.txt").write_text("these are only words")
    return tmp_path


def run(*arguments: object, data: bytes | None = None) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments], input=data)


def test_show_hides_people_until_asked(files: Path) -> None:
    hidden, shown = run("show", files / "good.837"), run("show", "--reveal", files / "good.837")

    assert (hidden.exit_code, shown.exit_code) == (0, 0)
    assert "DOE" not in hidden.output
    assert "JANE DOE" in shown.output
    assert "$250.00" in hidden.output


def test_show_gives_json_for_machines(files: Path) -> None:
    told = json.loads(run("show", "--json", files / "remit.835").stdout)

    assert told[0]["kind"] == "Remittance"
    assert told[0]["payment"] == "125"
    assert "DOE" not in json.dumps(told)


def test_check_exits_by_what_it_finds(files: Path) -> None:
    good, bad = run("check", files / "good.837"), run("check", files / "bad.837")

    assert good.exit_code == 0
    assert bad.exit_code == 1
    assert "  claim PCN0001 (transaction 1, claim 1)\n" in bad.output
    assert "error x12.element_code: segment 24 SV103, loop 2400, byte" in bad.output
    assert "Use a code of the list." in bad.output


def test_findings_stand_under_the_number_of_their_claim(files: Path) -> None:
    second = GOOD[: GOOD.rindex(b"SV1*")] + GOOD[GOOD.rindex(b"SV1*") :].replace(b"*UN*", b"*XX*", 1)
    (files / "second.837").write_bytes(GOOD + second)
    remit = (files / "remit.835").read_bytes()
    (files / "unbalanced.835").write_bytes(remit.replace(b"CLP*PCN0001*1*125*", b"CLP*PCN0001*1*126*"))
    (files / "nameless.837").write_bytes(BAD.replace(b"CLM*PCN0001*", b"CLM**"))

    assert "  claim PCN0002 (transaction 2, claim 2)\n" in run("check", files / "second.837").output
    assert "  claim PCN0001 (transaction 1, claim 1)\n" in run("check", files / "unbalanced.835").output
    assert "  transaction 1, claim 1\n" in run("check", files / "nameless.837").output


def test_what_findings_are_of_is_named_once(files: Path) -> None:
    # Where a file is cut off, what is missing of the set, the group and the set again is found at the same segment.
    (files / "cut.837").write_bytes(GOOD[: GOOD.index(b"N3*")])

    lines = run("check", files / "cut.837").output.splitlines()

    assert [line for line in lines[1:] if not line.startswith("    ")] == ["  transaction 1", "  envelope"]


def test_findings_in_front_of_what_can_not_be_read_stand_under_their_claim(files: Path) -> None:
    (files / "long.837").write_bytes(broken_far_in().replace(b"CLM*PCN0001*125*", b"CLM*PCN0001*12x*"))

    told = run("check", files / "long.837").output

    assert "fatal x12.limit_segment" in told
    assert "  claim PCN0001 (transaction 1, claim 1)\n" in told


def test_a_profile_judges_otherwise(files: Path) -> None:
    profile = files / "partner.json"
    profile.write_text('{"x12.element_code": "warn"}')
    (files / "wrong.json").write_text('{"no.such.code": "warn"}')

    assert run("check", "--profile", profile, files / "bad.837").exit_code == 0
    assert run("check", "--profile", files / "wrong.json", files / "bad.837").exit_code == 2


def test_a_profile_is_chosen_by_day_and_one_that_is_wrong_is_told_whole(files: Path) -> None:
    profile, wrong = files / "partner.toml", files / "wrong.toml"
    profile.write_text('[[rules]]\nfrom = 2026-10-01\nseverity = { "x12.element_code" = "warn" }')
    wrong.write_text('[[rules]]\nfrom = "then"\nseverity = { "x12.nothing" = "warn" }')

    assert run("check", "--profile", profile, "--day", "2026-10-01", files / "bad.837").exit_code == 0
    assert run("check", "--profile", profile, "--day", "2026-09-30", files / "bad.837").exit_code == 1
    told = run("check", "--profile", wrong, files / "bad.837")
    assert told.exit_code == 2
    assert "/rules/0/from: The value is no day." in told.output
    assert "/rules/0/severity/x12.nothing: There is no finding of this code." in told.output
    assert run("check", "--profile", profile, "--day", "soon", files / "bad.837").exit_code == 2


def test_outer_codes_come_from_a_file_or_from_an_installed_package(files: Path) -> None:
    table, wrong = files / "codes.csv", files / "wrong.csv"
    table.write_text("set,code,from,until\nicd10cm,J0190,2015-10-01,2026-10-31\n")
    wrong.write_text("set,code\nicd9,4019\n")

    ended = run("check", "--codes", table, files / "good.837")
    assert (ended.exit_code, "x12.diagnosis_day" in ended.output) == (0, True)
    assert "x12.diagnosis" not in run("check", "--codes", "icd10cm", files / "good.837").output
    assert "/2/set" in run("check", "--codes", wrong, files / "good.837").output
    nowhere = run("check", "--codes", "icd9", files / "good.837")
    assert (nowhere.exit_code, "installed code sets: icd10cm" in nowhere.output) == (2, True)


def test_ack_writes_what_we_would_answer(files: Path) -> None:
    result = run("ack", files / "bad.837", "--into", files / "answers")

    data = (files / "answers" / "bad.999").read_bytes()
    assert result.exit_code == 0
    assert read_999(data).values[0].code == "R"
    assert judge(data) == []
    assert not (files / "answers" / "bad.277ca").exists()


def test_ack_answers_each_interchange_to_its_own_sender_under_a_number_of_its_own(files: Path) -> None:
    # All answers went to the sender of the first one, under the same number.
    other = BAD.replace(b"*SENDER         *", b"*OTHER          *").replace(b"000000017", b"000000018")
    (files / "two.837").write_bytes(GOOD.replace(b"*0*T*", b"*1*T*", 1) + other)

    result = run("ack", files / "two.837", "--into", files / "answers")

    assert result.exit_code == 0
    read = {path.name: read_999(path.read_bytes()) for path in sorted((files / "answers").iterdir())}
    assert {name: each.interchanges[0].receiver.id for name, each in read.items()} == {
        "two-0001.ta1": "SENDER",
        "two-0001.999": "SENDER",
        "two-0001.277ca": "SENDER",
        "two-0002.999": "OTHER",
    }
    assert len({each.interchanges[0].control_number for each in read.values()}) == len(read)
    codes = {name: each.values[0].code for name, each in read.items() if each.values}
    assert codes == {"two-0001.999": "A", "two-0002.999": "R"}


def test_diff_exits_by_whether_there_is_one(files: Path) -> None:
    assert run("diff", files / "good.837", files / "good.837").exit_code == 0
    changed = run("diff", files / "good.837", files / "bad.837")
    assert changed.exit_code == 1
    assert "claim PCN0001: lines[1].unit is UN there, XX here" in changed.output


def test_diff_says_that_people_differ_and_how_only_when_asked(files: Path) -> None:
    (files / "other.837").write_bytes(GOOD.replace(b"*DOE*JANE*", b"*ROE*JANE*", 1))

    hidden = run("diff", files / "good.837", files / "other.837")
    shown = run("diff", "--reveal", files / "good.837", files / "other.837")

    assert (hidden.exit_code, shown.exit_code) == (1, 1)
    assert "subscriber.party.last_name differs" in hidden.output
    assert not [each for each in ("DOE", "ROE") if each in hidden.output]
    assert "subscriber.party.last_name is DOE there, ROE here" in shown.output


def test_split_by_claim_and_merge_keep_every_claim(files: Path) -> None:
    run("split", files / "good.837", "--by", "claim", "--into", files / "parts")
    parts = sorted((files / "parts").iterdir())

    whole = run("merge", *parts).stdout_bytes

    assert len(parts) == 2
    assert [judge(part.read_bytes()) for part in parts] == [[], []]
    assert sum(len(each.claims) for each in read_837p(whole).values) == 2
    assert judge(whole) == []


def test_mask_reads_standard_input(files: Path) -> None:
    result = run("mask", "-", data=GOOD)

    assert b"DOE" not in result.stdout_bytes
    assert judge(result.stdout_bytes) == []


def test_generate_makes_files_that_belong_together(files: Path) -> None:
    run("generate", "--claims", 5, "--seed", 3, "--into", files / "made")

    claims = (files / "made" / "claims.837").read_bytes()
    remit = (files / "made" / "remit.835").read_bytes()
    assert judge(claims) == []
    assert judge(remit) == []
    assert sum(1 for each in read_835(remit).values for _ in each.claims) == 5


def test_generate_makes_stays_and_the_remittances_that_answer_them(files: Path) -> None:
    run("generate", "--stays", "--claims", 40, "--seed", 3, "--into", files / "made")

    claims = (files / "made" / "stays.837").read_bytes()
    remit = (files / "made" / "stays.835").read_bytes()
    assert judge(claims) == []
    assert judge(remit) == []
    billed = {claim.patient_control_number: claim for batch in read_837p(claims).values for claim in batch.claims}
    paid = {each.patient_control_number: each for one in read_835(remit).values for each in one.claims}
    assert len(billed) == 40
    assert {number: each.charge.cents for number, each in billed.items()} == {
        number: each.charge.cents for number, each in paid.items()
    }


def broken_far_in() -> bytes:
    """Make a file that begins well and has a segment far in that is longer than we read."""
    at = GOOD.index(b"LX*1~")
    return GOOD[:at] + b"REF*D9*X~" * 8000 + b"NTE*ADD*" + b"X" * 370_000 + b"~" + GOOD[at:]


@pytest.mark.parametrize("command", ["show", "mask", "ack", "merge", "diff", "split"])
def test_a_file_that_breaks_far_in_is_refused_in_one_sentence(files: Path, command: str) -> None:
    (files / "long.837").write_bytes(broken_far_in())
    more = {"diff": [files / "good.837"], "split": ["--into", files / "parts"]}.get(command, [])

    result = run(command, files / "long.837", *more)

    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)
    assert "A segment is longer than we read." in result.stderr
    assert "long.837" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["generate", "--day", "foo", "--into", "made"], "--day foo: say a day as 2026-10-01"),
        (["generate", "--day", "0001-01-01", "--into", "made"], "--day 0001-01-01: say a day as 2026-10-01"),
        (["generate", "--into", "good.837"], "good.837: File exists"),
        (["check", "--day", "soon", "good.837"], "--day soon: say a day as 2026-10-01"),
        (["check", "--profile", "nope.toml", "good.837"], "nope.toml: No such file or directory"),
        (["mask", "--key-file", "nope", "good.837"], "nope: No such file or directory"),
        (["mask", "."], ".: Is a directory"),
        (["merge", "good.837", "words.txt"], "words.txt: The bytes have no segment structure. Send an X12 file."),
        (["merge", "good.837", "other.837"], "x12.not_mergeable"),
    ],
)
def test_what_can_not_be_done_is_said_in_one_sentence(
    files: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    monkeypatch.chdir(files)
    (files / "other.837").write_bytes(GOOD.replace(b"*ZZ*SENDER ", b"*ZZ*OTHER  "))

    result = run(*arguments)

    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)
    assert says in result.stderr
    assert "None" not in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_check_goes_on_behind_a_file_that_can_not_be_used(files: Path) -> None:
    result = run("check", files / "words.txt", files / "missing.837", files / "bad.837", files / "good.837")

    assert result.exit_code == 2
    assert [line.rpartition("/")[2].partition(" ")[0] for line in result.stderr.splitlines()] == [
        "words.txt:",
        "missing.837:",
    ]
    assert "bad.837: 1 finding" in result.stdout
    assert "good.837: 0 findings" in result.stdout


def test_names_are_shown_as_they_were_written(files: Path) -> None:
    for written in ("utf-8", "latin-1"):
        (files / "names.837").write_bytes(GOOD.replace(b"*DOE*JANE*", "*PEÑA*ZOË*".encode(written)))

        story = run("show", "--reveal", files / "names.837").stdout
        machine = json.loads(run("show", "--reveal", "--json", files / "names.837").stdout)
        changed = run("diff", "--reveal", files / "good.837", files / "names.837").stdout

        assert "for ZOË PEÑA" in story
        assert machine[0]["claims"][0]["subscriber"]["party"]["last_name"] == "PEÑA"
        assert "last_name is DOE there, PEÑA here" in changed


class AtTerminal:
    """Stands for `sys` of a command whose standard error people see."""

    def __init__(self) -> None:
        self.stderr = self

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("command", ["check", "show", "mask", "diff"])
def test_a_large_file_shows_its_progress_to_people_and_to_nobody_else(
    files: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    (files / "key").write_bytes(b"key")
    more = {"mask": ["--key-file", files / "key"], "diff": [files / "good.837"]}.get(command, [])
    arguments = [command, files / "good.837", *more]
    with monkeypatch.context() as patch:
        patch.setattr(progress, "LARGE", len(GOOD))
        piped = run(*arguments)
    monkeypatch.setattr(progress, "sys", AtTerminal())
    small = run(*arguments)
    monkeypatch.setattr(progress, "LARGE", len(GOOD))

    large = run(*arguments)

    assert (piped.stderr, small.stderr) == ("", "")
    assert "100%" in large.stderr
    assert piped.stdout_bytes == small.stdout_bytes == large.stdout_bytes


@pytest.mark.parametrize("command", ["split", "merge", "ack"])
def test_work_in_several_passes_on_a_large_file_shows_that_it_goes_on(
    files: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    arguments = [command, files / "good.837", *(["--into", files / "parts"] if command == "split" else [])]
    monkeypatch.setattr(progress, "sys", AtTerminal())
    small = run(*arguments)
    monkeypatch.setattr(progress, "LARGE", len(GOOD))

    large = run(*arguments)

    assert (small.exit_code, small.stderr, large.exit_code) == (0, "", 0)
    assert "0:00:0" in large.stderr
    assert len(large.stdout_bytes) == len(small.stdout_bytes)


@pytest.mark.parametrize("command", ["show", "check", "mask", "ack"])
def test_what_is_no_x12_or_not_there_is_said_in_one_sentence(files: Path, command: str) -> None:
    for name in ("words.txt", "missing.837"):
        result = run(command, files / name)

        assert result.exit_code == 2
        assert len(result.output.strip().splitlines()) == 1
