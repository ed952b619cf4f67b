"""Event models → what others read: JSON Schemas, an AsyncAPI document, and the reference page.

`python -m claimwright.events.render FOLDER` writes them below the repository's root; a test keeps them as they are
written here. An example is written by hand once, when its event is first released, and never changed.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from claimwright.events.catalog import MODEL_NAMED
from claimwright.events.envelope import EventData
from claimwright.events.topics import TOPIC_NAMED, TOPICS

CONTRACTS: Final = Path("shared/contracts")
PAGE: Final = Path("docs/reference/events.md")
_HEADERS: Final = (
    "ce_id", "ce_source", "ce_type", "ce_time", "ce_subject", "ce_specversion", "ce_dataschema", "ce_org",
    "ce_aggversion", "ce_causationid", "ce_correlationid", "content-type", "traceparent",
)  # fmt: skip

_INTRODUCTION: Final = (
    "Written from the models by `make docs`; do not edit. An event is a CloudEvent in Kafka's binary mode with the "
    "headers {headers}. Its value is `data` in the clear (ids, codes, counts, moments, totals in cents) and `sealed`, "
    "with parts that open only with the key of their purpose."
)


def name_and_version(wire_name: str) -> tuple[str, str]:
    """Return `("claim.queued", "v1")` for `claim.queued.v1`."""
    name, _, version = wire_name.rpartition(".")
    return name, version


def folder_of(wire_name: str) -> Path:
    """Return where the contract files of an event type lie, below the root."""
    name, version = name_and_version(wire_name)
    return CONTRACTS / "events" / name / version


def files() -> Iterator[tuple[Path, str]]:
    """Yield every generated file below the root, with its text."""
    for wire_name, model in MODEL_NAMED.items():
        yield folder_of(wire_name) / "schema.json", _json(_schema(model))
    yield CONTRACTS / "asyncapi.json", _json(_asyncapi())
    yield PAGE, _page()


def write(root: Path) -> None:
    """Write every generated file."""
    for path, text in files():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _schema(model: type[EventData]) -> dict[str, Any]:
    """Return the schema of a record's value: `data` in full, and the sealed parts that it may carry."""
    definitions: dict[str, Any] = {}
    sealed = {
        part.PURPOSE.value: {
            "type": "string",
            "contentEncoding": "base64",
            "description": f"{part.__name__}, sealed under the {part.PURPOSE.value} key: {_first_line(part)}",
            "contentSchema": _own_schema(part, definitions),
        }
        for part in model.PARTS
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": model.TYPE,
        "description": _first_line(model),
        "type": "object",
        "required": ["data", "sealed"],
        "properties": {
            "data": _own_schema(model, definitions),
            "sealed": {"type": "object", "properties": sealed, "additionalProperties": False},
        },
        "$defs": definitions,
    }


def _own_schema(model: type[BaseModel], definitions: dict[str, Any]) -> dict[str, Any]:
    """Return a model's schema and lift what it defines to the root, where its references look for it."""
    schema = model.model_json_schema()
    definitions |= schema.pop("$defs", {})
    return schema


def _asyncapi() -> dict[str, Any]:
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Claimwright claim lifecycle events",
            "version": "1.0.0",
            "description": "CloudEvents 1.0 in Kafka's binary mode; a record's key keeps the order of one claim.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {
            topic.name: {
                "address": topic.name,
                "description": topic.carries,
                "messages": {
                    wire_name: {"$ref": f"#/components/messages/{wire_name}"}
                    for wire_name, model in MODEL_NAMED.items()
                    if topic.name == model.TOPIC
                },
                "bindings": {"kafka": {"topic": topic.name, "partitions": topic.partitions}},
            }
            for topic in TOPICS
        },
        "operations": {
            f"{topic.owner.value}.publishes": {"action": "send", "channel": {"$ref": f"#/channels/{topic.name}"}}
            for topic in TOPICS
        },
        "components": {
            "messages": {wire_name: _message(wire_name, model) for wire_name, model in MODEL_NAMED.items()},
            "schemas": {"headers": {"type": "object", "properties": {name: {"type": "string"} for name in _HEADERS}}},
        },
    }


def _message(wire_name: str, model: type[EventData]) -> dict[str, Any]:
    name, version = name_and_version(wire_name)
    return {
        "name": wire_name,
        "title": wire_name,
        "summary": _first_line(model),
        "headers": {"$ref": "#/components/schemas/headers"},
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"events/{name}/{version}/schema.json"},
        },
        "bindings": {"kafka": {"key": {"type": "string", "description": f"The text of `{model.KEY}`."}}},
    }


def _page() -> str:
    """Return the reference page: a table of topics, then each event with its fields and sealed parts."""
    rows = [
        "# Events",
        "",
        _INTRODUCTION.format(headers=", ".join(f"`{name}`" for name in _HEADERS)),
        "",
        "| Topic | Written by | Read by | Record key | Kept |",
        "|---|---|---|---|---|",
    ]
    rows += [
        f"| `{topic.name}` | {topic.owner.value} | {', '.join(reader.value for reader in topic.readers)} | "
        f"{' or '.join(f'`{key}`' for key in topic.keys)} | "
        f"{'for good' if topic.retention_days is None else f'{topic.retention_days} days'} |"
        for topic in TOPICS
    ]
    for topic in TOPICS:
        rows += ["", f"## `{topic.name}`", "", TOPIC_NAMED[topic.name].carries]
        for wire_name, model in MODEL_NAMED.items():
            if topic.name == model.TOPIC:
                rows += _event_rows(wire_name, model)
    return "\n".join(rows) + "\n"


def _event_rows(wire_name: str, model: type[EventData]) -> list[str]:
    rows = ["", f"### `{wire_name}`", "", _text(model), ""]
    parts = ", ".join(f"{part.PURPOSE.value} (`{part.__name__}`)" for part in model.PARTS) or "none"
    rows += [f"Sealed parts: {parts}.", "", "| Field | Type | |", "|---|---|---|"]
    schema = model.model_json_schema()
    rows += [
        f"| `{name}` | {_type_words(field, schema.get('$defs', {}))} | "
        f"{'' if name in schema.get('required', ()) else 'optional'} |"
        for name, field in schema["properties"].items()
    ]
    return rows


def _type_words(field: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    if "$ref" in field:
        name = str(field["$ref"]).rpartition("/")[2]
        definition = definitions[name]
        if "enum" in definition:
            return f"one of {name}"
        return f"{{ {', '.join(f'`{inner}`' for inner in definition['properties'])} }}"
    if "anyOf" in field:
        return " or ".join(
            _type_words(choice, definitions) for choice in field["anyOf"] if choice.get("type") != "null"
        )
    if "enum" in field or "const" in field:
        return ", ".join(f"`{value}`" for value in field.get("enum", [field.get("const")]))
    if field.get("type") == "array":
        return f"list of {_type_words(field.get('items', {}), definitions)}"
    return str(field.get("format") or field.get("type", "any"))


def _text(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").split())


def _first_line(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().partition("\n")[0]


if __name__ == "__main__":
    write(Path(sys.argv[1]))
