"""A service of the backbone's tests as a process of its own: `python -m tests.support.backbone_process coding`.

It imports everything once and forks a child that does the work, and another as soon as that one is killed: a restart
costs a fork instead of a second of imports. The children are killed at the points of `BACKBONE_LIVES`, one a life
(`relay.after_ack:2 consumer.before_commit:1 …`); after the last of them a child lives on. SIGTERM ends it; the exit
code is the last child's.
"""

import asyncio
import itertools
import os
import signal
import sys
import threading
from pathlib import Path
from typing import NoReturn

from fastapi import FastAPI

from claimwright import failpoints
from claimwright.messaging.retry import RetryWorker
from claimwright.process import Periodic, Service, serve
from deploy.stack.places import Places
from deploy.stack.ports import Ports
from tests.support.backbone import Backbone, use_topics
from tests.support.stack import TestStack


def backbone_of_environment() -> Backbone:
    """Return the test's backbone as `Backbone.environment` told it."""
    postgres, kafka = map(int, os.environ["BACKBONE_PORTS"].split())
    stack = TestStack(Places(Path(os.environ["BACKBONE_STATE"])), Ports(postgres=postgres, kafka=kafka))
    backbone = Backbone(stack, os.environ["BACKBONE_DATABASE"], os.environ["BACKBONE_SUFFIX"])
    use_topics(backbone.suffix)
    return backbone


async def work(service: str) -> None:
    """Run one service until SIGTERM."""
    backbone = backbone_of_environment()
    async with backbone.transactions(service) as transactions:
        consumers = [backbone.consumer(transactions)] if service == "coding" else []
        retries = RetryWorker(consumers, transactions)
        await serve(
            Service(
                name=service,
                app=FastAPI(),
                consumers=consumers,
                relay=backbone.relay(service, transactions.wake),
                periodics=[Periodic("parked", 0.5, retries.act)] if consumers else [],
                shutdown=[retries.close],
            ),
            host="127.0.0.1",
            port=0,
        )


def main(service: str) -> int:
    """Keep one child at work; return how the last one ended."""
    child = 0
    stopping = threading.Event()

    def stop(number: int, frame: object) -> None:
        stopping.set()
        if child:
            os.kill(child, signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    always = os.environ.get("BACKBONE_ALWAYS", "")
    lives = os.environ.get("BACKBONE_LIVES", "").split()
    code = 0
    for points in itertools.chain(lives, itertools.repeat("")):
        # A signal that comes around the fork is for the child, which must not take it by the parent's handler.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        if stopping.is_set():
            break
        child = os.fork()
        if child == 0:
            live(service, ",".join(filter(None, (points, always))))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        if stopping.is_set() or code != -signal.SIGKILL:
            break
    return code


def live(service: str, points: str) -> NoReturn:
    """Be one child, to its end."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    failpoints.arm(points)
    code = 0
    try:
        asyncio.run(work(service))
    except SystemExit as ended:
        code = int(str(ended.code))
    finally:
        os._exit(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
