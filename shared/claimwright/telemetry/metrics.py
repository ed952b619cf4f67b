"""The one list of metrics. Labels are names, codes and numbers of partitions; never ids, never a person's anything.

`of` is the only door to a metric that has labels. It keeps the child that prometheus_client gives, since asking for it
costs as much as three increments; and it lets no value through that looks like a text or a person's number.
"""

import re
from collections import Counter as Tally
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from claimwright.telemetry import redaction

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
REGISTRY: Final = CollectorRegistry()
ProcessCollector(registry=REGISTRY)  # memory, processor, open files, and since when
_SECONDS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_DAYS: Final = (1.0, 10.0, 60.0, 600.0, 3600.0, *(day * 86_400.0 for day in (0.25, 1, 2, 3, 7, 14, 30, 60, 90, 180)))
_SIZES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


def _counter(name: str, says: str, *labels: str) -> Counter:
    return Counter(f"claimwright_{name}", says, labels, registry=REGISTRY)


def _gauge(name: str, says: str, *labels: str) -> Gauge:
    return Gauge(f"claimwright_{name}", says, labels, registry=REGISTRY)


def _seconds(name: str, says: str, *labels: str) -> Histogram:
    return Histogram(f"claimwright_{name}", says, labels, buckets=_SECONDS, registry=REGISTRY)


LABELS: Final = frozenset(
    {"code", "consumer", "list", "method", "name", "partition", "reason", "route", "stage", "state", "status", "told"}
    | {"table", "topic", "type", "why"}
)
"""Labels that a metric may have. A new one is added here, and that is the moment to ask what its values can be."""
OTHER: Final = "other"
"""What stands for a value that may not be shown, and for all values of a label that has too many."""
MOST_CHILDREN: Final = 2_000
"""Children of one metric: every route with every status fits; what grows without end does not."""

_VALUE: Final = re.compile(r"[A-Za-z0-9_.:/{}() -]{1,100}")
MetricT = TypeVar("MetricT", Counter, Gauge, Histogram)
_children: dict[tuple[Any, ...], Any] = {}
_counted: Tally[Any] = Tally()


def of(metric: MetricT, *values: str) -> MetricT:
    """Return the child of a metric with these label values; asked again, it costs one look-up."""
    child = _children.get((metric, *values))
    if child is None:
        shown: tuple[str, ...] = values if _may_be_shown(metric, values) else (OTHER,) * len(values)
        child = _children.get((metric, *shown))
        if child is None:
            child = _children[metric, *shown] = metric.labels(*shown)
            _counted[metric] += 1
    found: MetricT = child
    return found


def forget(metric: MetricT, *values: str) -> None:
    """Show a child no more: what it tells of is no longer this process's to tell."""
    if _children.pop((metric, *values), None) is not None:
        _counted[metric] -= 1
        metric.remove(*values)


def _may_be_shown(metric: MetricT, values: tuple[str, ...]) -> bool:
    return _counted[metric] < MOST_CHILDREN and all(
        _VALUE.fullmatch(value) is not None and redaction.clean(value) == value for value in values
    )


HTTP_SECONDS: Final = _seconds(
    "http_request_seconds", "From the first byte of a request to the last of its answer.", "method", "route", "status"
)
HTTP_IN_FLIGHT: Final = _gauge("http_requests_in_flight", "Requests that are being answered.")
HTTP_TURNED_AWAY: Final = _counter(
    "http_requests_turned_away_total", "Requests that were not taken up, by why: open, database, organization.", "why"
)
HTTP_GROUP_ACTS: Final = Histogram(
    "claimwright_http_group_acts", "Acts that shared one commit.", buckets=_SIZES, registry=REGISTRY
)
PROBLEMS: Final = _counter("http_problems_total", "Problem documents that were answered, by code.", "code")

OUTBOX_UNPUBLISHED: Final = _gauge("outbox_unpublished_events", "Events that are true and not yet on the broker.")
OUTBOX_OLDEST_SECONDS: Final = _gauge("outbox_oldest_unpublished_seconds", "Age of the oldest of them: the alarm.")
OUTBOX_PARTITIONS: Final = _gauge("outbox_partitions", "Partitions of the outbox, by why they stay.", "why")
PARTITIONS_DROPPED: Final = _counter("partitions_dropped_total", "Partitions that nobody can want any more.", "table")
RETENTION_DONE: Final = _gauge(
    "retention_done_timestamp_seconds",
    "When this process last went through what may go, or started: seconds since 1970.",
    "name",
)
RELAY_FENCE_SECONDS: Final = _gauge("relay_fence_blocked_seconds", "How long an open transaction holds the relay.")
RELAY_BATCH_EVENTS: Final = Histogram(
    "claimwright_relay_batch_events", "Events a batch of the relay.", buckets=_SIZES, registry=REGISTRY
)
RELAY_PRODUCER_REBUILDS: Final = _counter("relay_producer_rebuilds_total", "Producers made anew after an error.")
RELAY_LOCK_HELD: Final = _gauge("relay_lock_held", "1 where this process is the service's relay; one of them must be.")
CLUSTER_CHANGED: Final = _gauge(
    "cluster_changed_timestamp_seconds", "When the relay began at zero since Kafka is another cluster; 0 for never."
)
CLOCK_AHEAD_SECONDS: Final = _gauge("clock_ahead_seconds", "How far this machine's clock is ahead of PostgreSQL's.")

