"""Events to bytes and back, in Confluent framing; nothing is decoded whose schema this topic may not carry."""

import io
import struct
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import fastavro

from schemas.catalogue import TOPICS, Topic
from schemas.events.event import Event
from schemas.registry import (
    DirectoryRegistry,
    NotRegistered,
    Registry,
    RegistryDown,
    RegistryUnusable,
    Version,
    known_versions,
)
from schemas.scrubbing import error_code
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


def codec_from(environment: Mapping[str, str]) -> "Codec":
    """The codec of one process: with the registry that SIGNAALBRUG_REGISTRY names, else with the committed file.

    Raises  RegistryUnusable (exit 4) when that registry does not answer or lacks a schema of this release
    """
    if not environment.get("SIGNAALBRUG_REGISTRY"):
        return Codec()
    from schemas.registry_server import server_of

    server = server_of(environment)
    assert server is not None
    try:
        return Codec(server)
    except RegistryDown as down:
        why, repair = f"het schemaregister antwoordt niet ({error_code(down)})", "start het, dan dit proces"
    except NotRegistered as missing:
        why, repair = f"het schemaregister kent {missing.what} niet", "signaalbrug schemas publish --registry URL"
    unusable = RegistryUnusable(why, repair)
    sys.stderr.write(f"{unusable}\n")
    raise unusable


class Codec:
    """Encodes with the newest schema of a topic; decodes only what its allow-list names.

    Raises  at construction LookupError when the registry does not know an allowed schema, RegistryDown when it
            cannot say; RegistryDown from `decode` for an id never seen while the registry cannot say what it is
    """

    def __init__(self, registry: Registry | None = None) -> None:
        registry = registry or DirectoryRegistry()
        by_subject: dict[str, list[Version]] = {}
        for version in known_versions():
            by_subject.setdefault(version.subject, []).append(version)
        self._newest: dict[str, tuple[bytes, Any, Topic]] = {}
        self._glances: dict[tuple[str, tuple[str, ...]], Any] = {}
        self._registry = registry
        self._allowed: dict[str, dict[int, Any]] = {}
        self._fingerprints: dict[str, Mapping[str, Any]] = {}
        for topic in TOPICS.values():
            versions = sorted(by_subject[topic.subject], key=lambda version: version.version)
            parsed = {registry.id_of(v): fastavro.parse_schema(v.schema, named_schemas={}) for v in versions}
            self._allowed[topic.name] = parsed
            self._fingerprints[topic.name] = {v.fingerprint: parsed[registry.id_of(v)] for v in versions}
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
        """The event these bytes are, or why they are none; never raises on data.

        Raises  RegistryDown when only the registry knows what the id means
        """
        read = self._read(topic, value)
        if isinstance(read, NotDecoded):
            return read
        try:
            event: Event = reader(cast(Any, self._newest[topic][2].carries))(read)
        except Misshapen as misshapen:
            return NotDecoded(Refusal.FIELD_INVALID, misshapen.field)
        return event

    def glance(self, topic: str, value: bytes, *names: str) -> Mapping[str, Any] | NotDecoded:
        """Only these fields, as Avro has them, of a record that is whole; the others are passed over unread.

        Raises  RegistryDown when only the registry knows what the id means
        """
        if (topic, names) not in self._glances:
            newest = self._newest[topic][1]
            fields = [each for each in newest["fields"] if each["name"] in names]
            self._glances[topic, names] = fastavro.parse_schema({**newest, "fields": fields}, named_schemas={})
        seen: Mapping[str, Any] | NotDecoded = self._read(topic, value, self._glances[topic, names])
        return seen

    def _also_allowed(self, topic: str, schema_id: int) -> Any:
        """The schema of an id that was given after the start, if it is one of the allow-list; else None."""
        if any(schema_id in others for others in self._allowed.values()):
            return None  # another topic's
        found = self._fingerprints[topic].get(self._registry.meaning(schema_id) or "")
        if found is not None:
            self._allowed[topic][schema_id] = found
        return found

    def _read(self, topic: str, value: bytes, wanted: Any = None) -> Any:
        """What these bytes hold, by the newest schema or by the part of it that is *wanted*; else why nothing."""
        if len(value) < _FRAME.size + 1 or value[0] != MAGIC:
            return NotDecoded(Refusal.FRAMING)
        if len(value) > LARGEST_VALUE:
            return NotDecoded(Refusal.SIZE)
        _, schema_id = _FRAME.unpack_from(value)
        written_with = self._allowed[topic].get(schema_id) or self._also_allowed(topic, schema_id)
        if written_with is None:
            return NotDecoded(Refusal.SCHEMA_NOT_ALLOWED)
        newest = self._newest[topic][1]
        body = io.BytesIO(value)
        body.seek(_FRAME.size)
        try:
            read_as = wanted or (None if written_with is newest else newest)
            read = fastavro.schemaless_reader(body, written_with, read_as)
        except fastavro.read.SchemaResolutionError:
            return NotDecoded(Refusal.SCHEMA_RESOLUTION)
        except Exception:
            return NotDecoded(Refusal.DECODE)
        return read if body.tell() == len(value) else NotDecoded(Refusal.TRAILING_BYTES)
