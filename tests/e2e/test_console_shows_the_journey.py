"""What became of an encounter, as a person sees it: events of every service, raw X12 of both ways, the bytes behind."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2

from tests.support.backbone import until
from tests.support.journey import Journey, a_visit
from tests.support.people import sign_in_links, signed_in

ITS_EVENTS = (
    "encounter.received.v1",
    "claim.coded.v1",
    "submission.sent.v1",
    "artifact.sent.v1",
    "ack.set_accepted.v1",
    "claim.adjudicated.v1",
)


@asynccontextmanager
async def person(journey: Journey, role: str) -> AsyncIterator[httpx2.AsyncClient]:
    """Give a client with a session of a role."""
    async with signed_in((await sign_in_links(journey.stack))[role]) as client:
        yield client


async def until_shown(browser: httpx2.AsyncClient, path: str, *words: str, times: int = 1) -> str:
    """Return a page once it shows all these words: the console hears of each service in its own time."""
    page = ""

    async def is_shown() -> bool:
        nonlocal page
        page = (await browser.get(path)).text
        return all(page.count(each) >= times for each in words)

    await until(is_shown)
    return page


async def test_the_claim_page_joins_every_event_file_and_entry(journey: Journey) -> None:
    visit = a_visit(member_id="PARTIAL00881")
    claim_id = await journey.claim_of(visit)
    await journey.until_stage(claim_id, "PATIENT_BALANCE")

    async with person(journey, "supervisor") as browser:
        page = await until_shown(browser, f"/claims/{claim_id}", "All payers are final", *ITS_EVENTS)
        sent = await browser.post(f"/claims/{claim_id}/raw", data=raw_of(page, "submission.sent.v1"))
        paid = await browser.post(f"/claims/{claim_id}/raw", data=raw_of(page, "claim.adjudicated.v1"))
        revealed = await browser.post(f"/claims/{claim_id}/reveal", headers={"hx-request": "true"})

    assert marked(sent.text)[0].startswith("CLM*")
    assert marked(paid.text)[0].startswith("CLP*")
    assert "The patient owes $18.75." in page
    assert visit["patient"]["name"]["last"] not in page
    assert visit["patient"]["name"]["last"] in revealed.text


# Seen to fail without the links that the posting worker gives its span.
async def test_the_claim_page_shows_the_claims_trace_and_the_postings_which_links_to_it(journey: Journey) -> None:
    claim_id = await journey.claim_of(a_visit(member_id="PAID00000883"))
    await journey.until_stage(claim_id, "CLOSED")

    async with person(journey, "supervisor") as browser:
        page = await until_shown(browser, f"/claims/{claim_id}", ">claim.adjudicated.v1<", ">submission.sent.v1<")
        begun = trace_of(page, "encounter.received.v1")
        posted = trace_of(page, "claim.adjudicated.v1")
        spans = await until_shown(browser, f"/traces/{posted}", "linked trace")

    assert begun != posted
    assert trace_of(page, "submission.sent.v1") == begun
    assert f'href="/traces/{begun}"' in spans


async def test_the_board_counts_it_and_knows_that_every_service_answers(journey: Journey) -> None:
    claim_id = await journey.claim_of(a_visit(member_id="277CA_A7-882"))
    await journey.until_stage(claim_id, "PAYER_REJECTED")

    async with person(journey, "biller") as browser:
        page = await until_shown(browser, f"/claims/{claim_id}", "Rejected by the payer")
        board = await until_shown(browser, "/pipeline", ">answers<", times=5)

    assert "What stops it" in page
    assert ">no answer<" not in board
    assert claim_id in board


def raw_of(page: str, event: str) -> dict[str, str]:
    """Return the fields of the form that shows the raw bytes behind an event."""
    item = next(item for item in page.split('<li id="e-') if f">{event}<" in item)
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', item))


def trace_of(page: str, event: str) -> str:
    """Return the trace that the claim's page names beside an event."""
    item = next(item for item in page.split('<li id="e-') if f">{event}<" in item)
    (trace_id,) = re.findall(r'href="/traces/(\w+)"', item)
    return str(trace_id)


def marked(page: str) -> list[str]:
    """Return the marked segments of a raw file."""
    return re.findall(r'<li class="marked"><span>\d+</span><span>([^<]*)</span>', page)
