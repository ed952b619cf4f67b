"""`docs/reference/metrics.md`: the one list of metrics."""

from typing import Final

from claimwright.telemetry.metrics import listed
from deploy.reference.tables import table

_HEAD: Final = """# Metrics

Written by `python -m deploy.reference` from `claimwright.telemetry.metrics`; a test keeps it so.

Each service answers `GET /metrics` in Prometheus' text format. Labels are names, codes and numbers of partitions, never
ids. The alarms are `claimwright_outbox_oldest_unpublished_seconds`, `claimwright_parked_oldest_seconds` and any
`claimwright_version_gaps_total` above 0.

"""


def page() -> str:
    """Return the page of metrics."""
    rows = [
        (f"`{metric.name}`", metric.kind, ", ".join(f"`{label}`" for label in metric.labels), metric.says)
        for metric in listed()
    ]
    return _HEAD + table(("metric", "kind", "labels", "says"), rows)
