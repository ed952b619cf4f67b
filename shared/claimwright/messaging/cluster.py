"""The guard against a broker that was wiped under us: another cluster's offsets and producer numbers mean other things.

An acknowledged record of before the wipe is gone, and a consumer that goes on from its old position skips what is new.
So each part remembers the cluster it began with, and ends its process when another one answers.
"""

import asyncio
from typing import Final

from claimwright.messaging.kafka import LOST, Admin
from claimwright.telemetry import logging

LOOK_EVERY: Final = 5.0
_log = logging.get(__name__)


class OtherCluster(Exception):
    """The broker is not the one that this process began with; start anew, from the beginning."""

    exit_code: Final = 76


class ClusterGuard:
    """Watches over one part; `check` is quick and may be called at every turn."""

    def __init__(self, admin: Admin) -> None:
        self._admin = admin
        self._first: str | None = None
        self._changed = False

    async def begin(self) -> str:
        """Return the cluster that answers now; it has to stay so. Errors: LOST; OtherCluster on a second call."""
        cluster_id = await self._admin.cluster_id()
        self._compare(cluster_id)
        self.check()
        return cluster_id

    def check(self) -> None:
        """Raise OtherCluster when another cluster has answered."""
        if self._changed:
            raise OtherCluster

    async def run(self) -> None:
        """Ask every few seconds; a broker that is away says nothing about itself."""
        while not self._changed:
            await asyncio.sleep(LOOK_EVERY)
            try:
                self._compare(await self._admin.cluster_id())
            except LOST:
                continue

    def _compare(self, cluster_id: str) -> None:
        self._first = self._first or cluster_id
        if cluster_id != self._first:
            self._changed = True
            _log.error("other_cluster")
