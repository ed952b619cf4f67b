"""Whatever payers send: a file has a clear finding or posts whole, nothing is lost, and the files beside it go on."""

import asyncio
import hashlib
import json

from claimwright import control_numbers, ids
from tests.support.backbone import ORG_B
from tests.support.files_835 import ClaimSaid, LineSaid, SetSaid, file_835
from tests.support.remittance import RemittanceBench
from tests.support.tables import KEY

MINE, THEIRS, LONG = (control_numbers.mint(at, payer_order=1, key=KEY) for at in (1, 2, 3))
CUT = (("CO-45", 40_00),)


def paying(number: str, trace: str, *lines: LineSaid, total: int | None = None) -> bytes:
    said = ClaimSaid(number, lines or (LineSaid(60_00, CUT, control=f"{number}01"),), icn=f"I{trace}")
    return file_835([SetSaid(trace, claims=[said], total=total)], judged=False)


def files() -> dict[str, bytes]:
    """Return the bad files by name, with some that only look bad."""
    good = paying(MINE, "GOOD")
    return {
        "837": good.replace(b"GS*HP*", b"GS*HC*").replace(b"ST*835*", b"ST*837*").replace(b"GOOD", b"SENT"),
        "nan": paying(MINE, "NAN").replace(b"CAS*CO*45*40~", b"CAS*CO*45*NaN~"),
        "truncated": paying(MINE, "CUT").partition(b"SE*")[0],
        "wrong total": paying(MINE, "TOTAL", total=61_00),
        "negative": paying(MINE, "BELOW", LineSaid(-5_00, (("CO-45", 5_00),), charge=0)),
        "unknown codes": paying("0", "CODES", LineSaid(60_00, (("ZZ-QQ9", 40_00),), code="X9999")),
        "theirs": paying(THEIRS, "THEIRS"),
        "plb only": file_835([SetSaid("PLB", provider_items=[("L6", "X", -1_00)])]),
        "plb net zero": file_835([SetSaid("NET", provider_items=[("WO", "A", 5_00), ("72", "B", -5_00)])]),
        "long": paying(LONG, "LONG", *(LineSaid(1, (("CO-45", 1),), code="G0008") for _ in range(10_000))),
        "good": good,
    }


async def test_each_file_posts_whole_or_says_why_not_and_the_others_go_on(bench: RemittanceBench) -> None:
    """Seen to hang with an entry for each line that a payer added: each is a reason to sum the whole posting."""
    other = RemittanceBench(bench.stack, bench.name, bench.transactions, org_id=ORG_B)
    await bench.bill(MINE, name="mine", payer_order=1, payer_count=1, charges=[100_00])
    await bench.bill(LONG, name="long", payer_order=1, payer_count=1, charges=[100_00, 50_00])
    await other.bill(THEIRS, name="theirs", payer_order=1, payer_count=1, charges=[100_00])
    untouched = await other.see()
    names = {hashlib.sha256(content).hexdigest(): name for name, content in files().items()}
    taken = {name: await bench.receive(content) for name, content in files().items()}

    await bench.worker.act()
    racing = [bench.worker.post_file(bench.org_id, taken["good"].file_id) for _ in range(2)]
    await asyncio.gather(*racing)

    states = {
        names[row["sha256"]]: row["state"] for row in await bench.rows("select sha256, state from remittance_file")
    }
    posted = {"unknown codes", "theirs", "plb only", "plb net zero", "long", "good"}
    assert states == {name: "posted" if name in posted else "quarantined" for name in files()}
    assert {name: taken[name].is_new for name in files()} == dict.fromkeys(files(), True)
    assert await codes_by_name(bench, names) == {
        "837": ["remit.no_remittance"],
        "nan": ["remit.amount"],
        "truncated": ["x12.no_se"],
        "wrong total": ["remit.transaction_out_of_balance"],
        "negative": ["remit.payment_negative"],
    }
    entries = await bench.rows(
        "select distinct f.sha256 from ledger_entry e join remittance_file f on f.id = e.artifact_id"
    )
    assert {names[row["sha256"]] for row in entries} == posted
    assert await bench.faults() == []
    assert (await other.see()).claims == untouched.claims


async def codes_by_name(bench: RemittanceBench, names: dict[str, str]) -> dict[str, list[str]]:
    """Return what was told of each file that was quarantined."""
    sha256_of = {
        ids.text(ids.FILE, row["id"]): row["sha256"] for row in await bench.rows("select * from remittance_file")
    }
    rows = await bench.rows(
        "select convert_from(payload, 'utf8')::jsonb->'data' as data from outbox "
        "where type = 'remit.file_quarantined.v1'"
    )
    told = [json.loads(row["data"]) for row in rows]
    return {names[sha256_of[each["file_id"]]]: [said["code"] for said in each["differences"]] for each in told}
