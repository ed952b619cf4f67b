"""What our code logs, counts and puts on spans is on the list of what may leave.

Seen to fail: with a log line that named a `patient`, with a span attribute `claimwright.member_id`, with a metric
labelled `claim_id`, with `.labels()` in the edge, and with a label made of `remittance.id`.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from claimwright.telemetry import metrics
from claimwright.telemetry.redaction import LOG_KEYS, SPAN_KEYS

ROOT = Path(__file__).parents[2]
LOGS = {"_log", "log"}
NOT_IN_LABELS = {"id", "key", "name_of", "path", "patient", "person", "member", "payload", "data", "note", "text"}
LEVELS = {"debug", "info", "warning", "error"}


def calls() -> Iterator[tuple[str, ast.Call]]:
    for folder in (ROOT / "shared", ROOT / "services"):
        for path in sorted(folder.rglob("claimwright*/**/*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def attributes_of(call: ast.Call) -> Iterator[str]:
    """Yield the names of attributes that a call puts on a span, where they stand as texts."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if name == "set_attribute" and call.args and isinstance(call.args[0], ast.Constant):
        yield str(call.args[0].value)
    given = [keyword.value for keyword in call.keywords if keyword.arg == "attributes"]
    for value in given + (call.args if name == "set_attributes" else []):
        if isinstance(value, ast.Dict):
            yield from (str(key.value) for key in value.keys if isinstance(key, ast.Constant))


def test_every_key_of_a_log_line_may_leave() -> None:
    seen, foreign = 0, set()
    for place, call in calls():
        if (
            isinstance(call.func, ast.Attribute)
            and call.func.attr in LEVELS
            and isinstance(call.func.value, ast.Name)
            and call.func.value.id in LOGS
        ):
            seen += 1
            foreign |= {
                (place, keyword.arg)
                for keyword in call.keywords
                if keyword.arg is not None and keyword.arg not in LOG_KEYS | {"exc_info"}
            }

    assert seen > 10
    assert foreign == set()


def test_every_attribute_of_a_span_may_leave() -> None:
    found = {(place, name) for place, call in calls() for name in attributes_of(call)}

    assert len(found) > 10
    assert {(place, name) for place, name in found if name not in SPAN_KEYS} == set()


def test_every_label_of_a_metric_may_leave() -> None:
    labels = {label for metric in metrics.listed() for label in metric.labels}

    assert labels - metrics.LABELS == set()


def test_metrics_with_labels_are_reached_by_the_door_that_keeps_and_checks() -> None:
    past_it = {
        place
        for place, call in calls()
        if isinstance(call.func, ast.Attribute) and call.func.attr == "labels" and "telemetry/metrics.py" not in place
    }

    assert past_it == set()


def test_no_label_is_made_of_what_may_be_a_persons() -> None:
    seen, foreign = 0, set()
    for place, call in calls():
        if ast.unparse(call.func) in {"metrics.of", "metrics.forget"}:
            seen += 1
            words = {part for value in call.args[1:] for part in re.findall(r"[a-z_]+", ast.unparse(value).lower())}
            foreign |= {(place, word) for word in words & NOT_IN_LABELS or {w for w in words if w.endswith("_id")}}

    assert seen > 10
    assert foreign == set()
