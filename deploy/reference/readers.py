"""Who does something about each event, and who opens its sealed parts: asked of the services' own tables and code."""

import ast
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final, cast

import claimwright_coding.consumers
import claimwright_console.consumers
import claimwright_intake.consumers
import claimwright_remittance.consumers
import claimwright_submission.consumers
from claimwright.events.envelope import EventData
from claimwright.events.topics import ACCESS, OWN, Service, topics_read_by
from claimwright.security.access import HANDLERS as ACCESS_HANDLERS
from claimwright_submission.wakes import Wakes

_ASKED_LATER: Final = cast("Any", None)
"""For what handlers need when they run: here they are only asked for by their types."""

_PACKAGES: Final[Mapping[Service, ModuleType]] = {
    Service.INTAKE: claimwright_intake,
    Service.CODING: claimwright_coding,
    Service.SUBMISSION: claimwright_submission,
    Service.REMITTANCE: claimwright_remittance,
    Service.CONSOLE: claimwright_console,
}
FOR_A_PERSON: Final = frozenset({Service.CONSOLE})
"""Who opens a part only while a person asks to see it, which is audited; the others do when the event comes."""


@cache
def handled_by() -> Mapping[Service, Collection[type[EventData]]]:
    """Return the types of events that each service has a handler for, of the topics that it reads."""
    own: Mapping[Service, Collection[type[EventData]]] = {
        Service.INTAKE: claimwright_intake.consumers.HANDLERS,
        Service.CODING: claimwright_coding.consumers.handlers(_ASKED_LATER),
        Service.SUBMISSION: claimwright_submission.consumers.handlers((), _ASKED_LATER, Wakes.of(())),
        Service.REMITTANCE: claimwright_remittance.consumers.HANDLERS,
        Service.CONSOLE: claimwright_console.consumers.HANDLERS,
    }
    access = [model for model in ACCESS_HANDLERS if model.TOPIC == ACCESS]
    return {
        service: frozenset([*models, *access]) & frozenset(_of_topics_read_by(service, [*models, *access]))
        for service, models in own.items()
    }


def readers_of(model: type[EventData]) -> list[Service]:
    """Return the services that do something about an event."""
    return [service for service, models in handled_by().items() if model in models]


@cache
def parts_opened_by(service: Service) -> frozenset[str]:
    """Return the names of the sealed parts that a service's code opens."""
    package = Path(str(_PACKAGES[service].__file__)).parent
    return frozenset(name for path in sorted(package.rglob("*.py")) for name in _opened_in(ast.parse(path.read_text())))


def openers_of(model: type[EventData], part: str) -> list[Service]:
    """Return the services that open a sealed part of an event."""
    return [service for service in readers_of(model) if part in parts_opened_by(service)]


def _of_topics_read_by(service: Service, models: Collection[type[EventData]]) -> list[type[EventData]]:
    topics = {topic.name for topic in topics_read_by(service)}
    return [model for model in models if model.TOPIC == OWN or model.TOPIC in topics]


def _opened_in(tree: ast.Module) -> list[str]:
    """Return the second argument of each `….open(received, Part)`."""
    return [
        node.args[1].id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "open"
        and len(node.args) == 2
        and isinstance(node.args[1], ast.Name)
    ]
