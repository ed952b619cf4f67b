"""How far behind one consumer is, by partition: in records, and in seconds since the oldest of them was written.

Records tell little: a thousand may be a second's work or an hour's. Seconds go on by themselves while nothing moves,
also when this process is only waiting, since they are worked out when somebody looks.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial

from claimwright import clock
from claimwright.messaging.envelope import Record
from claimwright.messaging.kafka import Partition
from claimwright.telemetry import metrics


class Lag:
    """What waits for a consumer on the partitions that this process reads; others tell of theirs."""

    def __init__(self, consumer: str, *, now_ms: Callable[[], int] = clock.broker_milliseconds) -> None:
        self._consumer = consumer
        self._now_ms = now_ms
        self._shown: set[Partition] = set()
        self._in_hand: dict[Partition, deque[int]] = {}
        self._since: dict[Partition, int] = {}

    def own(self, partitions: Collection[Partition]) -> None:
        """Tell of these partitions from now on, and of no others."""
        for partition in self._shown.difference(partitions):
            labels = self._labels(partition)
            metrics.forget(metrics.CONSUMER_LAG, *labels)
            metrics.forget(metrics.CONSUMER_LAG_SECONDS, *labels)
            self._since.pop(partition, None)
        for partition in set(partitions) - self._shown:
            labels = self._labels(partition)
            metrics.of(metrics.CONSUMER_LAG, *labels).set(0)
            metrics.of(metrics.CONSUMER_LAG_SECONDS, *labels).set_function(partial(self.seconds, partition))
        self._shown = set(partitions)

    def took(self, records: Iterable[Record]) -> None:
        """Note records that were read and are to be handled, in the order of each partition."""
        now = self._now_ms()
        self._in_hand = {}
        for record in records:
            waiting = self._in_hand.setdefault((record.topic, record.partition), deque())
            waiting.append(now if record.stamped_ms is None else record.stamped_ms)

    def handled(self, records: Iterable[Record]) -> None:
        """Note that the first of them are done; what may wait behind them on the broker is no older than they are."""
        for record in records:
            partition = (record.topic, record.partition)
            waiting = self._in_hand.get(partition)
            if waiting:
                self._since[partition] = waiting.popleft()

    def behind(self, records: Mapping[Partition, int]) -> None:
        """Note how many records of each partition are not handled yet, as far as the last fetch knew."""
        now = self._now_ms()
        for partition, count in records.items():
            metrics.of(metrics.CONSUMER_LAG, *self._labels(partition)).set(count)
            if count == 0:
                self._since.pop(partition, None)
            else:
                self._since.setdefault(partition, now)

    def seconds(self, partition: Partition) -> float:
        """Return for how long the oldest record that is not handled has waited; zero when none waits."""
        waiting = self._in_hand.get(partition)
        since = waiting[0] if waiting else self._since.get(partition)
        return 0.0 if since is None else max(0.0, (self._now_ms() - since) / 1000)

    def _labels(self, partition: Partition) -> tuple[str, str, str]:
        topic, number = partition
        return self._consumer, topic, str(number)
