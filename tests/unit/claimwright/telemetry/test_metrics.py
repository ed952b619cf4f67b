"""The door to metrics: children are kept, and what looks like a person's words or number is no label.

Seen to fail: with `_may_be_shown` answering True, the name and the number stood in the text; without the limit the
metric grew with every value.
"""

from collections.abc import Iterator

import pytest
from prometheus_client import CollectorRegistry, Counter, generate_latest

from claimwright.telemetry import metrics


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def counter(registry: CollectorRegistry) -> Iterator[Counter]:
    made = Counter("things", "Things that were seen.", ("code",), registry=registry)
    yield made
    for known in [key for key in metrics._children if key[0] is made]:
        del metrics._children[known]


def text_of(registry: CollectorRegistry) -> str:
    return generate_latest(registry).decode()


def test_a_child_is_made_once(counter: Counter) -> None:
    assert metrics.of(counter, "CO-45") is metrics.of(counter, "CO-45")


@pytest.mark.parametrize(
    "value", ["123456789", "123-45-6789", "jane@example.org", "O’Neil", "a name, with a comma", "x" * 101, ""]
)
def test_a_value_that_may_be_a_persons_is_counted_as_another(
    counter: Counter, registry: CollectorRegistry, value: str
) -> None:
    metrics.of(counter, value).inc()

    assert 'things_total{code="other"} 1.0' in text_of(registry)
    assert not value or value not in text_of(registry)


@pytest.mark.parametrize(
    "value", ["/v1/claims/{claim_id}", "(no route)", "part_missing:identity", "claim.queued.v1", "CO-45", "11"]
)
def test_names_codes_and_routes_are_shown(counter: Counter, registry: CollectorRegistry, value: str) -> None:
    metrics.of(counter, value).inc()

    assert f'things_total{{code="{value}"}} 1.0' in text_of(registry)


def test_a_metric_does_not_grow_without_end(
    counter: Counter, registry: CollectorRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "MOST_CHILDREN", 3)

    for number in range(10):
        metrics.of(counter, f"code_{number}").inc()

    assert 'things_total{code="other"} 7.0' in text_of(registry)
    assert text_of(registry).count("things_total{") == 4


def test_a_child_that_was_forgotten_is_shown_no_more(counter: Counter, registry: CollectorRegistry) -> None:
    metrics.of(counter, "a").inc()

    metrics.forget(counter, "a")

    assert 'code="a"' not in text_of(registry)
