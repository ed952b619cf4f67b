"""A paid claim's money as a poster sees it on the whole stack: from the list of files to the bytes behind an entry."""

import re

import httpx2

from tests.support.backbone import until
from tests.support.journey import Journey, a_visit
from tests.support.people import sign_in_links, signed_in

MARKED = re.compile(r'<li class="marked"><span>\d+</span><span>([^<]*)</span>')


async def test_an_entry_of_a_paid_claim_is_followed_from_its_file_to_its_bytes(journey: Journey) -> None:
    visit = a_visit(member_id="PARTIAL00884")
    claim_id = await journey.claim_of(visit)
    await journey.until_stage(claim_id, "PATIENT_BALANCE")

    async with signed_in((await sign_in_links(journey.stack))["poster"]) as browser:
        claim = await _shown(browser, f"/claims/{claim_id}", "What the patient is asked for")
        ledger = claim.partition("Ledger by line")[2]
        entry = _form(ledger)
        behind_entry = await browser.post(f"/claims/{claim_id}/raw", data=entry)
        listed = (await browser.get("/payments")).text
        file = (await browser.get(f"/payments/files/{entry['file']}")).text
        row = next(row for row in file.partition("Claims in it")[2].split("<tr>") if claim_id in row)
        behind_claim = await browser.post("/payments/raw", data=_form(row))
        (remit_claim,) = re.findall(r"/payments/remit-claims/(rmc_\w+)", row)
        detail = (await browser.get(f"/payments/remit-claims/{remit_claim}")).text

    assert "Contract discount" in ledger
    assert "as the last event told it" not in claim
    assert MARKED.findall(behind_entry.text)[0].startswith(("SVC*", "CLP*", "CAS*"))
    assert entry["file"] in listed
    assert "off by" not in file
    assert MARKED.findall(behind_claim.text)[0].startswith("CLP*")
    assert "line control number" in detail
    for page in (claim, listed, file, detail):
        assert visit["patient"]["name"]["last"] not in page


async def _shown(browser: httpx2.AsyncClient, path: str, words: str) -> str:
    """Return a page once it shows some words: the console hears of events a little later than others."""
    page = ""

    async def is_shown() -> bool:
        nonlocal page
        page = (await browser.get(path)).text
        return words in page

    await until(is_shown)
    return page


def _form(part: str) -> dict[str, str]:
    """Return the fields of the first form of a part of a page that asks for bytes."""
    form = re.search(r"<form[^>]*raw.*?</form>", part, re.DOTALL)
    assert form is not None
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0]))
