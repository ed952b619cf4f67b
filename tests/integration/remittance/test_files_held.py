"""Files by state, with what is held of them and who proposed to post it."""

from claimwright import ids
from tests.support.files_835 import ClaimSaid, LineSaid, SetSaid, file_835
from tests.support.remittance import RemittanceBench
from tests.support.remittance_api import Api


async def test_files_are_listed_by_state_with_what_is_held_and_who_proposed_it(
    api: Api, bench: RemittanceBench
) -> None:
    # Seen to fail: with `held_cents` taken from the posted totals.
    await bench.bill("A1", name="a", payer_order=1, payer_count=1, charges=(100_00,))
    said = ClaimSaid("A1", (LineSaid(80_00, (("CO-45", 20_00),)),), icn="I")
    await bench.send(file_835([SetSaid("GOOD", claims=[said])]))
    await bench.send(file_835([SetSaid("OFF", claims=[said], total=80_50)], control=2))

    (held,) = (await api.get("/v1/files?state=quarantined")).json()["items"]
    (posted,) = (await api.get("/v1/files?state=posted")).json()["items"]
    (transaction,) = (await api.get("/v1/remittances")).json()["items"]
    await api.post(f"/v1/remittances/{transaction['id']}/propose", {"reason": "seen"})
    after = (await api.get(f"/v1/files/{held['id']}")).json()["remittances"][0]

    assert [held[name] for name in ("remittance_count", "held_count", "held_cents")] == [1, 1, 80_50]
    assert [posted[name] for name in ("remittance_count", "held_count", "held_cents")] == [1, 0, 0]
    assert held["totals"]["payment_cents"] == 0
    assert transaction["proposed_by"] is None
    assert after["proposed_by"].startswith(f"{ids.PERSON}_")
    assert (await api.get("/v1/files?state=lost")).status_code == 422
