"""Post a folder of encounters and 837P files into a running intake, some at once, and tell what it said."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx2

from claimwright_intake.sample.address import Intake

AT_ONCE: Final = 8
WAIT_SECONDS: Final = 120.0
_LOOK_EVERY_SECONDS: Final = 0.25
_X12_STARTS: Final = (b"ISA", b"GS", b"ST")
_EXPECTATION: Final = ".expected.json"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Posted:
    """What intake said to one document. `claims` are those that it made of it; `codes` say what is wrong with it.

    A file that is not read yet has neither.
    """

    name: str
    kind: str
    status: int
    claims: tuple[str, ...] = ()
    refused_claims: int = 0
    codes: tuple[str, ...] = ()
    is_read: bool = True


@dataclass(slots=True)
class Played:
    """What became of a folder: each document that was posted, and files that are neither JSON nor X12."""

    posted: list[Posted] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)

    @property
    def claims(self) -> list[str]:
        """Return all claims that were made, in the order of the folder."""
        return [claim for posted in sorted(self.posted, key=lambda each: each.name) for claim in posted.claims]

    def as_json(self) -> dict[str, Any]:
        """Return the counts, as a program reads them."""
        taken = [each for each in self.posted if each.status < 300]
        return {
            "documents": len(self.posted),
            "taken": len(taken),
            "refused": {each.name: list(each.codes) for each in self.posted if each.status >= 300},
            "claims": len(self.claims),
            "refused_claims_of_files": sum(each.refused_claims for each in self.posted),
            "findings": dict(Counter(code for each in self.posted for code in each.codes).most_common()),
            "still_being_read": sorted(each.name for each in self.posted if not each.is_read),
            "passed_over": sorted(self.passed_over),
        }


@dataclass(frozen=True, slots=True)
class Document:
    """One file of the folder, by what it holds."""

    name: str
    kind: str
    content: bytes


def documents_in(folder: Path) -> tuple[list[Document], list[str]]:
    """Return the JSON and X12 files of a folder and what is below it, and the names of all others.

    `x.expected.json` beside `x` is what somebody expects of x, and no encounter.
    """
    documents, others = [], []
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        name = str(path.relative_to(folder))
        if name.endswith(_EXPECTATION) and path.with_name(path.name.removesuffix(_EXPECTATION)).exists():
            continue
        content = path.read_bytes()
        if path.suffix == ".json":
            documents.append(Document(name, "encounter", content))
        elif content.removeprefix(_BYTE_ORDER_MARK).lstrip().startswith(_X12_STARTS):
            documents.append(Document(name, "file", content))
        else:
            others.append(name)
    return documents, others


async def play(
    intake: Intake,
    folder: Path,
    *,
    at_once: int = AT_ONCE,
    wait_seconds: float = WAIT_SECONDS,
    on_posted: Callable[[int, int], None] = lambda *_: None,
) -> Played:
    """Post everything in a folder; `on_posted` is told how many of how many documents are done.

    Each file is waited for until intake has read it, for `wait_seconds` at most.
    """
    documents, others = documents_in(folder)
    played = Played(passed_over=others)
    free = asyncio.Semaphore(at_once)

    async def post(document: Document) -> None:
        async with free:
            played.posted.append(await _post(intake, document, wait_seconds))
            on_posted(len(played.posted), len(documents))

    await asyncio.gather(*(post(document) for document in documents))
    return played


async def _post(intake: Intake, document: Document, wait_seconds: float) -> Posted:
    if document.kind == "encounter":
        return _answered(document, await intake.post_encounter(document.content))
    response = await intake.post_file(document.content)
    if response.status_code >= 300:
        return _answered(document, response)
    path = f"/v1/files/{response.json()['id']}"
    if not await _is_read(intake, path, wait_seconds):
        return Posted(document.name, document.kind, response.status_code, is_read=False)
    claims = await _claims_of_file(intake, path)
    return Posted(
        name=document.name,
        kind=document.kind,
        status=response.status_code,
        claims=tuple(claim["claim_id"] for claim in claims if claim["claim_id"]),
        refused_claims=sum(1 for claim in claims if not claim["claim_id"]),
        codes=tuple(finding["code"] for claim in claims for finding in claim["findings"]),
    )


def _answered(document: Document, response: httpx2.Response) -> Posted:
    told = response.json()
    return Posted(
        name=document.name,
        kind=document.kind,
        status=response.status_code,
        claims=tuple(claim["id"] for claim in told.get("claims", ())),
        codes=tuple(finding["code"] for finding in told.get("findings", ()))
        or tuple(gap["code"] for gap in told.get("gaps", ()))
        or ((told["code"],) if response.status_code >= 300 else ()),
    )


async def _is_read(intake: Intake, path: str, wait_seconds: float) -> bool:
    """Wait until a file is read, or the time is over, and return whether it is."""
    end = asyncio.get_running_loop().time() + wait_seconds
    while (await intake.get(path, {"limit": "1"}))["state"] != "read":
        if asyncio.get_running_loop().time() > end:
            return False
        await asyncio.sleep(_LOOK_EVERY_SECONDS)
    return True


async def _claims_of_file(intake: Intake, path: str) -> Sequence[dict[str, Any]]:
    """Return what became of the claims of a file that is read."""
    claims: list[dict[str, Any]] = []
    query: dict[str, str] = {}
    while True:
        page = await intake.get(path, query)
        claims += page["claims"]
        if page["next"] is None:
            return claims
        query = {"after": page["next"]}
