"""`docs/reference/events.md`: each event, who publishes and reads it, its key, fields, sealed parts and an example."""

import json
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

from claimwright.events.catalog import MODEL_NAMED
from claimwright.events.envelope import EventData
from claimwright.events.render import HEADERS, folder_of
from claimwright.events.topics import OWN, TOPIC_NAMED, TOPICS, Service
from deploy.reference.readers import FOR_A_PERSON, openers_of, readers_of
from deploy.stack.places import ROOT

_INTRODUCTION: Final = (
    "Written from the models by `make docs`; do not edit. An event is a CloudEvent in Kafka's binary mode with the "
    "headers {headers}. Its value is `data` in the clear (ids, codes, counts, moments, totals in cents) and `sealed`, "
    "with parts that open only with the key of their purpose. Readers are the services that have a handler for the "
    "event; the console opens a part only for a person who may see it, and that is audited. How an event "
    "changes from release to release: [contracts](../../shared/contracts/README.md)."
)


def page() -> str:
    """Return the reference page: a table of topics, then each event with its fields and sealed parts."""
    rows = [
        "# Events",
        "",
        _INTRODUCTION.format(headers=", ".join(f"`{name}`" for name in HEADERS)),
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
    rows += ["", "## On every topic", "", "What each service says on the topic that it publishes."]
    for wire_name, model in MODEL_NAMED.items():
        if model.TOPIC == OWN:
            rows += _event_rows(wire_name, model)
    return "\n".join(rows) + "\n"


def _event_rows(wire_name: str, model: type[EventData]) -> list[str]:
    readers = ", ".join(service.value for service in readers_of(model)) or "nobody yet"
    rows = ["", f"### `{wire_name}`", "", _text(model), ""]
    publisher = "every service" if model.TOPIC == OWN else TOPIC_NAMED[model.TOPIC].owner.value
    rows += [f"Published by {publisher}, read by {readers}. Key: `{model.KEY}`.", ""]
    if model.PARTS:
        rows += ["| Sealed part | Holds | Opened by |", "|---|---|---|"]
        rows += [
            f"| {part.PURPOSE.value} | `{part.__name__}` | {_openers(openers_of(model, part.__name__))} |"
            for part in model.PARTS
        ]
        rows += [""]
    rows += ["| Field | Type | |", "|---|---|---|"]
    schema = model.model_json_schema()
    rows += [
        f"| `{name}` | {_type_words(field, schema.get('$defs', {}))} | "
        f"{'' if name in schema.get('required', ()) else 'optional'} |"
        for name, field in schema["properties"].items()
    ]
    example = json.loads((ROOT / folder_of(wire_name) / "example.json").read_text())
    return [*rows, "", "```json", json.dumps(example["data"], ensure_ascii=False, indent=1), "```"]


def _openers(services: list[Service]) -> str:
    return (
        ", ".join(f"{each.value} (for a person)" if each in FOR_A_PERSON else each.value for each in services)
        or "nobody"
    )


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
