"""`claimwright x12 split` and `merge`: all parts are written, or none, and why not is one sentence."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from claimwright.x12 import judge, read_835, read_837p, read_interchanges, tokens, write_835, write_837p
from claimwright.x12.cli import app
from tests.support.builders_x12 import SENT, a_batch, a_claim, a_remittance, a_subscriber

GOLDEN = Path(__file__).parents[3] / "golden" / "x12"
OTHER = a_subscriber(payer=a_subscriber().payer._replace(id="OTHER"))
CLAIMS = write_837p(a_batch(a_claim(), a_claim(patient_control_number="B", subscriber=OTHER)), **SENT).data


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.mark.parametrize("by", ["claim", "payer"])
@pytest.mark.parametrize("name", ["837p-two-dependents.edi", "837i-inpatient.edi", "837d-one-claim.edi"])
def test_claims_of_each_kind_are_cut_into_files_of_their_kind(name: str, by: str, tmp_path: Path) -> None:
    # Seen to fail: all kinds were written as professional claims, and nothing came of the others.
    result = run("split", GOLDEN / name, "--by", by, "--into", tmp_path / "parts")

    assert result.exit_code == 0
    parts = [each.read_bytes() for each in sorted((tmp_path / "parts").iterdir())]
    whole = read_837p((GOLDEN / name).read_bytes()).values[0]
    cut = [read_837p(part).values[0] for part in parts]
    assert [judge(part) for part in parts] == [[]] * len(parts)
    assert [each.header.guide for each in cut] == [whole.header.guide] * len(parts)
    assert [claim.patient_control_number for each in cut for claim in each.claims] == [
        claim.patient_control_number for claim in whole.claims
    ]


@pytest.mark.parametrize("by", ["claim", "payer"])
def test_parts_of_claims_count_up_from_the_number_of_the_file(by: str, tmp_path: Path) -> None:
    (tmp_path / "claims.837").write_bytes(CLAIMS)

    run("split", tmp_path / "claims.837", "--by", by, "--into", tmp_path / "parts")

    parts = [each.read_bytes() for each in sorted((tmp_path / "parts").iterdir())]
    first = int(read_interchanges(CLAIMS).values[0].control_number)
    assert [int(read_interchanges(part).values[0].control_number) for part in parts] == [first, first + 1]


def test_remittances_are_cut_into_a_file_for_each_payer(tmp_path: Path) -> None:
    other = a_remittance().payer._replace(id="OTHER 1", id_qualifier="XV")
    values = [a_remittance(), a_remittance(payer=other, trace_number="CHECK78"), a_remittance(trace_number="CHECK79")]
    (tmp_path / "paid.835").write_bytes(write_835(values, **SENT).data)

    result = run("split", tmp_path / "paid.835", "--by", "payer", "--into", tmp_path / "parts")

    assert result.exit_code == 0
    parts = sorted((tmp_path / "parts").iterdir())
    assert parts[1].name == "paid-0002-OTHER1.edi"
    assert [[each.trace_number for each in read_835(part.read_bytes()).values] for part in parts] == [
        ["CHECK77", "CHECK79"],
        ["CHECK78"],
    ]


def test_a_remittance_is_not_cut_by_claim_and_says_so(tmp_path: Path) -> None:
    # Seen to fail: nothing was written, and the exit code was 0.
    result = run("split", GOLDEN / "835-one-paid-claim.edi", "--by", "claim", "--into", tmp_path / "parts")

    assert result.exit_code == 2
    assert "A set 835 is not cut by claim or payer" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "parts").exists()


@pytest.mark.parametrize(
    "data",
    [
        CLAIMS[: CLAIMS.rindex(b"SV1*")] + CLAIMS[CLAIMS.rindex(b"SV1*") :].replace(b"*UN*", b"*XX*"),
        CLAIMS.replace(b"~LX*1~", b"~ZZZ*LOST~LX*1~"),
        CLAIMS[CLAIMS.index(b"ST*") :],
        b"~".join(row for row in CLAIMS.split(b"~") if not row.startswith(b"SE*")),
    ],
)
def test_no_half_set_of_files_stays_behind(data: bytes, tmp_path: Path) -> None:
    # The first claim of the first file is good. Seen to fail: its part was written before the second was refused.
    (tmp_path / "claims.837").write_bytes(data)

    result = run("split", tmp_path / "claims.837", "--by", "claim", "--into", tmp_path / "parts")

    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "parts").exists()


@pytest.mark.parametrize("command", ["split", "merge"])
@pytest.mark.parametrize("name", ["seen-no-isa-wrong-count.edi", "ta1-accepted.edi"])
def test_a_file_that_can_not_be_cut_or_joined_is_refused_in_one_line(command: str, name: str, tmp_path: Path) -> None:
    more = ["--into", tmp_path / "parts"] if command == "split" else [GOLDEN / "835-one-paid-claim.edi"]

    result = run(command, GOLDEN / name, *more)

    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout_bytes == b""
    assert not (tmp_path / "parts").exists()


def test_merged_parts_hold_every_segment_of_the_file(tmp_path: Path) -> None:
    name = GOLDEN / "271-refused.edi"
    run("split", name, "--into", tmp_path / "parts")

    whole = run("merge", *sorted((tmp_path / "parts").iterdir())).stdout_bytes

    envelope = ("ISA", "GS", "GE", "IEA")
    assert [each.elements for each in tokens(whole) if each.id not in envelope] == [
        each.elements for each in tokens(name.read_bytes()) if each.id not in envelope
    ]
