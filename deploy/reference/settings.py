"""`docs/reference/settings.md` and `.env.example`: every setting, from the classes that read them."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, get_args

from pydantic.fields import FieldInfo

from claimwright.settings import ServiceSettings, SharedSettings, fields_of
from deploy.reference.services import DescribedService
from deploy.reference.tables import table

_HEAD: Final = """# Settings

Written by `python -m deploy.reference` from the settings classes; a test keeps it so.

A service reads its settings once, at its start, and lists everything that is wrong by name and without values.
`claimwright-<service> check-settings` does only that. An unknown `CLAIMWRIGHT_…` name is wrong too. A secret is given
as the path of the file that holds it (`…_FILE`).

With `CLAIMWRIGHT_ENVIRONMENT=production` a service refuses to start with a clock file, with failpoints, without TLS to
PostgreSQL and Kafka, or without any key-encryption key.
"""
_EXAMPLE_HEAD: Final = """# Every setting with its default; docs/reference/settings.md says what they mean.
# Written by `python -m deploy.reference`. A line without a value has to be set; one with a # in front shows the
# default, or that there is none.
"""


def page(services: Sequence[DescribedService]) -> str:
    """Return the page of all settings."""
    shared = dict(fields_of(SharedSettings))
    parts = [_HEAD, "## All services\n", _table(shared)]
    for service in services:
        own = {name: field for name, field in fields_of(service.settings) if name not in shared}
        parts += [f"## {service.name.capitalize()}\n", _table(own)]
    return "\n".join(parts)


def example(services: Sequence[DescribedService]) -> str:
    """Return the example file of all settings."""
    shown = dict(fields_of(SharedSettings))
    lines = [_EXAMPLE_HEAD, "# All services", *_lines(shown)]
    for service in services:
        own = {name: field for name, field in fields_of(service.settings) if name not in shown}
        lines += ["", f"# {service.name.capitalize()}", *_lines(own)]
        shown |= own
    return "\n".join(lines) + "\n"


def _table(fields: dict[str, FieldInfo]) -> str:
    rows = [(f"`{name}`", _default(field), says(name, field)) for name, field in fields.items()]
    return table(("setting", "default", "what it says"), rows)


def _lines(fields: dict[str, FieldInfo]) -> Iterator[str]:
    for name, field in fields.items():
        if field.is_required():
            yield f"{name}="
        else:
            yield f"# {name}={'' if field.default is None else field.default}"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**needed**"
    return "none" if field.default in {None, ""} else f"`{field.default}`"


def says(name: str, field: FieldInfo) -> str:
    """Return what a setting means; one that every service has is described once, where it comes from."""
    inherited = ServiceSettings.model_fields.get(name.rpartition("__")[2].lower())
    described = field.description or (inherited.description if inherited else None) or ""
    words = [str(choice) for choice in _choices(field.annotation)]
    return " ".join(filter(None, [described, f"One of {', '.join(words)}." if words else ""]))


def _choices(annotation: Any) -> tuple[Any, ...]:
    """Return the words of a literal; other types have none."""
    choices = get_args(annotation)
    return choices if choices and all(isinstance(choice, str) for choice in choices) else ()
