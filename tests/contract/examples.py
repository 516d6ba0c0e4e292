"""The examples of every topic, as JSON: events that are accepted, and damage after which they are refused."""

import io
import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, cast

import fastavro

from schemas.admission import admitted
from schemas.catalogue import TOPICS, Topic
from schemas.codec import Codec, NotDecoded
from schemas.events.event import Event, Position
from schemas.events.state import HouseholdRecord, PersonRecord
from schemas.partitioning import partition_of
from schemas.record import OutRecord, Recorder
from schemas.registry import HERE, load_schema
from schemas.shapes import reader, writer
from schemas.trace import begun

EXAMPLES = HERE / "examples"
RECORDED_AT = datetime(2026, 3, 5, 10, tzinfo=UTC)
FRAME = struct.Struct(">bI")


@dataclass(frozen=True, slots=True)
class Example:
    """One file of examples/<topic>/accepted or refused."""

    topic: Topic
    path: Path
    said: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.path.relative_to(EXAMPLES))


def examples(kind: str) -> list[Example]:
    """Every example of one kind, over all topics."""
    files = sorted(EXAMPLES.glob(f"*/{kind}/*.json"))
    return [Example(TOPICS[file.parts[-3]], file, json.loads(file.read_text())) for file in files]


def example(topic: str, name: str) -> Example:
    path = EXAMPLES / topic / "accepted" / name
    return Example(TOPICS[topic], path, json.loads(path.read_text()))


def in_json(value: Any) -> Any:
    """A value as it stands in an example: days and points in time as text, bytes as hex."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case bytes():
            return {"hex": value.hex()}
        case dict():
            return {name: in_json(each) for name, each in value.items()}
        case list():
            return [in_json(each) for each in value]
        case Enum():
            return value.value
        case _:
            return value


def from_json(schema: Any, value: Any, names: dict[str, Any]) -> Any:
    """What fastavro writes, from an example's value; only what the schema says is turned."""
    if isinstance(schema, str):
        schema = names.get(schema, schema)
    if isinstance(schema, list):
        inner = from_json(schema[1], value, names)
        return None if value is None else inner
    if isinstance(schema, dict):
        return _from_json(schema, value, names)
    return bytes.fromhex(value["hex"]) if schema == "bytes" and value is not None else value


def _from_json(schema: dict[str, Any], value: Any, names: dict[str, Any]) -> Any:
    match schema.get("logicalType") or schema["type"]:
        case "record":
            names[f"{schema['namespace']}.{schema['name']}"] = schema
            told = value if value is not None else {}
            read = {f["name"]: from_json(f["type"], told.get(f["name"]), names) for f in schema["fields"]}
            return read if value is not None else None
        case "enum":
            names[f"{schema['namespace']}.{schema['name']}"] = schema
            return value
        case "array":
            items = [from_json(schema["items"], each, names) for each in value or [None]]
            return items if value else []
        case "date":
            return None if value is None else date.fromisoformat(value)
        case "timestamp-millis":
            return None if value is None else datetime.fromisoformat(value)
        case _:
            return from_json(schema["type"], value, names)


def event_in(shown: Example) -> Event:
    """The event of an accepted example."""
    schema = load_schema(HERE / "avro" / f"{shown.topic.schema}.avsc")
    event: Event = reader(cast(Any, shown.topic.carries))(from_json(schema, shown.said["event"], {}))
    return event


def shown(event: Event) -> Any:
    """An event as the JSON of an example."""
    return in_json(without_branches(writer(cast(Any, type(event)))(event)))


def without_branches(written: Any) -> Any:
    """What `writer` made, with each record alone where fastavro takes its name beside it."""
    match written:
        case (str(), dict() as record):
            return without_branches(record)
        case dict():
            return {name: without_branches(each) for name, each in written.items()}
        case list():
            return [without_branches(each) for each in written]
        case _:
            return written


def record_of(event: Event, topic: str, partitions: int = 8) -> OutRecord:
    """The record of an event, as any of our processes publishes it."""
    recorder = Recorder(Codec(), partitions)
    return recorder.record(event, begun("examples", topic), RECORDED_AT, partition=_given_partition(event, topic))


