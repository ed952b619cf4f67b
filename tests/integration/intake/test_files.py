"""Files of claims over HTTP, on real PostgreSQL: kept once, read to the end whatever happens, nothing lost."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from claimwright_intake.usecases import read_files
from tests.support.builders_claims import a_billed_claim, a_claim_file
from tests.support.http import OTHER_ORGANIZATION
from tests.support.intake import IntakeBench

CORPUS = Path(__file__).parents[3].parent / "shared" / "corpus" / "x12" / "837p"


def numbered(count: int) -> bytes:
    return a_claim_file(*(a_billed_claim(patient_control_number=f"PCN{n}") for n in range(count)))


async def view_of(bench: IntakeBench, file_id: str) -> dict[str, Any]:
    """Return a file with all its claims, page by page."""
    view = (await bench.get(f"/v1/files/{file_id}")).json()
    cursor = view["next"]
    while cursor:
        page = (await bench.get(f"/v1/files/{file_id}?after={cursor}")).json()
        view["claims"] += page["claims"]
        cursor = page["next"]
    return dict(view)


async def test_each_claim_of_a_file_becomes_an_encounter(bench: IntakeBench) -> None:
    answer = await bench.hand_in(numbered(3))
    assert answer.status_code == 202
    assert answer.json()["state"] == "received"

    await bench.read_files()

    view = await view_of(bench, answer.json()["id"])
    assert (view["state"], view["claim_count"], view["encounter_count"]) == ("read", 3, 3)
    assert [(claim["set_ordinal"], claim["claim_ordinal"]) for claim in view["claims"]] == [(1, 1), (1, 2), (1, 3)]
    first = view["claims"][0]
    encounter = (await bench.get(f"/v1/encounters/{first['encounter_id']}")).json()
    assert encounter["encounter"]["external_id"] == f"{view['sha256'][:16]}/1/1"
    assert [data["file_id"] for _, data, _ in await bench.told()] == [view["id"]] * 3


async def test_a_wrong_claim_is_listed_with_its_findings_and_the_others_go_on(bench: IntakeBench) -> None:
    content = numbered(3).replace(b"CLM*PCN1*100*", b"CLM*PCN1*1O0*")

    file_id = (await bench.hand_in(content)).json()["id"]
    await bench.read_files()

    view = await view_of(bench, file_id)
    assert (view["claim_count"], view["encounter_count"]) == (3, 2)
    wrong = view["claims"][1]
    assert wrong["encounter_id"] is None
    assert "x12.number" in [finding["code"] for finding in wrong["findings"]]
    assert wrong["byte_end"] > wrong["byte_start"] > 0


async def test_the_same_bytes_give_the_first_file(bench: IntakeBench) -> None:
    first = (await bench.hand_in(numbered(2))).json()
    await bench.read_files()
    again = (await bench.hand_in(numbered(2))).json()
    await bench.read_files()

    assert again["id"] == first["id"]
    assert len(await bench.rows("select 1 from encounter")) == 2


async def test_two_organizations_may_hand_in_the_same_file(bench: IntakeBench) -> None:
    ours = (await bench.hand_in(numbered(1))).json()["id"]
    theirs = (await bench.hand_in(numbered(1), org_id=OTHER_ORGANIZATION)).json()["id"]
    await bench.read_files()

    assert ours != theirs
    assert (await view_of(bench, ours))["encounter_count"] == 1
    assert (await bench.get(f"/v1/files/{ours}", org_id=OTHER_ORGANIZATION)).status_code == 404


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"{}", b"PK\x03\x04", b"ISA", b"\x00" * 200])
async def test_what_is_no_x12_is_refused_and_not_kept(bench: IntakeBench, content: bytes) -> None:
    answer = await bench.hand_in(content)

    assert answer.status_code == 422
    assert [finding["code"] for finding in answer.json()["findings"]] == ["file.not_x12"]
    assert await bench.rows("select 1 from file") == []


async def test_a_cut_file_is_read_as_far_as_it_goes(bench: IntakeBench) -> None:
    whole = numbered(2)

    file_id = (await bench.hand_in(whole[: whole.rindex(b"~SE*") + 1])).json()["id"]
    await bench.read_files()

    view = await view_of(bench, file_id)
    assert (view["state"], view["claim_count"], view["encounter_count"]) == ("read", 2, 1)
    assert view["claims"][1]["findings"][-1]["code"] == "file.claim_cut_off"
    assert "x12.no_se" in [finding["code"] for finding in view["findings"]]


async def test_a_reader_that_dies_is_followed_by_one_that_goes_on(
    bench: IntakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Seen to fail once: without passing over the claims that an earlier run had dealt with.
    monkeypatch.setattr(read_files, "CLAIMS_A_TRANSACTION", 2)
    file_id = (await bench.hand_in(numbered(7))).json()["id"]
    await bench.reading().step()  # and nothing more of this reader
    assert (await view_of(bench, file_id))["state"] == "reading"

    await bench.read_files()

    view = await view_of(bench, file_id)
    assert (view["state"], view["claim_count"], view["encounter_count"]) == ("read", 7, 7)
    assert [claim["claim_ordinal"] for claim in view["claims"]] == list(range(1, 8))
    assert len(await bench.rows("select 1 from encounter")) == 7


async def test_two_readers_share_a_file_without_taking_a_claim_twice(
    bench: IntakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_files, "CLAIMS_A_TRANSACTION", 2)
    file_id = (await bench.hand_in(numbered(9))).json()["id"]
    readers = [bench.reading(), bench.reading()]

    while any([await reader.step() for reader in readers]):
        pass

    view = await view_of(bench, file_id)
    assert (view["state"], view["claim_count"], view["encounter_count"]) == ("read", 9, 9)
    assert len(await bench.rows("select 1 from encounter")) == 9


async def test_a_reader_waits_while_another_one_is_at_the_only_file(
    bench: IntakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Seen to fail once: it read the file over and over, which kept its event loop from everything else.
    monkeypatch.setattr(read_files, "CLAIMS_A_TRANSACTION", 2)
    await bench.hand_in(numbered(9))
    first, second = bench.reading(), bench.reading()
    await first.step()
    await second.step()

    assert await first.step() is False
    assert await second.step() is True


async def test_a_repeated_number_is_taken_and_noted(bench: IntakeBench) -> None:
    twice = a_billed_claim(patient_control_number="SAME")
    file_id = (await bench.hand_in(a_claim_file(twice, twice))).json()["id"]
    await bench.read_files()

    view = await view_of(bench, file_id)

    assert view["encounter_count"] == 2
    assert [finding["code"] for finding in view["claims"][1]["findings"]] == ["file.number_repeated"]
    assert [data["duplicate_suspect"] for _, data, _ in await bench.told()] == [False, True]
    second = (await bench.get(f"/v1/claims/{view['claims'][1]['claim_id']}")).json()
    assert second["flags"] == ["DUPLICATE_SUSPECT"]


async def test_the_claims_own_number_is_kept_sealed(bench: IntakeBench) -> None:
    await bench.hand_in(a_claim_file(a_billed_claim(patient_control_number="CANARY0001")))
    await bench.read_files()

    (row,) = await bench.rows("select number, findings::text from file_claim")
    (file,) = await bench.rows("select content from file")

    assert b"CANARY0001" not in bytes(row.number)
    assert b"CANARY0001" not in bytes(file.content)


async def test_a_file_above_the_limit_is_refused(bench: IntakeBench) -> None:
    answer = await bench.hand_in(b"ISA" + b" " * (64 << 20))

    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


async def test_all_files_of_the_corpus_go_through_and_no_claim_is_lost(bench: IntakeBench) -> None:
    if not CORPUS.exists():
        assert os.environ.get("CI") != "true", "the corpus has to be there in CI"
        pytest.skip("the corpus folder is not beside the repository")
    wanted: dict[str, int] = {}
    for expected in sorted(CORPUS.glob("*.expected.json")):
        content = expected.with_name(expected.name.removesuffix(".expected.json")).read_bytes()
        answer = await bench.hand_in(content)
        assert answer.status_code == 202, expected.name
        wanted[answer.json()["id"]] = sum(
            transaction["facts"].get("claim_count", 0)
            for interchange in json.loads(expected.read_text())["derived"]["interchanges"]
            for group in interchange["groups"]
            for transaction in group["transactions"]
        )

    await bench.read_files()

    assert sum(wanted.values()) >= 540
    for file_id, count in wanted.items():
        view = await view_of(bench, file_id)
        assert (view["state"], view["claim_count"], len(view["claims"])) == ("read", count, count)
        assert all(claim["encounter_id"] or claim["findings"] for claim in view["claims"])
        assert view["claims"] or view["findings"]
