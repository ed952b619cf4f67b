"""`docs/reference/metrics.md`: the one list of metrics."""

from typing import Final

from claimwright.telemetry.metrics import listed
from deploy.reference.tables import table

_HEAD: Final = """# Metrics

Written by `python -m deploy.reference` from `claimwright.telemetry.metrics`; a test keeps it so.

Each service answers `GET /metrics` in Prometheus' text format, with those of its process (`process_*`) beside these.
Labels are names, codes and numbers of partitions, never ids; a value that looks like a text or a person's number is
shown as `other`. What is worth waking somebody for: [alarms](../operating/alarms.md). Dashboards: `deploy/dashboards`.

"""


def page() -> str:
    """Return the page of metrics."""
    rows = [
        (f"`{metric.name}`", metric.kind, ", ".join(f"`{label}`" for label in metric.labels), metric.says)
        for metric in listed()
    ]
    return _HEAD + table(("metric", "kind", "labels", "says"), rows)
