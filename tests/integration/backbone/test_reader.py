"""What the reader brings of what lies on the broker."""

import asyncio

from claimwright.messaging.kafka import Admin, Outgoing, Producer, Reader
from tests.support.backbone import Backbone, Noted


def a_record(value: bytes, *, key: bytes = b"a") -> Outgoing:
    return Outgoing(topic=Noted.TOPIC, key=key, value=value, headers=())


async def test_what_came_while_nobody_asked_is_brought_at_once_and_in_order(backbone: Backbone) -> None:
    # Seen to fail while the client went on fetching: it had the first record as it came, and nothing behind it.
    producer = Producer(backbone.kafka("intake"), client_id="test")
    reader = Reader(backbone.kafka("coding"), group="claimwright.coding.test")
    admin = Admin(backbone.kafka("coding"))
    await producer.start()
    await reader.start()
    try:
        reader.own(await admin.partitions_of([Noted.TOPIC]), {})
        await producer.send_all([a_record(b"0")])
        while not await reader.poll():
            pass

        for value in (b"1", b"2", b"3"):
            await producer.send_all([a_record(value)])
            await asyncio.sleep(0.3)
        came = await reader.poll()
    finally:
        await admin.close()
        await reader.stop()
        await producer.discard()

    assert [record.value for record in came] == [b"1", b"2", b"3"]