def _given_partition(event: Event, topic: str) -> int | None:
    """The partition of what has no owner: a partition-wide record, or the books of one partition."""
    if isinstance(event, PersonRecord | HouseholdRecord) and event.cursor is not None:
        return event.cursor.partition
    return 0 if TOPICS[topic].per_partition else None


@dataclass
class Sent:
    """What arrives, and may be damaged on its way."""

    partition: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]


def damaged(refused: Example) -> tuple[Position, Sent]:
    """The record of an accepted example after the damage of a refused one: `damage` is a closed list of verbs."""
    whole = example(refused.topic.name, refused.said["of"])
    event = event_in(whole)
    record = record_of(event, refused.topic.name)
    sent = Sent(record.partition, record.key, record.value, list(record.headers))
    for verb, argument in refused.said["damage"].items():
        _VERBS[verb](sent, argument, refused.topic)
    return Position(refused.topic.name, sent.partition, 0), sent


def _id(sent: Sent, id: int, _: Topic) -> None:
    assert sent.value is not None
    sent.value = FRAME.pack(0, id) + sent.value[FRAME.size :]


def _id_of(sent: Sent, topic: str, own: Topic) -> None:
    _id(sent, min(Codec().schema_ids(topic)), own)


def _set(sent: Sent, fields: Mapping[str, Any], topic: Topic) -> None:
    """Write raw Avro values over fields, so that what our own types would never make can arrive."""
    assert sent.value is not None
    schema = _without_logical_types(load_schema(HERE / "avro" / f"{topic.schema}.avsc"))
    parsed = fastavro.parse_schema(schema, named_schemas={})
    read = _read(parsed, sent.value[FRAME.size :])
    for path, value in fields.items():
        *way, last = path.split(".")
        inside: Any = read
        for step in way:
            inside = inside[int(step) if step.isdigit() else step]
        inside[last] = value
    sent.value = sent.value[: FRAME.size] + _written(parsed, read)


def _read(parsed: Any, body: bytes) -> Any:
    return fastavro.schemaless_reader(io.BytesIO(body), parsed, None)


def _written(parsed: Any, value: Any) -> bytes:
    out = io.BytesIO()
    fastavro.schemaless_writer(out, parsed, value)
    return out.getvalue()


def _without_logical_types(node: Any) -> Any:
    if isinstance(node, dict):
        return {k: _without_logical_types(v) for k, v in node.items() if k != "logicalType"}
    return [_without_logical_types(each) for each in node] if isinstance(node, list) else node


def _body(sent: Sent, hex: str, _: Topic) -> None:
    assert sent.value is not None
    sent.value = sent.value[: FRAME.size] + bytes.fromhex(hex)


def _header(sent: Sent, changes: Mapping[str, Any], _: Topic) -> None:
    for name, text in changes.items():
        sent.headers = [each for each in sent.headers if each[0] != name]
        values = [text] if isinstance(text, str) else text or []
        sent.headers += [(name, value.encode()) for value in values]


def _append(sent: Sent, hex: str, _: Topic) -> None:
    sent.value = (sent.value or b"") + bytes.fromhex(hex)


def _key(sent: Sent, text: str, topic: Topic) -> None:
    sent.key = text.encode()
    owner = text.partition("|")[0]
    sent.partition = 0 if topic.per_partition else partition_of(owner, 8)


_VERBS: Mapping[str, Callable[[Sent, Any, Topic], None]] = {
    "value_hex": lambda sent, hex, _: setattr(sent, "value", bytes.fromhex(hex)),
    "tombstone": lambda sent, _, __: setattr(sent, "value", None),
    "magic": lambda sent, byte, _: setattr(sent, "value", bytes([byte]) + (sent.value or b"")[1:]),
    "id": _id,
    "id_of": _id_of,
    "cut": lambda sent, count, _: setattr(sent, "value", (sent.value or b"")[:-count]),
    "append": _append,
    "repeat": lambda sent, times, _: setattr(sent, "value", (sent.value or b"") * times),
    "body": _body,
    "set": _set,
    "header": _header,
    "key": _key,
    "partition": lambda sent, number, _: setattr(sent, "partition", number),
}


def verdict(codec: Codec, at: Position, sent: Sent) -> Event | NotDecoded:
    """What every reader of ours would say of it."""
    return admitted(codec, at, 8, sent.key, sent.value, sent.headers)
