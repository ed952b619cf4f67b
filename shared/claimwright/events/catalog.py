"""Every event type that there is, by its name on the wire."""

from collections.abc import Iterator
from types import ModuleType
from typing import Final

from claimwright.events import access, coding, intake, parking, remittance, submission
from claimwright.events.envelope import EventData


def _types_in(module: ModuleType) -> Iterator[type[EventData]]:
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, EventData) and "TYPE" in vars(value):
            yield value


MODEL_NAMED: Final[dict[str, type[EventData]]] = {
    model.TYPE: model
    for module in (intake, coding, submission, remittance, access, parking)
    for model in _types_in(module)
}
"""Wire name → model. Released names stay; a new meaning is a new name with the next version."""


def model_named(wire_name: str) -> type[EventData] | None:
    """Return the model of a wire name, or None for a type that this version does not know."""
    return MODEL_NAMED.get(wire_name)
