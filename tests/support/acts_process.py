"""Goes on with the long acts of the backbone's coding service: `python -m tests.support.acts_process`."""

import asyncio

from claimwright.messaging.long_act_worker import LongActWorker
from claimwright.messaging.replay import Replayer
from tests.support.backbone_process import backbone_of_environment


async def work() -> None:
    """Take every step that becomes due within some seconds; a test kills it before."""
    backbone = backbone_of_environment()
    async with backbone.transactions("coding") as coding:
        worker = LongActWorker(
            coding, Replayer(backbone.database("coding"), backbone.kafka("coding"), service="coding")
        )
        for _ in range(500):
            await worker.act()
            await asyncio.sleep(0.02)
        await worker.close()


if __name__ == "__main__":
    asyncio.run(work())
