"""The same check with other content: a person sees what differs, and who saw it is recorded."""

from sqlalchemy import text

from claimwright import ids
from claimwright_remittance.persistence import files
from tests.support.backbone import ORG_B
from tests.support.remittance import RemittanceBench
from tests.support.remittance_api import Api
from tests.support.tables import run

CLASH = """
    day  file  does                                      expect
    1          bill A 100.00
    1          bill B 100.00
    9    F     pay A 80.00 CO-45 20.00
    9    F     trace CHECK1                              A closed
    9    G     pay B 80.00 CO-45 20.00
    9    G     trace CHECK1                              nothing changes, file remit.payment_clash 0.00
"""


async def test_a_clash_is_listed_and_compared_with_what_was_posted(api: Api, bench: RemittanceBench) -> None:
    await run(CLASH, bench)

    (clash,) = (await api.get("/v1/remittances?state=clash")).json()["items"]
    path = f"/v1/remittances/{clash['id']}/comparison"
    seen = (await api.get(path, "remittance:read")).json()

    assert (await api.get("/v1/remittances")).json()["items"] == []
    assert seen["first"]["remittance_id"] == clash["first_remittance_id"]
    assert (seen["first"]["state"], seen["second"]["state"]) == ("posted", "clash")
    assert seen["second"]["file_id"] == clash["file_id"]
    assert seen["difference_count"] == 2
    only_first, only_second = seen["differences"]
    assert (only_first["thing"], only_first["second"], only_second["first"]) == ("claim", None, None)
    audit = await bench.rows("select action, fields from audit")
    assert [tuple(row) for row in audit] == [("remittance_file.opened", ["comparison"])] * 2
    assert (await api.get(path, "remittance:read", org_id=ORG_B)).status_code == 404


async def test_what_has_no_twin_needs_one_to_be_named(api: Api, bench: RemittanceBench) -> None:
    await run(CLASH, bench)
    rows = await bench.rows("select id from remittance order by id")
    first, second = (ids.text(ids.REMITTANCE, row["id"]) for row in rows)

    alone = await api.get(f"/v1/remittances/{first}/comparison", "remittance:read")
    named = await api.get(f"/v1/remittances/{first}/comparison?with={second}", "remittance:read")

    assert (alone.status_code, alone.json()["code"]) == (409, "remit.nothing_to_compare")
    assert named.json()["difference_count"] == 2


# Seen to fail while the lock on a transaction held its key too: a release of its money waited for the file's posting.
async def test_a_comparison_waits_for_nobody_and_what_posts_leaves_its_key_to_others(
    api: Api, bench: RemittanceBench
) -> None:
    await run(CLASH, bench)
    (clash,) = (await api.get("/v1/remittances?state=clash")).json()["items"]
    posted = ids.parse(ids.REMITTANCE, clash["first_remittance_id"])

    async with bench.transactions.begin(org_id=bench.org_id, actor="worker:posting") as work:
        await files.lock_registered(work, posted)
        compared = await api.get(f"/v1/remittances/{clash['id']}/comparison", "remittance:read")
        async with bench.transactions.begin(org_id=bench.org_id, actor="consumer:remittance") as other:
            await other.execute(text("select 1 from remittance where id = :id for key share nowait"), {"id": posted})

    assert compared.status_code == 200
