"""What is dropped into a folder is taken in once and put away; what can't be taken in lies aside with its findings."""

import asyncio
import json
import os
from pathlib import Path

import pytest

from claimwright import ids
from claimwright.security.access import Access
from claimwright_remittance.domain.deposits.ageing import Terms
from claimwright_remittance.folder_worker import FolderWorker
from claimwright_remittance.gateways import watched_folder
from claimwright_remittance.gateways.watched_folder import WatchedFolder
from tests.support.backbone import ORG_A
from tests.support.bank_files import Said, bai2_of, csv_of
from tests.support.files_835 import SetSaid, file_835
from tests.support.remittance import RemittanceBench

AN_835 = file_835([SetSaid("T1", provider_items=[("L6", "X", -1_00)])])


class Watched:
    """A watched folder with a clock of its own, and the worker that looks into it."""

    def __init__(self, bench: RemittanceBench, root: Path) -> None:
        self.bench, self.root, self.seconds = bench, root, 0.0
        self.inbox = root / ids.text(ids.ORGANIZATION, ORG_A)
        self.inbox.mkdir(exist_ok=True)
        self.worker = self.another_worker()

    def another_worker(self) -> FolderWorker:
        """Return a worker that remembers nothing, as after a restart or in another process."""
        folder = WatchedFolder(self.root, 10.0, now=lambda: self.seconds)
        transactions = self.bench.transactions
        return FolderWorker(transactions, Access(transactions.database), folder, Terms())

    async def look(self, *, after: float = 0.0) -> bool:
        self.seconds += after
        return await self.worker.act()

    async def settle(self) -> None:
        await self.look()
        assert await self.look(after=10)

    def lying(self, where: str) -> dict[str, bytes]:
        folder = self.inbox / where
        return {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}

    async def kept(self) -> list[str]:
        rows = await self.bench.rows("select source from remittance_file union all select source from bank_file")
        return [row["source"] for row in rows]


@pytest.fixture
def watched(bench: RemittanceBench, tmp_path: Path) -> Watched:
    return Watched(bench, tmp_path)


async def test_files_of_every_kind_are_taken_in_and_put_away(watched: Watched) -> None:
    (watched.inbox / "jane doe.835").write_bytes(AN_835)
    (watched.inbox / "monday.csv").write_bytes(csv_of([Said(1_00, "T1")]))
    (watched.inbox / "tuesday").write_bytes(bai2_of([Said(2_00, "T2")]))

    await watched.settle()

    assert sorted(watched.lying("taken")) == ["jane doe.835", "monday.csv", "tuesday"]
    assert [path.name for path in watched.inbox.iterdir() if path.is_file()] == []
    assert await watched.kept() == ["folder"] * 3
    await watched.bench.worker.act()
    states = await watched.bench.rows("select state from remittance")
    assert [row["state"] for row in states] == ["posted"]
    audit = await watched.bench.rows("select action, actor from audit order by action")
    assert {row["actor"] for row in audit} == {"worker:folder"}
    everything = await watched.bench.rows(
        "select t::text from (select * from audit) t union all select source from remittance_file"
    )
    assert not any("jane" in str(row[0]) for row in everything)


async def test_a_file_that_is_still_written_is_waited_for(watched: Watched) -> None:
    """Seen to fail by the age of the file alone: what a slow program wrote was taken half."""
    path = watched.inbox / "slow.835"
    path.write_bytes(AN_835[:100])
    (watched.inbox / "upload.835.part").write_bytes(AN_835)
    (watched.inbox / ".hidden").write_bytes(AN_835)

    assert not await watched.look()
    assert not await watched.look(after=9)
    path.write_bytes(AN_835)
    assert not await watched.look(after=9)
    assert not await watched.look(after=9)
    assert await watched.look(after=1)

    assert watched.lying("taken") == {"slow.835": AN_835}
    assert {path.name for path in watched.inbox.iterdir() if path.is_file()} == {".hidden", "upload.835.part"}


