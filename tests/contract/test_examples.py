"""Every topic shows what it takes and what it refuses; examples go both ways, also through Avro's own library."""

import io
from typing import Any, cast

import avro.io
import avro.schema
import pytest

from schemas.catalogue import TOPICS, topic_of
from schemas.codec import Codec, NotDecoded
from schemas.events.event import Position
from schemas.registry import HERE, load_schema
from schemas.shapes import reader, writer
from schemas.vocabulary import Refusal
from tests.contract.examples import (
    EXAMPLES,
    FRAME,
    Example,
    Sent,
    damaged,
    event_in,
    examples,
    record_of,
    shown,
    verdict,
    without_branches,
)

ACCEPTED, REFUSED = examples("accepted"), examples("refused")
CODEC = Codec()


def named(example: Example) -> str:
    return example.name


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_a_topic_has_an_example_of_both_kinds(topic: str) -> None:
    assert [each for each in ACCEPTED if each.topic.name == topic]
    assert [each for each in REFUSED if each.topic.name == topic]


def test_no_example_stands_outside_a_topic() -> None:
    known = {each.path for each in (*ACCEPTED, *REFUSED)}
    assert {path for path in EXAMPLES.rglob("*") if path.is_file()} == known


@pytest.mark.parametrize("example", ACCEPTED, ids=named)
def test_an_accepted_example_goes_through_the_codec_and_back(example: Example) -> None:
    event = event_in(example)
    assert shown(event) == example.said["event"]
    value = CODEC.encode(example.topic.name, event)
    assert CODEC.decode(example.topic.name, value) == event
    assert CODEC.encode(example.topic.name, event) == value


@pytest.mark.parametrize("example", ACCEPTED, ids=named)
def test_an_accepted_example_is_admitted_as_it_is_published(example: Example) -> None:
    event = event_in(example)
    assert example.topic.name == topic_of(event)
    record = record_of(event, example.topic.name)
    at = Position(example.topic.name, record.partition, 7)
    seen = verdict(CODEC, at, Sent(record.partition, record.key, record.value, [*record.headers]))
    assert seen == event
    assert not isinstance(seen, NotDecoded)
    assert seen.at == at


@pytest.mark.parametrize("example", ACCEPTED, ids=named)
def test_avros_own_library_reads_what_we_write_and_we_read_what_it_writes(example: Example) -> None:
    event = event_in(example)
    schema: Any = avro.schema.make_avsc_object(load_schema(HERE / "avro" / f"{example.topic.schema}.avsc"))
    value = CODEC.encode(example.topic.name, event)
    theirs: Any = avro.io.DatumReader(schema)
    body = io.BytesIO(value[FRAME.size :])
    read = theirs.read(cast(Any, avro.io.BinaryDecoder)(body))
    assert body.read() == b""
    assert reader(cast(Any, type(event)))(read) == event
    out = io.BytesIO()
    said = without_branches(writer(cast(Any, type(event)))(event))
    cast(Any, avro.io.DatumWriter)(schema).write(said, cast(Any, avro.io.BinaryEncoder)(out))
    assert value[: FRAME.size] + out.getvalue() == value


@pytest.mark.parametrize("example", REFUSED, ids=named)
def test_a_refused_example_is_refused_for_the_reason_it_names(example: Example) -> None:
    at, sent = damaged(example)
    expected = NotDecoded(Refusal(example.said["reason"]), example.said.get("field"))
    assert verdict(CODEC, at, sent) == expected


@pytest.mark.parametrize("example", REFUSED, ids=named)
def test_a_refused_example_without_its_damage_is_admitted(example: Example) -> None:
    whole = Example(example.topic, example.path, {**example.said, "damage": {}})
    at, sent = damaged(whole)
    assert not isinstance(verdict(CODEC, at, sent), NotDecoded)


def test_every_reason_of_a_record_has_an_example() -> None:
    of_records = {
        Refusal.FRAMING,
        Refusal.HEADER,
        Refusal.KEY,
        Refusal.LEAKED_NUMBER,
        Refusal.PARTITION,
        Refusal.SCHEMA_NOT_ALLOWED,
        Refusal.DECODE,
        Refusal.TRAILING_BYTES,
        Refusal.TOMBSTONE,
        Refusal.FIELD_INVALID,
    }
    assert {Refusal(each.said["reason"]) for each in REFUSED} == of_records
