"""`docs/operating/alarms.md`: every alarm of the rules with its page."""

from typing import Any, Final

import yaml

from deploy.reference.tables import table
from deploy.stack.places import ROOT

RULES: Final = "deploy/alerts/claimwright.yaml"
_HEAD: Final = """# Alarms

Written by `python -m deploy.reference` from `deploy/alerts/claimwright.yaml`; a test keeps it so.

Each alarm has a page: what it means, what a claim feels of it, how to look, how to mend it, whom to wake. `page` wakes
somebody at any hour, `ticket` waits for the working day. While events wait nothing is lost: what was answered 202 is in
PostgreSQL.

The files are for Prometheus (`deploy/alerts/claimwright.yaml` as a rule file) and Grafana (`deploy/dashboards/*.json`).
With the [Compose file](containers.md), `docker compose --profile monitoring up` brings both, set up, at
<http://127.0.0.1:9090> and <http://127.0.0.1:3000>. Elsewhere, scrape `/metrics` of every process with the labels
`job="claimwright"` and `service="<name>"`, as `deploy/prometheus/prometheus.yaml` does; the alarm of the disk needs
node_exporter on the machines of PostgreSQL and Kafka. What is measured: [metrics](../reference/metrics.md).

A rule of your own goes into a file beside these. `promtool test rules deploy/alerts/tests.yaml` shows each one firing.

"""


def rules() -> list[dict[str, Any]]:
    """Return all rules, in the order of their file."""
    groups = yaml.safe_load((ROOT / RULES).read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def page() -> str:
    """Return the index."""
    rows = [
        (
            f"[{rule['alert']}]({rule['annotations']['runbook'].removeprefix('docs/operating/')})",
            rule["labels"]["severity"],
            rule["for"],
            f"`{rule['expr']}`",
        )
        for rule in rules()
    ]
    return _HEAD + table(("alarm", "severity", "after", "when"), rows)
