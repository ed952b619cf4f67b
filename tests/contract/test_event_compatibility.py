"""Whatever was released of an event goes with today's contract, in both directions, and is read by today's handlers.

Seen to fail, each by a planted change of `ClaimQueued` or `BilledClaim`: a required field more, one fewer,
`charge_cents` as a text, `payer_count` gone from the sealed part; and with an example changed, with one that the lock
did not hold, and with an event taken out of the catalog.
"""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from claimwright import ids
from claimwright.events.catalog import MODEL_NAMED
from claimwright.events.envelope import Purpose
from claimwright.events.render import folder_of
from claimwright.events.topics import ACCESS, Service
from claimwright.events.upcasting import UPCASTERS, newest_data, newest_name, newest_part
from claimwright.messaging.envelope import Record, read_envelope, read_event, wire_headers
from deploy.contracts.compatibility import breaks
from deploy.contracts.released import digest_of, golden, locked, released_schemas
from deploy.reference.readers import handled_by, openers_of, readers_of
from deploy.stack.places import ROOT

EVENTS = ROOT / "shared/contracts/events"
EVERY_VERSION = sorted(f"{path.parent.parent.name}.{path.parent.name}" for path in EVENTS.glob("*/*/example.json"))
RELEASED = [
    (wire_name, path)
    for wire_name in sorted(MODEL_NAMED)
    for path in released_schemas(ROOT / folder_of(wire_name))
]  # fmt: skip


def a_record(wire_name: str, value: dict[str, Any]) -> Record:
    """Return an event of the corpus as its publisher sent it."""
    headers = {
        "ce_id": ids.text(ids.EVENT, ids.new()),
        "ce_type": wire_name,
        "ce_time": "2026-03-01T12:30:00+00:00",
        "ce_org": ids.text(ids.ORGANIZATION, ids.new()),
        "ce_aggversion": "1",
        "ce_correlationid": ids.text(ids.EVENT, ids.new()),
    }
    topic = MODEL_NAMED[newest_name(wire_name)].TOPIC
    return Record(topic, 0, 0, b"clm_1", json.dumps(value).encode(), wire_headers(headers))


def examples_of(wire_name: str) -> list[Path]:
    return sorted((ROOT / folder_of(wire_name)).glob("example*.json"))


def parts_of(wire_name: str) -> list[tuple[Purpose, Path]]:
    found = sorted((ROOT / folder_of(wire_name)).glob("part.*.json"))
    return [(Purpose(path.name.split(".")[1]), path) for path in found]


@pytest.mark.parametrize(("wire_name", "released"), RELEASED, ids=lambda value: str(value).rpartition("events/")[2])
def test_todays_contract_goes_with_every_released_one(wire_name: str, released: Path) -> None:
    today = json.loads((ROOT / folder_of(wire_name) / "schema.json").read_text())

    assert breaks(json.loads(released.read_text()), today) == []


def test_every_event_was_released_or_is_about_to_be() -> None:
    without = {name for name in MODEL_NAMED if not released_schemas(ROOT / folder_of(name))}

    assert len(RELEASED) >= 60
    assert len(without) < len(MODEL_NAMED) / 2, "run `python -m deploy.contracts` when a release is made"


def test_what_was_released_is_never_changed_and_never_lost() -> None:
    lock = locked(ROOT)
    there = {path.relative_to(ROOT).as_posix(): digest_of(path) for path in golden(ROOT)}

    changed = {path for path, digest in lock.items() if there.get(path) != digest}
    assert changed == set(), "released files stay as they are; a new form is a further example, or the next version"
    of_released = {path for path in there if released_schemas((ROOT / path).parent) or "/released/" in path}
    assert of_released - lock.keys() == set(), "run `python -m deploy.contracts`"


@pytest.mark.parametrize("wire_name", EVERY_VERSION)
def test_every_version_ever_released_is_read_by_todays_handlers(wire_name: str) -> None:
    for path in examples_of(wire_name):
        received = read_event(read_envelope(a_record(wire_name, json.loads(path.read_text()))))

        assert received is not None, "no model and no upcaster reads it"
        assert received.type == newest_name(wire_name)
        assert received.published_type == wire_name
        assert type(received.data) in handled_by()[Service.CONSOLE]


@pytest.mark.parametrize("wire_name", EVERY_VERSION)
def test_every_sealed_part_ever_released_is_read_by_todays_models(wire_name: str) -> None:
    model = MODEL_NAMED[newest_name(wire_name)]
    kept = dict(parts_of(wire_name))

    assert kept.keys() >= {part.PURPOSE for part in model.PARTS}, "a sealed part has no example"
    for part in model.PARTS:
        plain = newest_part(wire_name, part.PURPOSE, json.loads(kept[part.PURPOSE].read_text()))
        part.model_validate_json(json.dumps(plain), extra="ignore")


@pytest.mark.parametrize("wire_name", sorted(MODEL_NAMED))
def test_readers_ignore_fields_of_tomorrow_at_every_depth_and_publishers_refuse_them(wire_name: str) -> None:
    model = MODEL_NAMED[wire_name]
    values = [(model, json.loads(path.read_text())["data"]) for path in examples_of(wire_name)]
    values += [
        (part, json.loads(path.read_text()))
        for purpose, path in parts_of(wire_name)
        for part in model.PARTS
        if part.PURPOSE is purpose
    ]

    for of_value, value in values:
        newer = json.dumps(_with_more(value))
        of_value.model_validate_json(newer, extra="ignore")
        with pytest.raises(ValueError, match="a_field_of_tomorrow"):
            of_value.model_validate_json(newer)


