"""The reference pages say what the code does, and every setting, metric and refusal is explained.

Seen to fail: with a default changed in `DatabaseSettings`, a metric renamed, and a row taken out of a service's table
of refusals.
"""

from collections.abc import Iterator
from importlib import import_module

import pytest

from claimwright.http import refusing
from claimwright.refusals import Refusal
from claimwright.settings import fields_of
from claimwright.telemetry import metrics
from deploy.reference import settings
from deploy.reference.pages import ROOT, pages
from deploy.reference.services import DescribedService, described_services

LEAVES_NO_ROUTE = {
    "claimwright.money.TooManyDecimals": "becomes a finding where an amount enters a service",
    "claimwright.security.tokens.TokenRefused": "a caller is told no more than that nobody is proved",
    "claimwright.x12.tokens.Unreadable": "becomes a finding where a file enters a service",
    "claimwright.x12.tools.parcels.CutShort": "told to who types a command",
    "claimwright.x12.tools.parcels.LooseSegments": "told to who types a command",
    "claimwright.x12.tools.parcels.NoEnvelope": "told to who types a command",
    "claimwright.x12.tools.parcels.NoTransactions": "told to who types a command",
    "claimwright.x12.tools.parcels.NotClaims": "told to who types a command",
    "claimwright.x12.tools.parcels.NotMergeable": "told to who types a command",
    "claimwright_console.usecases.bootstrap.NotBootstrapped": "told to who types a command",
}


@pytest.fixture(scope="module")
def services() -> tuple[DescribedService, ...]:
    return described_services()


def test_the_generated_pages_are_current() -> None:
    for path, text in pages().items():
        assert (ROOT / path).read_text() == text, f"{path} is old: run `python -m deploy.reference`"


def test_every_setting_says_what_it_means(services: tuple[DescribedService, ...]) -> None:
    mute = {
        name for service in services for name, field in fields_of(service.settings) if not settings.says(name, field)
    }

    assert mute == set()


def test_every_metric_says_what_it_counts() -> None:
    names = [metric.name for metric in metrics.listed()]

    assert len(names) == len(set(names)) > 20
    assert all(metric.says for metric in metrics.listed())


def test_every_refusal_that_a_route_may_meet_has_a_status(services: tuple[DescribedService, ...]) -> None:
    import_module("claimwright.x12.tools.parcels")  # a refusal counts whether or not another test has met it
    tables = {**refusing.STATUS_OF}
    for service in services:
        tables |= service.app.state.parts.status_of

    without = {
        f"{kind.__module__}.{kind.__name__}" for kind in _leaves(Refusal) if not set(kind.__mro__) & tables.keys()
    }

    assert without == LEAVES_NO_ROUTE.keys()


def test_no_two_refusals_share_a_code() -> None:
    by_code: dict[str, list[str]] = {}
    for kind in _leaves(Refusal):
        if "code" in vars(kind):
            by_code.setdefault(kind.code, []).append(kind.__name__)

    assert {code: kinds for code, kinds in by_code.items() if len(kinds) > 1} == {}


def _leaves(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    """Yield every refusal of the packages themselves; other tests make refusals of their own."""
    for child in kind.__subclasses__():
        if child.__module__.startswith("claimwright"):
            yield child
        yield from _leaves(child)