async def test_what_changes_while_it_is_read_is_read_later(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    (watched.inbox / "a.835").write_bytes(AN_835)
    await watched.look()
    look_at = os.fstat
    calls = iter(range(100))

    def fstat(number: int) -> os.stat_result:
        if next(calls) == 1:
            os.utime(f"/proc/self/fd/{number}", ns=(0, 1))
        return look_at(number)

    monkeypatch.setattr(watched_folder.os, "fstat", fstat)
    assert not await watched.look(after=10)
    monkeypatch.undo()

    assert await watched.kept() == []
    await watched.look()
    assert await watched.look(after=60)
    assert await watched.kept() == ["folder"]


async def test_the_same_bytes_under_another_name_are_the_same_file(watched: Watched) -> None:
    for name in ("a.835", "b.835"):
        (watched.inbox / name).write_bytes(AN_835)

    await watched.settle()

    assert sorted(watched.lying("taken")) == ["a.835", "b.835"]
    assert await watched.kept() == ["folder"]


async def test_the_same_name_again_is_another_file_and_overwrites_nothing(watched: Watched) -> None:
    (watched.inbox / "bank.csv").write_bytes(csv_of([Said(1_00)]))
    await watched.settle()
    (watched.inbox / "bank.csv").write_bytes(csv_of([Said(2_00)]))
    await watched.settle()

    assert len(await watched.kept()) == 2
    assert len(list((watched.inbox / "taken").rglob("bank.csv"))) == 2


REFUSED = {
    "empty.835": (b" \n", "folder.empty"),
    "letter.pdf": (b"%PDF-1.7", "folder.kind_unknown"),
    "claims.837": (AN_835.replace(b"ST*835", b"ST*837"), "folder.no_remittance"),
    "bank.csv": (csv_of([Said(1_00), Said(2_00)]).replace(b"1.00", b"1.005"), "bank.amount_unreadable"),
    "bank.bai": (bai2_of([Said(1_00)]).replace(b"49,600", b"49,601"), "bank.total_differs"),
}


async def test_what_cannot_be_taken_in_lies_aside_whole_with_its_findings(watched: Watched) -> None:
    for name, (content, _) in REFUSED.items():
        (watched.inbox / name).write_bytes(content)
    (watched.inbox / "good.835").write_bytes(AN_835)

    await watched.settle()

    for name, (content, code) in REFUSED.items():
        (path,) = (watched.inbox / "refused").rglob(name)
        findings = json.loads((path.parent / "findings.json").read_text())["findings"]
        assert (path.read_bytes(), [each["code"] for each in findings]) == (content, [code]), name
    assert await watched.kept() == ["folder"]  # the others went on


async def test_what_a_process_left_behind_is_dealt_with_again_and_once(watched: Watched) -> None:
    """Whether it died before or after the file was kept."""
    (watched.inbox / "a.835").write_bytes(AN_835)
    (watched.inbox / "b.csv").write_bytes(csv_of([Said(1_00)]))
    dying = WatchedFolder(watched.root, 10.0, now=lambda: watched.seconds)
    dying.claim(watched.inbox)
    watched.seconds += 10
    claimed = dying.claim(watched.inbox)
    assert len(claimed) == 2
    await watched.bench.receive(AN_835)

    watched.worker = watched.another_worker()
    assert not await watched.look()
    assert not await watched.look(after=59)
    assert await watched.look(after=1)

    assert sorted(watched.lying("taken")) == ["a.835", "b.csv"]
    assert sorted(await watched.kept()) == ["folder", "test"]


async def test_a_file_that_fails_holds_up_no_other(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen to fail while the first failure ended the look: what came behind it waited for ever."""
    for at in range(3):
        (watched.inbox / f"{at}.csv").write_bytes(csv_of([Said(at + 1)]))
    read = watched_folder.content_of

    def failing(claimed: watched_folder.Claimed, *, most: int) -> bytes | None:
        if claimed.path.name == "0.csv":
            raise RuntimeError
        return read(claimed, most=most)

    monkeypatch.setattr(watched_folder, "content_of", failing)
    await watched.settle()
    assert sorted(watched.lying("taken")) == ["1.csv", "2.csv"]
    monkeypatch.undo()

    await watched.look()
    assert await watched.look(after=60)

    assert len(watched.lying("taken")) == 3


async def test_two_workers_take_each_file_once(watched: Watched) -> None:
    for at in range(6):
        (watched.inbox / f"{at}.csv").write_bytes(csv_of([Said(at + 1)]))
    workers = [watched.worker, watched.another_worker()]
    for worker in workers:
        await worker.act()
    watched.seconds += 10

    await asyncio.gather(*(worker.act() for worker in workers))

    assert len(watched.lying("taken")) == 6
    files = await watched.bench.rows("select from bank_file")
    audit = await watched.bench.rows("select from audit where action = 'bank_file.dropped'")
    assert (len(files), len(audit)) == (6, 6)


async def test_links_and_folders_of_nobody_are_left_alone(watched: Watched, tmp_path: Path) -> None:
    """A link could make the service read what only the service may read."""
    secret = tmp_path / "secret.csv"
    secret.write_bytes(csv_of([Said(1_00)]))
    (watched.inbox / "link.csv").symlink_to(secret)
    (watched.inbox / "folder.csv").mkdir()
    for name in (ids.text(ids.ORGANIZATION, ids.new()), "not_an_organization"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.csv").write_bytes(csv_of([Said(1_00)]))

    await watched.look()
    assert not await watched.look(after=60)

    assert await watched.kept() == []


async def test_an_organization_says_which_columns_its_bank_uses(watched: Watched) -> None:
    columns = watched.inbox / "bank-columns.json"
    columns.write_text(json.dumps({"date": "When", "amount": "Sum", "date_form": "DD/MM/YYYY"}))
    (watched.inbox / "a.csv").write_bytes(b"When,Sum\n02/03/2026,5.00\n")
    await watched.settle()
    columns.write_text(json.dumps({"colour": "red"}))
    (watched.inbox / "b.csv").write_bytes(b"When,Sum\n02/03/2026,6.00\n")
    await watched.settle()

    assert sorted(watched.lying("taken")) == ["a.csv"]
    assert json.loads(watched.lying("refused")["findings.json"])["findings"][0]["code"] == "folder.columns_unreadable"
    assert columns.exists()