CONSUMER_LAG: Final = _gauge(
    "consumer_lag_records", "Records that wait for a consumer.", "consumer", "topic", "partition"
)
CONSUMER_LAG_SECONDS: Final = _gauge(
    "consumer_lag_seconds", "How long the oldest of them has waited on the broker.", "consumer", "topic", "partition"
)
CONSUMER_PARTITIONS_ALL: Final = _gauge(
    "consumer_partitions", "Partitions that all processes of a consumer have to read together.", "consumer"
)
CONSUMER_PARTITIONS: Final = _gauge("consumer_partitions_held", "Partitions that this process reads.", "consumer")
CONSUMER_BATCH_SECONDS: Final = _seconds("consumer_batch_seconds", "One transaction of a consumer.", "consumer")
EVENTS_HANDLED: Final = _counter("events_handled_total", "Events whose effect is committed.", "consumer", "type")
EVENTS_SKIPPED: Final = _counter("events_skipped_total", "Events that a consumer has no handler for.", "consumer")
EVENT_LATENCY: Final = _seconds("event_latency_seconds", "From an event to its committed effect.", "consumer")
INBOX_DUPLICATES: Final = _counter("inbox_duplicates_total", "Events that came again and changed nothing.", "consumer")
VERSION_GAPS: Final = _counter("version_gaps_total", "Keys parked since an event before was missing: 0.", "consumer")
EVENTS_PARKED: Final = _counter("events_parked_total", "Events that were parked, by reason.", "consumer", "reason")
PARKED_KEYS: Final = _gauge("parked_keys", "Keys whose events wait for a person or the next try.", "consumer")
CONSUMER_STOPPED: Final = _gauge(
    "consumer_stopped", "1 while a consumer stands still since too many of its events parked.", "consumer"
)
PARKED_OLDEST_SECONDS: Final = _gauge("parked_oldest_seconds", "How long the oldest of them waits.", "consumer")
COMMIT_FAILURES: Final = _counter("offset_commit_failures_total", "Offsets that the broker did not take.", "consumer")

DATABASE_WAIT_SECONDS: Final = _seconds("database_wait_seconds", "From asking the pool to having a connection.")
LOOP_LAG_SECONDS: Final = _gauge("loop_lag_seconds", "How late the event loop woke this process.")
PERIODIC_FAILURES: Final = _counter("periodic_failures_total", "Periodic acts that failed.", "name")

REMIT_SETS: Final = _counter("remit_sets_total", "Transactions of 835 files, by what became of them.", "state")
REMIT_UNMATCHED: Final = _counter("remit_unmatched_total", "Remit claims that went to suspense, by reason.", "reason")
REMIT_UNKNOWN_CODES: Final = _counter(
    "remit_unknown_codes_total", "Codes of payers that our tables do not know, by list.", "list"
)

LEDGER_IMBALANCE_CENTS: Final = _gauge("ledger_imbalance_cents", "Cents by which the ledger does not add up: 0.")
LEDGER_FAULTS: Final = _gauge("ledger_faults", "What `claimwright ledger check` would tell of.")
LEDGER_CHECKED: Final = _gauge(
    "ledger_checked_timestamp_seconds", "When the ledger was last summed up from its entries; 0 for not yet."
)

CLAIM_AGE_SECONDS: Final = Histogram(
    "claimwright_claim_age_seconds", "From taking an encounter to its claim's entering a stage.", ("stage",),
    buckets=_DAYS, registry=REGISTRY,
)  # fmt: skip

FILE_STEPS: Final = _counter("file_steps_total", "Steps of files on their way out, by what was told of them.", "told")
ANSWERS_UNMATCHED: Final = _counter(
    "answers_unmatched_total", "Answers with something that nobody here knows, by reason.", "reason"
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One metric as the reference page shows it."""

    name: str
    kind: str
    labels: tuple[str, ...]
    says: str


def listed() -> list[Listed]:
    """Return every metric of this module, by name."""
    found = []
    for metric in globals().values():
        if isinstance(metric, Counter | Gauge | Histogram):
            described = next(iter(metric.describe()))
            name = f"{described.name}_total" if isinstance(metric, Counter) else described.name
            found.append(Listed(name, described.type, tuple(metric._labelnames), described.documentation))
    return sorted(found, key=lambda metric: metric.name)


def rendered(names: Collection[str] = ()) -> bytes:
    """Return metrics in Prometheus' text format: all, or the samples of these names."""
    return generate_latest(REGISTRY.restricted_registry(names) if names else REGISTRY)
