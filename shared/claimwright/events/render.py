"""Event models → what others read: JSON Schemas and an AsyncAPI document.

`python -m claimwright.events.render FOLDER` writes them below the repository's root; a test keeps them as they are
written here. An example is written by hand once, when its event is first released, and never changed.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from claimwright.events.catalog import MODEL_NAMED
from claimwright.events.envelope import EventData
from claimwright.events.topics import OWN, TOPICS, Topic

CONTRACTS: Final = Path("shared/contracts")
HEADERS: Final = (
    "ce_id", "ce_source", "ce_type", "ce_time", "ce_subject", "ce_specversion", "ce_dataschema", "ce_org",
    "ce_aggversion", "ce_causationid", "ce_correlationid", "content-type", "traceparent",
)  # fmt: skip


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
            "description": f"{part.__name__}, sealed under the {part.PURPOSE.value} key: {first_line(part)}",
            "contentSchema": _own_schema(part, definitions),
        }
        for part in model.PARTS
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": model.TYPE,
        "description": first_line(model),
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
                    if model.TOPIC in {topic.name, OWN}
                },
                "bindings": {"kafka": {"topic": topic.name, "partitions": topic.partitions}},
            }
            for topic in TOPICS
        },
        "operations": {name: operation for topic in TOPICS for name, operation in _operations(topic)},
        "components": {
            "messages": {wire_name: _message(wire_name, model) for wire_name, model in MODEL_NAMED.items()},
            "schemas": {"headers": {"type": "object", "properties": {name: {"type": "string"} for name in HEADERS}}},
        },
    }


def _operations(topic: Topic) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield who sends to a topic and who receives from it."""
    channel = {"$ref": f"#/channels/{_escaped(topic.name)}"}
    yield f"{topic.owner.value}.sends.{topic.name}", {"action": "send", "channel": channel}
    for reader in topic.readers:
        yield f"{reader.value}.receives.{topic.name}", {"action": "receive", "channel": channel}


def _escaped(name: str) -> str:
    """Return a name as a JSON Pointer holds it."""
    return name.replace("~", "~0").replace("/", "~1")


def _message(wire_name: str, model: type[EventData]) -> dict[str, Any]:
    name, version = name_and_version(wire_name)
    return {
        "name": wire_name,
        "title": wire_name,
        "summary": first_line(model),
        "headers": {"$ref": "#/components/schemas/headers"},
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"events/{name}/{version}/schema.json"},
        },
        "bindings": {"kafka": {"key": {"type": "string", "description": f"The text of `{model.KEY}`."}}},
    }


def first_line(model: type[BaseModel]) -> str:
    """Return what a model's docstring says first."""
    return (model.__doc__ or "").strip().partition("\n")[0]


if __name__ == "__main__":
    write(Path(sys.argv[1]))
