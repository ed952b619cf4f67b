"""From a commit in one service to its effect in another, once and in order."""

from tests.support.backbone import ORG_A, ORG_B, Backbone, note, running, until


async def test_each_note_is_counted_once_and_in_the_order_of_its_thing(backbone: Backbone) -> None:
    async with backbone.transactions("intake") as intake, backbone.transactions("coding") as coding:
        for org_id, thing in ((ORG_A, "one"), (ORG_B, "two"), (ORG_A, "three")):
            await note(intake, thing, range(1, 21), org_id=org_id)

        async with running(backbone.relay("intake", intake.wake), backbone.consumer(coding)):

            async def all_counted() -> bool:
                return sum(map(len, (await backbone.effects()).values())) >= 60

            await until(all_counted)

    assert await backbone.effects() == {thing: list(range(1, 21)) for thing in ("one", "two", "three")}
