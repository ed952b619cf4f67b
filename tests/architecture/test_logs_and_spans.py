"""What our code logs and puts on spans is on the list of what may leave; a key that is not would be dropped in silence.

Seen to fail: with a log line that named a `patient`, and with a span attribute `claimwright.member_id`.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from claimwright.telemetry.redaction import LOG_KEYS, SPAN_KEYS

ROOT = Path(__file__).parents[2]
LOGS = {"_log", "log"}
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
