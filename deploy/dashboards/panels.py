"""Panels and boards as little values, and as the JSON that Grafana reads."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

_WIDTH: Final = 24
_HEIGHT: Final = 8
_SOURCE: Final = {"type": "prometheus", "uid": "claimwright"}
"""The data source that deploy/grafana/datasources.yaml provides."""


@dataclass(frozen=True, slots=True)
class Query:
    """One line of a panel. `legend` may name labels, as in `{{consumer}}`."""

    expr: str
    legend: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One drawing, with the sentence that says how to read it. `alarm_above` draws where an alarm begins."""

    title: str
    says: str
    queries: Sequence[Query]
    unit: str = "short"
    alarm_above: float | None = None
    columns: int = 8


@dataclass(frozen=True, slots=True)
class Row:
    """Panels that belong together."""

    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One dashboard; `name` is its file's and its address's."""

    name: str
    title: str
    says: str
    rows: Sequence[Row]

    @property
    def panels(self) -> list[Panel]:
        """All panels, in order."""
        return [panel for row in self.rows for panel in row.panels]

    def json(self) -> str:
        """Return the file's text."""
        return json.dumps(_dashboard(self), indent=1, ensure_ascii=False) + "\n"


def _dashboard(dashboard: Dashboard) -> dict[str, Any]:
    drawn: list[dict[str, Any]] = []
    top = 0
    for row in dashboard.rows:
        drawn.append(
            {
                "id": len(drawn) + 1, "type": "row", "title": row.title, "collapsed": False, "panels": [],
                "gridPos": {"x": 0, "y": top, "w": _WIDTH, "h": 1},
            }
        )  # fmt: skip
        top, left = top + 1, 0
        for panel in row.panels:
            if left + panel.columns > _WIDTH:
                top, left = top + _HEIGHT, 0
            drawn.append(_panel(panel, number=len(drawn) + 1, left=left, top=top))
            left += panel.columns
        top += _HEIGHT
    return {
        "uid": f"claimwright-{dashboard.name}", "title": dashboard.title, "description": dashboard.says,
        "tags": ["claimwright"], "editable": False, "graphTooltip": 1, "schemaVersion": 41, "version": 1,
        "refresh": "15s", "time": {"from": "now-1h", "to": "now"}, "timezone": "utc",
        "links": [
            {"type": "dashboards", "tags": ["claimwright"], "title": "Claimwright", "asDropdown": True, "icon": "apps"}
        ],
        "annotations": {"list": []}, "templating": {"list": []}, "panels": drawn,
    }  # fmt: skip


def _panel(panel: Panel, *, number: int, left: int, top: int) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if panel.alarm_above is not None:
        steps.append({"color": "red", "value": panel.alarm_above})
    style = {"thresholdsStyle": {"mode": "off" if panel.alarm_above is None else "line"}, "fillOpacity": 8}
    return {
        "id": number, "type": "timeseries", "title": panel.title, "description": panel.says, "datasource": _SOURCE,
        "gridPos": {"x": left, "y": top, "w": panel.columns, "h": _HEIGHT},
        "fieldConfig": {
            "defaults": {
                "unit": panel.unit, "min": 0, "custom": style, "thresholds": {"mode": "absolute", "steps": steps},
            },
            "overrides": [],
        },
        "options": {
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
        "targets": [
            {
                "refId": chr(ord("A") + place), "datasource": _SOURCE, "expr": query.expr,
                "legendFormat": query.legend, "range": True,
            }
            for place, query in enumerate(panel.queries)
        ],
    }  # fmt: skip
