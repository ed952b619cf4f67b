"""PromQL over a few planted series, as far as our alarms use it: enough to see a rule fire and another stay quiet.

The rules' own tests (deploy/alerts/tests.yaml) are in promtool's form, so that whoever has promtool can run them too.
"""

import itertools
import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import promql_parser as promql

Labels = tuple[tuple[str, str], ...]
Vector = dict[Labels, float]
STALE_AFTER: Final = 300.0
"""A series without a value for this long is gone, as in Prometheus."""

_SERIES: Final = re.compile(r"([a-zA-Z_:][\w:]*)\s*(?:\{(.*)\})?")
_LABEL: Final = re.compile(r'(\w+)\s*=\s*"((?:[^"\\]|\\.)*)"')
_RUN: Final = re.compile(r"(?P<first>_|-?[\d.]+(?:e[+-]?\d+)?)(?P<step>[+-][\d.]+)?(?:x(?P<times>\d+))?")
_ARITHMETIC: Final[Mapping[str, Callable[[float, float], float]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda one, other: one / other if other else math.nan if not one else math.copysign(math.inf, one),
}
_COMPARISONS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    ">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
_AGGREGATIONS: Final[Mapping[str, Callable[[Sequence[float]], float]]] = {"sum": sum, "max": max, "min": min}


@dataclass(frozen=True, slots=True)
class Series:
    """One series: its labels, its name among them, and its points in time."""

    labels: Mapping[str, str]
    points: tuple[tuple[float, float], ...]

    @classmethod
    def planted(cls, said: str, values: str, *, interval: float) -> "Series":
        """Return a series in promtool's notation: `0+1x5` counts up, `3x5` stays, `_x5` is missing."""
        points: list[tuple[float, float]] = []
        at = 0.0
        for word in values.split():
            run = _RUN.fullmatch(word)
            assert run is not None, word
            for number in range(int(run["times"] or 0) + (0 if run["first"] == "_" and run["times"] else 1)):
                if run["first"] != "_":
                    points.append((at, float(run["first"]) + number * float(run["step"] or 0)))
                at += interval
        name, labels = labels_of(said)
        return cls({"__name__": name, **labels}, tuple(points))


def labels_of(said: str) -> tuple[str, dict[str, str]]:
    """Return the name and the labels of a series as it is written."""
    match = _SERIES.fullmatch(said.strip())
    assert match is not None, said
    return match[1], dict(_LABEL.findall(match[2] or ""))


class Evaluation:
    """Evaluates expressions at one moment."""

    def __init__(self, series: Sequence[Series], at: float) -> None:
        self._series = series
        self._at = at

    def vector(self, expression: str) -> Vector:
        """Return the samples that an expression has at this moment."""
        found = self._of(promql.parse(expression))
        assert isinstance(found, dict), f"{expression} is a number"
        return found

    def _of(self, node: Any) -> Any:
        match node:
            case promql.NumberLiteral():
                return float(node.val)
            case promql.ParenExpr():
                return self._of(node.expr)
            case promql.VectorSelector():
                return self._latest(node)
            case promql.Call():
                return self._call(node)
            case promql.AggregateExpr():
                return self._aggregated(node)
            case promql.BinaryExpr():
                return self._both(node)
        raise NotImplementedError(f"no alarm used {type(node).__name__} before")

    def _selected(self, selector: promql.VectorSelector) -> list[Series]:
        return [
            series
            for series in self._series
            if series.labels["__name__"] == selector.name
            and all(_matches(matcher, series.labels.get(matcher.name, "")) for matcher in selector.matchers.matchers)
        ]

    def _latest(self, selector: promql.VectorSelector) -> Vector:
        found: Vector = {}
        for series in self._selected(selector):
            seen = [value for moment, value in series.points if self._at - STALE_AFTER < moment <= self._at]
            if seen:
                found[_key(series.labels, without={"__name__"})] = seen[-1]
        return found

    def _call(self, call: promql.Call) -> Any:
        name, arguments = call.func.name, call.args
        if name == "time":
            return self._at
        if name == "abs":
            return {labels: abs(value) for labels, value in self._of(arguments[0]).items()}
        if name == "histogram_quantile":
            return _quantiles(float(self._of(arguments[0])), self._of(arguments[1]))
        if name in {"rate", "increase", "changes"}:
            return self._over_time(name, arguments[0])
        raise NotImplementedError(f"no alarm used {name} before")

    def _over_time(self, name: str, matrix: promql.MatrixSelector) -> Vector:
        length = matrix.range.total_seconds()
        found: Vector = {}
        for series in self._selected(matrix.vector_selector):
            points = [point for point in series.points if self._at - length <= point[0] <= self._at]
            if name == "changes" and points:
                values = [value for _, value in points]
                changes = sum(one != other for one, other in itertools.pairwise(values))
                found[_key(series.labels, without={"__name__"})] = float(changes)
            elif name != "changes" and len(points) > 1:
                grown = _grown(points, begin=self._at - length, end=self._at)
                found[_key(series.labels, without={"__name__"})] = grown / (length if name == "rate" else 1)
        return found

    def _aggregated(self, node: promql.AggregateExpr) -> Vector:
        groups: dict[Labels, list[float]] = {}
        kept = set(node.modifier.labels) if node.modifier is not None else set()
        assert node.modifier is None or "By" in str(node.modifier.type), "no alarm used without before"
        for labels, value in self._of(node.expr).items():
            groups.setdefault(_key(dict(labels), only=kept), []).append(value)
        return {labels: _AGGREGATIONS[str(node.op)](values) for labels, values in groups.items()}

    def _both(self, node: promql.BinaryExpr) -> Any:
        word, one, other = str(node.op), self._of(node.lhs), self._of(node.rhs)
        if word == "or":
            return {**other, **one}
        if word in _COMPARISONS:
            holds = _COMPARISONS[word]
            if isinstance(other, float):
                return {labels: value for labels, value in one.items() if holds(value, other)}
            return {labels: value for labels, value in one.items() if labels in other and holds(value, other[labels])}
        act = _ARITHMETIC[word]
        if isinstance(one, float) and isinstance(other, float):
            return act(one, other)
        if isinstance(one, float):
            return {labels: act(one, value) for labels, value in other.items()}
        if isinstance(other, float):
            return {labels: act(value, other) for labels, value in one.items()}
        return {labels: act(value, other[labels]) for labels, value in one.items() if labels in other}


def firing(expression: str, series: Sequence[Series], *, at: float, wait: float, interval: float) -> Vector:
    """Return the samples for which an alarm fires: those that held at every look since `wait` before."""
    since: dict[Labels, float] = {}
    held: Vector = {}
    for number in range(int(at // interval) + 1):
        moment = number * interval
        held = Evaluation(series, moment).vector(expression)
        since = {labels: since.get(labels, moment) for labels in held}
    return {labels: value for labels, value in held.items() if at - since[labels] >= wait}


def seconds(duration: str) -> float:
    """Return the seconds of `5m`, `1h30m` and the like."""
    return float(promql.parse_duration(duration).total_seconds())


def selectors(expression: str) -> list[promql.VectorSelector]:
    """Return all selectors of an expression, those of ranges among them."""
    found: list[promql.VectorSelector] = []

    def visit(node: promql.Expr) -> None:
        if isinstance(node, promql.MatrixSelector):
            found.append(node.vector_selector)
        elif isinstance(node, promql.VectorSelector):
            found.append(node)

    promql.walk(promql.parse(expression), visit)
    return list({str(selector): selector for selector in found}.values())


def grouped_by(expression: str) -> set[str]:
    """Return the labels that the expression groups by."""
    found: set[str] = set()

    def visit(node: promql.Expr) -> None:
        if isinstance(node, promql.AggregateExpr) and node.modifier is not None:
            found.update(node.modifier.labels)

    promql.walk(promql.parse(expression), visit)
    return found


def _matches(matcher: promql.Matcher, value: str) -> bool:
    word = str(matcher.op).rpartition(".")[2]
    is_same = value == matcher.value if word in {"Equal", "NotEqual"} else bool(re.fullmatch(matcher.value, value))
    return is_same != word.startswith("Not")


def _key(labels: Mapping[str, str], *, without: Iterable[str] = (), only: Iterable[str] | None = None) -> Labels:
    dropped = set(without)
    kept = labels.keys() if only is None else labels.keys() & set(only)
    return tuple(sorted((name, labels[name]) for name in kept if name not in dropped))


def _grown(points: Sequence[tuple[float, float]], *, begin: float, end: float) -> float:
    """Return by how much a counter grew, drawn out to the edges of the range as Prometheus does it."""
    grown = points[-1][1] - points[0][1]
    grown += sum(earlier for (_, earlier), (_, later) in itertools.pairwise(points) if later < earlier)  # it began anew
    seen = points[-1][0] - points[0][0]
    step = seen / (len(points) - 1)
    before, after = points[0][0] - begin, end - points[-1][0]
    if grown > 0 and points[0][1] >= 0:
        before = min(before, seen * points[0][1] / grown)  # a counter was never below zero
    edges = [edge if edge < step * 1.1 else step / 2 for edge in (before, after)]
    return grown * (seen + sum(edges)) / seen


def _quantiles(share: float, buckets: Vector) -> Vector:
    groups: dict[Labels, list[tuple[float, float]]] = {}
    for labels, count in buckets.items():
        named = dict(labels)
        groups.setdefault(_key(named, without={"le"}), []).append((float(named["le"]), count))
    found: Vector = {}
    for labels, steps in groups.items():
        steps.sort()
        wanted = share * steps[-1][1]
        at = next(place for place, (_, count) in enumerate(steps) if count >= wanted)
        if math.isinf(steps[at][0]):
            found[labels] = steps[at - 1][0]
            continue
        low, below = steps[at - 1] if at else (0.0, 0.0)
        inside = steps[at][1] - below
        found[labels] = low + (steps[at][0] - low) * ((wanted - below) / inside if inside else 1.0)
    return found