def _with_more(value: Any) -> Any:
    """Return JSON data with an unknown field in each of its objects."""
    if isinstance(value, dict):
        return {name: _with_more(inner) for name, inner in value.items()} | {"a_field_of_tomorrow": 1}
    return [_with_more(inner) for inner in value] if isinstance(value, list) else value


def test_every_upcaster_leads_to_a_model_and_from_a_version_that_was_released() -> None:
    for name, upcaster in UPCASTERS.items():
        assert upcaster.old == name
        assert newest_name(name) in MODEL_NAMED
        assert name in EVERY_VERSION
        assert name not in MODEL_NAMED, "a version that is upcast has no model of its own"
        newest_data(name, json.loads(examples_of(name)[0].read_text())["data"])


def test_every_event_of_a_topic_is_read_by_somebody() -> None:
    unread = {name for name, model in MODEL_NAMED.items() if not readers_of(model)}

    assert unread == set()


def test_who_opens_a_part_reads_its_event() -> None:
    queued = MODEL_NAMED["claim.queued.v1"]
    access = [model for model in MODEL_NAMED.values() if model.TOPIC == ACCESS]

    assert openers_of(queued, "BilledClaim") == [Service.REMITTANCE]
    assert openers_of(MODEL_NAMED["claim.coded.v1"], "EncounterClinical") == [Service.SUBMISSION]
    assert all(set(readers_of(model)) == set(Service) for model in access)


# The check itself: each kind of break is found, and what may change may.

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["data"],
    "properties": {
        "data": {
            "type": "object",
            "required": ["id", "cents", "kind", "lines"],
            "properties": {
                "id": {"type": "string"},
                "cents": {"type": "integer"},
                "at": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}], "default": None},
                "kind": {"enum": ["a", "b"], "type": "string"},
                "reason": {"anyOf": [{"enum": ["x"], "type": "string"}, {"type": "string"}], "default": "x"},
                "lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}},
                "pair": {
                    "type": "array", "maxItems": 2, "minItems": 2,
                    "prefixItems": [{"type": "string"}, {"type": "integer"}], "default": [],
                },
            },
        },
        "sealed": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "identity": {
                    "type": "string", "contentEncoding": "base64", "contentSchema": {"$ref": "#/$defs/Person"},
                },
            },
        },
    },
    "$defs": {
        "Line": {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}},
        "Person": {
            "type": "object",
            "required": ["name"],
            "properties": {"name": {"type": "string"}, "child": {"$ref": "#/$defs/Person"}},
        },
    },
}  # fmt: skip


def changed(change: Callable[[dict[str, Any], dict[str, Any]], object]) -> dict[str, Any]:
    schema = copy.deepcopy(SCHEMA)
    change(schema["properties"]["data"], schema["$defs"])
    return schema


BREAKS: dict[str, Callable[[dict[str, Any], dict[str, Any]], object]] = {
    "was required and is not": lambda data, _: data["required"].remove("id"),
    "is required and was not": lambda data, _: data["required"].append("at"),
    "is gone": lambda data, _: data["properties"].pop("at"),
    "type was 'integer' and is 'number'": lambda data, _: data["properties"]["cents"].update(type="number"),
    "format was 'date-time' and is 'date'": lambda data, _: data["properties"]["at"]["anyOf"][0].update(format="date"),
    "the value 'b' is gone": lambda data, _: data["properties"]["kind"].update(enum=["a"]),
    "the value 'c' is new": lambda data, _: data["properties"]["kind"].update(enum=["a", "b", "c"]),
    "what its absence means": lambda data, _: data["properties"]["reason"].update(default="y"),
    "had 2 forms and has 1": lambda data, _: data["properties"]["at"]["anyOf"].pop(),
    "had 2 places and has 1": lambda data, _: data["properties"]["pair"]["prefixItems"].pop(),
    "in one of the two only": lambda data, _: data["properties"]["kind"].pop("enum"),
    "/items/n: was required and is not": lambda _, defined: defined["Line"]["required"].clear(),
    "/contentSchema/name: type": lambda _, defined: defined["Person"]["properties"]["name"].update(type="integer"),
    "not known to this check": lambda data, _: data["properties"]["id"].update(oneOf=[]),
}


@pytest.mark.parametrize("says", BREAKS)
def test_a_break_is_found(says: str) -> None:
    found = breaks(SCHEMA, changed(BREAKS[says]))

    assert any(says in line for line in found), found


@pytest.mark.parametrize(
    "change",
    [
        lambda data, _: data["properties"].update(more={"type": "string", "default": "x"}),
        lambda data, _: data["properties"]["reason"]["anyOf"][0]["enum"].append("y"),  # beside any text
        lambda data, _: data.update(description="said better", title="Named better"),
        lambda _, defined: defined["Person"]["properties"].update(more={"type": "string"}),
    ],
)
def test_what_old_and_new_readers_can_both_take_is_no_break(
    change: Callable[[dict[str, Any], dict[str, Any]], object],
) -> None:
    assert breaks(SCHEMA, changed(change)) == []
