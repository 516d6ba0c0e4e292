"""What every reader asks of a record before it looks at its content."""

import re
from collections.abc import Sequence

from schemas.catalogue import CURSOR, TOPICS, Key, key_of
from schemas.codec import Codec, NotDecoded
from schemas.events.event import Event, Forgotten, Position, placed
from schemas.partitioning import partition_of
from schemas.record import CE_SOURCES
from schemas.scrubbing import leaked_numbers
from schemas.vocabulary import Refusal

RawHeaders = Sequence[tuple[str, bytes | None]] | None
_PLAIN = re.compile(r"[A-Za-z0-9._:/|+ -]{1,160}")
_LARGEST_HEADERS = 16_384
_MODES = (b"live", b"replay", b"shadow")


def header(headers: RawHeaders, name: str) -> str | None:
    """The one value of a header, or None when it is absent, repeated or not plain text."""
    values = [value for key, value in headers or () if key == name]
    if len(values) != 1 or values[0] is None:
        return None
    try:
        return values[0].decode("ascii")
    except UnicodeDecodeError:
        return None


def _headers_refused(topic: str, headers: RawHeaders) -> Refusal | None:
    names, values = [name for name, _ in headers or ()], [value or b"" for _, value in headers or ()]
    if sum(map(len, names)) + sum(map(len, values)) > _LARGEST_HEADERS:
        return Refusal.HEADER
    if any(leaked_numbers(b"\n".join(values).decode("latin-1"))):
        return Refusal.LEAKED_NUMBER
    mode = header(headers, "sbmode")
    if mode is None or mode.encode() not in _MODES:
        return Refusal.HEADER
    if not TOPICS[topic].crosses_border:
        return None
    wanted = header(headers, "ce_specversion") == "1.0" and header(headers, "ce_source") == CE_SOURCES[topic]
    complete = all(header(headers, name) for name in ("ce_id", "ce_type"))
    return None if wanted and complete else Refusal.HEADER


def _key(raw: bytes | None) -> Key | Refusal:
    try:
        key = Key.decode(raw or b"")
    except ValueError:
        return Refusal.KEY
    text = f"{key.owner}|{key.entity}"
    if any(leaked_numbers(text)):
        return Refusal.LEAKED_NUMBER
    return key if _PLAIN.fullmatch(text) else Refusal.KEY


def _home(key: Key, partitions: int) -> int:
    """Where a record of this key must lie: with its owner; the books of a partition lie in that partition."""
    if key.owner == CURSOR and key.entity.isdigit():
        return int(key.entity)
    return partition_of(key.owner, partitions)


def admitted(
    codec: Codec, at: Position, partitions: int, key: bytes | None, value: bytes | None, headers: RawHeaders
) -> Event | NotDecoded:
    """The event of a record, with its place on the log, or why it is none; never raises on data.

    Source  bad_inputs.md B1-B12
    """
    topic = TOPICS[at.topic]
    named = _key(key)
    if isinstance(named, Refusal):
        return NotDecoded(named)
    if not topic.per_partition and _home(named, partitions) != at.partition:
        return NotDecoded(Refusal.PARTITION)
    if (refused := _headers_refused(at.topic, headers)) is not None:
        return NotDecoded(refused)
    if not value:
        if topic.compacted and value is None:
            return placed(Forgotten(at.topic, named.owner, named.entity), at)
        return NotDecoded(Refusal.TOMBSTONE if value is None else Refusal.FRAMING)
    event = codec.decode(at.topic, value)
    if isinstance(event, NotDecoded):
        return event
    return placed(event, at) if key_of(event) == named else NotDecoded(Refusal.KEY)
