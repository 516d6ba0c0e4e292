"""Events to bytes and back, in Confluent framing; nothing is decoded whose schema this topic may not carry."""

import io
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import fastavro

from schemas.catalogue import TOPICS, Topic
from schemas.events.event import Event
from schemas.registry import DirectoryRegistry, Registry, Version, known_versions
from schemas.shapes import Misshapen, reader, writer
from schemas.vocabulary import Refusal

MAGIC = 0
LARGEST_VALUE = 1_000_000
_FRAME = struct.Struct(">bI")


@dataclass(frozen=True, slots=True)
class NotDecoded:
    """Bytes that are no event of this topic: a closed reason, and a field name where one is to blame."""

    reason: Refusal
    field: str | None = None


class Codec:
    """Encodes with the newest schema of a topic; decodes only what its allow-list names.

    Raises  LookupError at construction when the registry does not know an allowed schema
    """

    def __init__(self, registry: Registry | None = None) -> None:
        registry = registry or DirectoryRegistry()
        by_subject: dict[str, list[Version]] = {}
        for version in known_versions():
            by_subject.setdefault(version.subject, []).append(version)
        self._newest: dict[str, tuple[bytes, Any, Topic]] = {}
        self._allowed: dict[str, Mapping[int, Any]] = {}
        for topic in TOPICS.values():
            versions = sorted(by_subject[topic.subject], key=lambda version: version.version)
            parsed = {registry.id_of(v): fastavro.parse_schema(v.schema, named_schemas={}) for v in versions}
            self._allowed[topic.name] = parsed
            newest = registry.id_of(versions[-1])
            self._newest[topic.name] = (_FRAME.pack(MAGIC, newest), parsed[newest], topic)

    def encode(self, topic: str, event: Event) -> bytes:
        """The framed bytes of *event*; a programming error raises."""
        frame, schema, described = self._newest[topic]
        assert type(event) is described.carries, f"{topic} does not carry {type(event).__name__}"
        out = io.BytesIO()
        out.write(frame)
        fastavro.schemaless_writer(out, schema, writer(cast(Any, type(event)))(event))
        return out.getvalue()

    def schema_ids(self, topic: str) -> frozenset[int]:
        """The ids this topic may carry, in this registry."""
        return frozenset(self._allowed[topic])

    def decode(self, topic: str, value: bytes) -> Event | NotDecoded:
        """The event these bytes are, or why they are none; never raises on data."""
        if len(value) < _FRAME.size + 1 or value[0] != MAGIC:
            return NotDecoded(Refusal.FRAMING)
        if len(value) > LARGEST_VALUE:
            return NotDecoded(Refusal.SIZE)
        _, schema_id = _FRAME.unpack_from(value)
        written_with = self._allowed[topic].get(schema_id)
        if written_with is None:
            return NotDecoded(Refusal.SCHEMA_NOT_ALLOWED)
        return self._read(topic, value, written_with)

    def _read(self, topic: str, value: bytes, written_with: Any) -> Event | NotDecoded:
        _, newest, described = self._newest[topic]
        body = io.BytesIO(value)
        body.seek(_FRAME.size)
        try:
            if written_with is newest:
                read = fastavro.schemaless_reader(body, written_with, None)
            else:
                read = fastavro.schemaless_reader(body, written_with, newest)
        except fastavro.read.SchemaResolutionError:
            return NotDecoded(Refusal.SCHEMA_RESOLUTION)
        except Exception:
            return NotDecoded(Refusal.DECODE)
        if body.tell() != len(value):
            return NotDecoded(Refusal.TRAILING_BYTES)
        try:
            event: Event = reader(cast(Any, described.carries))(read)
        except Misshapen as misshapen:
            return NotDecoded(Refusal.FIELD_INVALID, misshapen.field)
        return event
