"""Playing a folder: what is posted, what is passed over, and that a busy intake is asked again."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from claimwright_intake.sample import address
from claimwright_intake.sample.address import Intake, IntakeNotReached, IntakeRefuses, KeyFileUnreadable, read_key
from claimwright_intake.sample.play import documents_in, play

FILE = {"id": "fil_1", "state": "read", "next": None}


class FakeIntake:
    """Intake as far as a player sees it: each answer is taken from what the test lists, the last one for good."""

    def __init__(self, *answers: httpx2.Response) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str]] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append((request.method, request.url.path))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def api(self) -> Intake:
        return Intake(httpx2.AsyncClient(base_url="http://intake.test", transport=httpx2.MockTransport(self)))


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(_seconds: float) -> None:
        return None

    monkeypatch.setattr(address.asyncio, "sleep", at_once)


def taken(*claims: str, gaps: tuple[str, ...] = ()) -> httpx2.Response:
    return httpx2.Response(
        202, json={"claims": [{"id": claim} for claim in claims], "gaps": [{"code": gap} for gap in gaps]}
    )


def write(folder: Path, **files: bytes) -> Path:
    for name, content in files.items():
        path = folder / name.replace("__", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def test_a_folder_is_told_apart_by_what_its_files_hold(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        a__json=b"{}",
        b__dat=b"\xef\xbb\xbfISA*00*",
        c__837=b"\nST*837*1~",
        INDEX__md=b"# Files",
        d__pdf=b"%PDF",
    )

    documents, others = documents_in(folder)

    assert [(document.name, document.kind) for document in documents] == [
        ("a.json", "encounter"),
        ("b.dat", "file"),
        ("c.837", "file"),
    ]
    assert others == ["INDEX.md", "d.pdf"]


def test_an_expectation_beside_its_file_is_no_encounter(tmp_path: Path) -> None:
    folder = write(tmp_path, b__dat=b"ISA*00*")
    (folder / "b.dat.expected.json").write_text("{}")
    (folder / "lonely.expected.json").write_text("{}")

    documents, _ = documents_in(folder)

    assert [document.name for document in documents] == ["b.dat", "lonely.expected.json"]


async def test_what_intake_says_is_counted(tmp_path: Path) -> None:
    folder = write(tmp_path, a__json=b"{}")
    told: list[tuple[int, int]] = []

    played = await play(
        FakeIntake(taken("clm_1", gaps=("coverage.none",))).api(), folder, on_posted=lambda *at: told.append(at)
    )

    assert played.claims == ["clm_1"]
    assert played.as_json()["findings"] == {"coverage.none": 1}
    assert told == [(1, 1)]


async def test_a_refused_document_is_named_with_its_codes(tmp_path: Path) -> None:
    refusal = httpx2.Response(422, json={"code": "findings", "findings": [{"code": "encounter.field_missing"}]})

    played = await play(FakeIntake(refusal).api(), write(tmp_path, a__json=b"{}"))

    assert played.as_json()["refused"] == {"a.json": ["encounter.field_missing"]}
    assert played.as_json()["taken"] == 0


async def test_a_file_is_waited_for_and_its_claims_are_told(tmp_path: Path) -> None:
    claims: list[dict[str, Any]] = [
        {"claim_id": "clm_1", "findings": []},
        {"claim_id": None, "findings": [{"code": "file.claim_is_correction"}]},
    ]
    intake = FakeIntake(
        httpx2.Response(202, json={"id": "fil_1"}),
        httpx2.Response(200, json=FILE | {"state": "reading"}),
        httpx2.Response(200, json=FILE),
        httpx2.Response(200, json=FILE | {"claims": claims[:1], "next": "cursor"}),
        httpx2.Response(200, json=FILE | {"claims": claims[1:]}),
    )

    played = await play(intake.api(), write(tmp_path, a__837=b"ISA*00*"))

    assert played.claims == ["clm_1"]
    assert played.as_json()["refused_claims_of_files"] == 1
    assert [path for _, path in intake.asked] == ["/v1/files", *["/v1/files/fil_1"] * 4]


async def test_a_file_that_is_never_read_is_told_so_and_hinders_no_other(tmp_path: Path) -> None:
    # Seen to fail with no end to the waiting: the test ran into its time limit.
    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/v1/encounters":
            return taken("clm_1")
        if request.method == "POST":
            return httpx2.Response(202, json={"id": "fil_1"})
        return httpx2.Response(200, json=FILE | {"state": "reading"})

    intake = Intake(httpx2.AsyncClient(base_url="http://intake.test", transport=httpx2.MockTransport(answer)))

    played = await play(intake, write(tmp_path, a__json=b"{}", b__837=b"ISA*00*"), wait_seconds=0.05)

    assert played.claims == ["clm_1"]
    assert played.as_json()["still_being_read"] == ["b.837"]
    assert played.as_json()["taken"] == 2


async def test_a_busy_intake_is_asked_again(tmp_path: Path) -> None:
    busy = httpx2.Response(503, headers={"retry-after": "1"}, json={})
    intake = FakeIntake(busy, busy, taken("clm_1"))

    played = await play(intake.api(), write(tmp_path, a__json=b"{}"))

    assert played.claims == ["clm_1"]
    assert len(intake.asked) == 3


async def test_a_key_that_stays_unknown_is_told_as_a_refusal(tmp_path: Path) -> None:
    unknown = httpx2.Response(401, json={"code": "not_authenticated"})

    played = await play(FakeIntake(unknown).api(), write(tmp_path, a__json=b"{}"))

    assert played.as_json()["refused"] == {"a.json": ["not_authenticated"]}


async def test_an_intake_that_stays_away_is_told_so(tmp_path: Path) -> None:
    def away(_request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused")

    intake = Intake(httpx2.AsyncClient(base_url="http://intake.test", transport=httpx2.MockTransport(away)))

    with pytest.raises(IntakeNotReached):
        await play(intake, write(tmp_path, a__json=b"{}", b__json=b"{}"))


async def test_what_intake_does_not_show_is_told_by_its_code() -> None:
    intake = FakeIntake(httpx2.Response(403, json={"code": "permission_missing"})).api()

    with pytest.raises(IntakeRefuses, match="permission_missing"):
        await intake.get("/v1/events")


@pytest.mark.parametrize("content", ["cw_test_a_b\n", json.dumps({"org_id": "org_1", "api_key": "cw_test_a_b"})])
def test_a_key_file_holds_the_key_or_the_handover(tmp_path: Path, content: str) -> None:
    path = tmp_path / "key"
    path.write_text(content)

    assert read_key(path) == "cw_test_a_b"


@pytest.mark.parametrize("content", [None, "", "password", "{", "{}"])
def test_another_key_file_is_refused(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_text(content)

    with pytest.raises(KeyFileUnreadable):
        read_key(path)
