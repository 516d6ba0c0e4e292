"""From an event to a Kafka record: key, partition, framed value and headers, the same whoever publishes it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from schemas.catalogue import SIGNAL_TOPICS, TOPICS, Key, key_of, topic_of
from schemas.codec import Codec
from schemas.events.alert import Alert, TeamDecision
from schemas.events.event import Event, Forget
from schemas.events.signal import Signal
from schemas.partitioning import partition_of
from schemas.trace import Trace
from schemas.vocabulary import Source

OIN = "00000099000000001000"
Headers = tuple[tuple[str, bytes], ...]
#: Stands on what follows from a record whose own trace could not be read.
RESTARTED = ("trace-restarted", b"1")

#: reverse domain names by data source or domain, never by organisation (standards.md 8.1)
_CE_TYPE_OF_SIGNAL: Mapping[Source, str] = MappingProxyType(
    {
        Source.SCHOOL_ATTENDANCE: "nl.verzuimregister.verzuimmelding-geregistreerd.v1",
        Source.DEBT_SERVICES: "nl.vroegsignalering.signaal-ontvangen.v1",
        Source.GENERAL_PRACTICE: "nl.huisartsenzorg.verwijzing-sociaal-domein.v1",
        Source.VEILIG_THUIS: "nl.veilig-thuis.overdracht-gestart.v1",
        Source.WIJKTEAM: "nl.wijkteam.zorg-gezien.v1",
    }
)
CE_SOURCES: Mapping[str, str] = MappingProxyType(
    {
        **{
            topic: f"urn:nld:oin:{OIN}:systeem:{source.value.replace('_', '-')}"
            for source, topic in SIGNAL_TOPICS.items()
        },
        "alert.v1": f"urn:nld:oin:{OIN}:systeem:signaalbrug",
        "team-decision.v1": f"urn:nld:oin:{OIN}:systeem:wijkteam",
    }
)


@dataclass(frozen=True, slots=True)
class OutRecord:
    """What is handed to a producer; a value of None is a tombstone."""

    topic: str
    partition: int
    key: bytes
    value: bytes | None
    headers: Headers


def _cloud_event(event: Signal | Alert | TeamDecision) -> tuple[str, str, str | None]:
    match event:
        case Signal():
            return event.version, _CE_TYPE_OF_SIGNAL[event.source], event.receipt
        case Alert():
            kind = event.kind.value.replace("_", "-")
            return f"{event.alert}-{event.revision}", f"nl.signalering.signalering-{kind}.v1", None
        case TeamDecision():
            return event.decision, "nl.signalering.besluit-genomen.v1", None


def _border_headers(topic: str, event: Event, recorded_at: datetime) -> Headers:
    assert isinstance(event, Signal | Alert | TeamDecision)
    ce_id, ce_type, receipt = _cloud_event(event)
    headers: Headers = (
        ("content-type", b"application/avro"),
        ("ce_specversion", b"1.0"),
        ("ce_id", ce_id.encode()),
        ("ce_source", CE_SOURCES[topic].encode()),
        ("ce_type", ce_type.encode()),
        ("ce_time", recorded_at.strftime("%Y-%m-%dT%H:%M:%SZ").encode()),
        ("ce_dataschema", f"urn:signaalbrug:schema:{TOPICS[topic].schema}:1".encode()),
    )
    return headers if receipt is None else (*headers, ("ce_sbreceipt", receipt.encode()))


#: Publishes records, and returns only after every one was acknowledged.
Publish = Callable[[Sequence[OutRecord]], None]


class Recorder:
    """Makes records of events; the mode stands on each, so that what is replayed can never notify."""

    def __init__(self, codec: Codec, partitions: int = 8, mode: str = "live") -> None:
        self.codec = codec
        self.partitions = partitions
        self._mode = ("sbmode", mode.encode())

    def record(
        self,
        emitted: Event | Forget,
        trace: Trace,
        recorded_at: datetime,
        *,
        cause: str | None = None,
        partition: int | None = None,
    ) -> OutRecord:
        """The record of one event or tombstone.

        Time    `recorded_at` is the shell's clock and stands in a header only, never in the value
        """
        return self._made(emitted, self._headers(trace, cause), recorded_at, partition)

    def records(
        self, emitted: Iterable[Event | Forget], trace: Trace, recorded_at: datetime, cause: str
    ) -> list[OutRecord]:
        """The records of everything that follows from one cause, in order."""
        headers = self._headers(trace, cause)
        return [self._made(each, headers, recorded_at, None) for each in emitted]

    def _headers(self, trace: Trace, cause: str | None) -> Headers:
        headers: Headers = (("traceparent", trace.traceparent.encode()), self._mode)
        if trace.restarted:
            headers += (RESTARTED,)
        if cause is not None:
            headers += (("sbcause", cause.encode()),)
        return headers

    def _made(
        self, emitted: Event | Forget, headers: Headers, recorded_at: datetime, partition: int | None
    ) -> OutRecord:
        if isinstance(emitted, Forget):
            key, topic, value = Key(emitted.owner, emitted.entity), emitted.topic, None
        else:
            key, topic = key_of(emitted), topic_of(emitted)
            value = self.codec.encode(topic, emitted)
            if TOPICS[topic].crosses_border:
                headers += _border_headers(topic, emitted, recorded_at)
        if partition is None:
            partition = partition_of(key.owner, self.partitions)
        return OutRecord(topic, partition, key.encode(), value, headers)
