"""The guard against a broker that was wiped under us: another cluster's offsets and producer numbers mean other things.

An acknowledged record of before the wipe is gone, and a consumer that goes on from its old position skips what is new.
So each part remembers the cluster it began with, and ends its process when another one answers.
"""

import asyncio
from contextlib import suppress
from typing import Final

from claimwright.messaging.kafka import LOST, Admin
from claimwright.telemetry import logging

LOOK_EVERY: Final = 5.0
_log = logging.get(__name__)


class OtherCluster(Exception):
    """The broker is not the one that this process began with; start anew, from the beginning."""

    exit_code: Final = 76


class ClusterGuard:
    """Remembers, for as long as its part lives, which cluster it began with; `check` may be called at every turn."""

    def __init__(self) -> None:
        self._first: str | None = None
        self._changed = False

    async def begin(self, admin: Admin) -> str:
        """Return the cluster that answers now. Errors: LOST; OtherCluster when an earlier session knew another."""
        cluster_id = await admin.cluster_id()
        self._compare(cluster_id)
        self.check()
        return cluster_id

    def check(self) -> None:
        """Raise OtherCluster when another cluster has answered."""
        if self._changed:
            raise OtherCluster

    async def watch(self, admin: Admin) -> None:
        """Ask every few seconds; a broker that is away says nothing about itself."""
        while not self._changed:
            await asyncio.sleep(LOOK_EVERY)
            with suppress(*LOST):
                self._compare(await admin.cluster_id())

    def _compare(self, cluster_id: str) -> None:
        self._first = self._first or cluster_id
        if cluster_id != self._first:
            self._changed = True
            _log.error("other_cluster")
