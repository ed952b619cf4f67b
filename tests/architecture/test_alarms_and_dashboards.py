"""Alarms fire when they should, have a page each, and name metrics that exist, as the dashboards do.

Seen to fail: with a metric renamed in a rule and in a panel, with a label that the metric lacks, with a page too many,
with a threshold made higher, with a series taken out of the rules' tests, and with another port in Prometheus' file.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from claimwright.events.topics import Service
from claimwright.telemetry import metrics
from deploy.dashboards.boards import dashboards
from deploy.reference.alarms import rules
from deploy.stack.places import ROOT
from tests.support.promql import Series, firing, grouped_by, labels_of, seconds, selectors

ALARMS = {rule["alert"]: rule for rule in rules()}
TESTS: dict[str, Any] = yaml.safe_load((ROOT / "deploy/alerts/tests.yaml").read_text())
PAGES = ROOT / "docs/operating/alarms"
SECTIONS = ["What it means", "What a claim feels", "How to look", "How to mend", "Whom to wake"]
OF_TARGETS = {"job", "service", "instance"}
"""Labels that Prometheus itself puts on all that it scrapes; deploy/prometheus/prometheus.yaml says which service."""
OTHERS = {
    "up": set(),
    "node_filesystem_avail_bytes": {"fstype", "mountpoint"},
    "node_filesystem_size_bytes": {"fstype", "mountpoint"},
    "process_start_time_seconds": set(),
    "process_cpu_seconds_total": set(),
    "process_resident_memory_bytes": set(),
}
"""Metrics that are not on our list, with their labels: Prometheus' own, node_exporter's and those of every process."""


def known_metrics() -> dict[str, set[str]]:
    """Return every name that may be asked for, with its labels."""
    found: dict[str, set[str]] = {name: set(labels) for name, labels in OTHERS.items()}
    for metric in metrics.listed():
        labels = set(metric.labels)
        if metric.kind == "histogram":
            found |= {f"{metric.name}_{part}": labels for part in ("count", "sum")}
            found[f"{metric.name}_bucket"] = labels | {"le"}
        else:
            found[metric.name] = labels
    return found


KNOWN = known_metrics()


def questions() -> Iterator[tuple[str, str]]:
    """Yield every expression of alarms and dashboards with its place."""
    for name, rule in ALARMS.items():
        yield name, rule["expr"]
    for dashboard in dashboards():
        for panel in dashboard.panels:
            for query in panel.queries:
                yield f"{dashboard.name}: {panel.title}", query.expr


@pytest.mark.parametrize(("place", "expression"), list(questions()))
def test_every_question_asks_for_metrics_and_labels_that_there_are(place: str, expression: str) -> None:
    asked = selectors(expression)

    assert asked, place
    known: set[str] = set()
    for selector in asked:
        assert selector.name in KNOWN, f"{place}: there is no metric {selector.name}"
        labels = KNOWN[selector.name] | OF_TARGETS
        assert {matcher.name for matcher in selector.matchers.matchers} - labels == set(), place
        known |= labels
    assert grouped_by(expression) - known == set(), place


@pytest.mark.parametrize("dashboard", dashboards(), ids=lambda dashboard: dashboard.name)
def test_legends_name_labels_that_the_answer_has(dashboard: Any) -> None:
    for panel in dashboard.panels:
        for query in panel.queries:
            named = set(re.findall(r"\{\{(\w+)\}\}", query.legend))
            grouped = grouped_by(query.expr)
            left = grouped if " by " in query.expr else KNOWN[str(selectors(query.expr)[0].name)] | OF_TARGETS
            assert named <= left, f"{dashboard.name}: {panel.title}"


def test_each_service_and_the_way_of_a_claim_have_a_dashboard() -> None:
    files = {path.stem for path in (ROOT / "deploy/dashboards").glob("*.json")}

    assert files == {"claim", *(service.value for service in Service)}


@pytest.mark.parametrize("dashboard", dashboards(), ids=lambda dashboard: dashboard.name)
def test_panels_lie_beside_each_other_and_say_how_to_read_them(dashboard: Any) -> None:
    drawn = json.loads(dashboard.json())["panels"]
    taken: set[tuple[int, int]] = set()

    assert len({panel["id"] for panel in drawn}) == len(drawn)
    for panel in drawn:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken
        assert place["x"] + place["w"] <= 24
        taken |= cells
        assert panel["type"] == "row" or panel["description"].endswith(".")


@pytest.mark.parametrize("name", ALARMS)
def test_every_alarm_says_how_bad_it_is_after_how_long_and_where_its_page_is(name: str) -> None:
    rule = ALARMS[name]
    page = (ROOT / rule["annotations"]["runbook"]).read_text()

    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert seconds(rule["for"]) >= 60
    assert rule["annotations"]["summary"].endswith(".")
    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == SECTIONS
    assert f"Alarm `{name}`, severity `{rule['labels']['severity']}`, after {rule['for']}:" in page
    assert rule["expr"] in page, "the page shows another rule"


def test_no_page_outlives_its_alarm() -> None:
    told = {ROOT / rule["annotations"]["runbook"] for rule in ALARMS.values()}

    assert set(PAGES.glob("*.md")) == told
    assert len(told) == len(ALARMS)


@pytest.mark.parametrize("case", TESTS["tests"], ids=lambda case: case["name"])
def test_an_alarm_fires_for_what_it_is_about_and_for_nothing_else(case: dict[str, Any]) -> None:
    interval = seconds(case["interval"])
    series = [Series.planted(one["series"], one["values"], interval=interval) for one in case["input_series"]]
    (asked,) = case["promql_expr_test"]
    expected = [labels_of(sample["labels"])[1] for sample in asked["exp_samples"]]

    fired = [
        {"alertname": name, "alertstate": "firing", "severity": rule["labels"]["severity"], **dict(labels)}
        for name, rule in ALARMS.items()
        for labels in firing(
            rule["expr"], series, at=seconds(asked["eval_time"]), wait=seconds(rule["for"]), interval=interval
        )
    ]

    assert sorted(fired, key=str) == sorted(expected, key=str)


def test_every_alarm_is_seen_to_fire_beside_something_that_does_not() -> None:
    fires = {
        labels_of(sample["labels"])[1]["alertname"]
        for case in TESTS["tests"]
        for sample in case["promql_expr_test"][0]["exp_samples"]
    }
    quiet = {
        case["name"].split()[0]
        for case in TESTS["tests"]
        if len(case["promql_expr_test"][0]["exp_samples"]) < len(case["input_series"])
    }

    assert fires == ALARMS.keys()
    assert quiet == ALARMS.keys()


def test_the_compose_files_monitoring_finds_services_rules_and_dashboards() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    prometheus = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yaml").read_text())
    (source,) = yaml.safe_load((ROOT / "deploy/grafana/datasources.yaml").read_text())["datasources"]
    (provider,) = yaml.safe_load((ROOT / "deploy/grafana/dashboards.yaml").read_text())["providers"]
    scraped = {job["job_name"]: job["static_configs"] for job in prometheus["scrape_configs"]}
    mounts = {
        name: dict(reversed(volume.split(":")[:2]) for volume in compose[name]["volumes"] if volume.startswith("./"))
        for name in ("prometheus", "grafana")
    }

    assert {
        (target, config["labels"]["service"]) for config in scraped["claimwright"] for target in config["targets"]
    } == {
        (f"{service.value}:{compose[service.value]['environment']['HTTP_PORT']}", service.value) for service in Service
    }
    assert [config["targets"] for config in scraped["node"]] == [["node-exporter:9100"]]
    (rule_file,) = prometheus["rule_files"]
    assert mounts["prometheus"][rule_file.rpartition("/")[0]] == "./deploy/alerts"
    assert source["url"] == "http://prometheus:9090"
    assert all(f'"uid": "{source["uid"]}"' in dashboard.json() for dashboard in dashboards())
    assert mounts["grafana"][provider["options"]["path"]] == "./deploy/dashboards"
    assert all((ROOT / path).exists() for found in mounts.values() for path in found.values())
    assert all(compose[name]["profiles"] == ["monitoring"] for name in ("prometheus", "grafana", "node-exporter"))
