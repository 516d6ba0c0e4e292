"""Rows B1, B3-B7 and B11-B13 of bad_inputs.md, where a file of examples cannot say them."""

import dataclasses
import time
from datetime import timedelta
from typing import Any

import pytest

import schemas.codec as codec_module
from schemas.admission import admitted
from schemas.codec import LARGEST_VALUE, Codec, NotDecoded
from schemas.events.alert import Alert
from schemas.events.event import Event, Position
from schemas.events.register import Consent
from schemas.identity import ReceiptId
from schemas.partitioning import partition_of
from schemas.record import RESTARTED, OutRecord, Recorder
from schemas.registry import Version, known_versions
from schemas.trace import begun, following
from schemas.vocabulary import Refusal
from tests.contract.examples import FRAME, RECORDED_AT, event_in, example, record_of
from tests.support.stories import absence, agreed, alerts, arrears, joined, seen, told
from tests.unit.schemas.mutations import Schema, add, edited, real, remove, symbols

CONSENT = "consent.v1"
SIGNAL = "signal.school-attendance.v1"


class Ids:
    """A registry that gives out the id each version was built with."""

    def id_of(self, version: Version) -> int:
        return version.id

    def meaning(self, schema_id: int) -> None:
        return None


def codec_of(monkeypatch: pytest.MonkeyPatch, *schemas_of_consent: Schema) -> Codec:
    """A codec for which consent.v1 has had these versions, under ids 1, 2, …"""
    others = [each for each in known_versions() if each.subject != f"{CONSENT}-value"]
    ours = [Version(f"{CONSENT}-value", n, n, each, f"f{n}") for n, each in enumerate(schemas_of_consent, 1)]
    monkeypatch.setattr(codec_module, "known_versions", lambda: (*others, *ours))
    return Codec(Ids())


def consent() -> Consent:
    event = event_in(example(CONSENT, "given.json"))
    assert isinstance(event, Consent)
    return event


def looked_at(codec: Codec, record: OutRecord, **changed: Any) -> Event | NotDecoded:
    sent = dataclasses.replace(record, **changed)
    at = Position(sent.topic, sent.partition, 0)
    return admitted(codec, at, 8, sent.key, sent.value, sent.headers)


def test_b1_nothing_that_is_no_frame_is_ever_decoded() -> None:
    codec = Codec()
    for value in (b"\x00", b"\x00\x00\x0f\x42\x40", b"{}", b"\xff" * 100, bytes(5)):
        refused = codec.decode(SIGNAL, value)
        assert isinstance(refused, NotDecoded)
        assert refused.reason in (Refusal.FRAMING, Refusal.SCHEMA_NOT_ALLOWED)


def test_b3_b4_bombs_are_refused_before_a_byte_of_them_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*_: Any) -> None:
        raise AssertionError("decoded")

    codec = Codec()
    monkeypatch.setattr("fastavro.schemaless_reader", explode)
    for body in (b"\x02" * 5_000, b"\x02" * 20_000, bytes.fromhex("80cee11c00"), b"\x01" * 64):
        assert codec.decode(SIGNAL, FRAME.pack(0, 7) + body) == NotDecoded(Refusal.SCHEMA_NOT_ALLOWED)


@pytest.mark.parametrize("count", ["80cee11c", "ffcde11c02", "feffffffffffffffff01", "01", "ffffffffffffffffff01"])
def test_b4_a_list_that_says_to_be_endless_costs_nothing(count: str) -> None:
    codec = Codec()
    known = FRAME.pack(0, min(codec.schema_ids("policy.v1")))
    began = time.monotonic()
    body = b"\x02\x00\x00" + bytes.fromhex(count)
    assert codec.decode("policy.v1", known + body) == NotDecoded(Refusal.DECODE)
    assert time.monotonic() - began < 2


def test_b4_a_value_that_is_too_large_is_not_decoded() -> None:
    codec = Codec()
    known = FRAME.pack(0, min(codec.schema_ids(SIGNAL)))
    assert codec.decode(SIGNAL, known + bytes(LARGEST_VALUE)) == NotDecoded(Refusal.SIZE)


def test_b5_every_cut_of_a_real_record_is_refused() -> None:
    codec, record = Codec(), record_of(absence("kind", 3), SIGNAL)
    assert record.value is not None
    for length in range(len(record.value)):
        refused = codec.decode(SIGNAL, record.value[:length])
        assert isinstance(refused, NotDecoded)
        assert refused.reason in (Refusal.FRAMING, Refusal.DECODE)


def test_b5_every_flipped_byte_gives_an_event_or_a_refusal_and_never_an_error() -> None:
    codec, record = Codec(), record_of(absence("kind", 3), SIGNAL)
    assert record.value is not None
    for place in range(len(record.value)):
        for flipped in (0x01, 0x80, 0xFF):
            value = bytearray(record.value)
            value[place] ^= flipped
            assert codec.decode(SIGNAL, bytes(value)) is not None


def test_b6_nothing_may_stand_behind_a_record() -> None:
    codec, record = Codec(), record_of(consent(), CONSENT)
    assert looked_at(codec, record) == consent()
    assert looked_at(codec, record, value=(record.value or b"") + b"\x00") == NotDecoded(Refusal.TRAILING_BYTES)


def test_b7_what_an_older_release_wrote_is_read_with_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    without = edited("consent", remove("source"))
    old, new = codec_of(monkeypatch, without), codec_of(monkeypatch, without, real("consent"))
    value = old.encode(CONSENT, consent())
    assert FRAME.unpack_from(value) == (0, 1)
    assert FRAME.unpack_from(new.encode(CONSENT, consent())) == (0, 2)
    assert new.decode(CONSENT, value) == dataclasses.replace(consent(), source=None)


def test_b7_what_cannot_be_resolved_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    without = edited("consent", remove("row"))
    old, new = codec_of(monkeypatch, without), codec_of(monkeypatch, without, real("consent"))
    assert new.decode(CONSENT, old.encode(CONSENT, consent())) == NotDecoded(Refusal.SCHEMA_RESOLUTION)


def test_b7_a_symbol_of_a_newer_release_is_not_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    more = edited("consent", symbols("ConsentKind", lambda each: each.insert(1, "paused")))
    codec = codec_of(monkeypatch, more, real("consent"))
    body = codec.encode(CONSENT, consent())
    paused = FRAME.pack(0, 1) + b"\x02" + body[FRAME.size + 1 :]
    assert codec.decode(CONSENT, paused) == NotDecoded(Refusal.FIELD_INVALID, "kind")


def test_b7_a_field_of_a_newer_release_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    more = edited("consent", add(name="remark_code", type=["null", "string"], default=None))
    codec = codec_of(monkeypatch, more, real("consent"))
    body = codec.encode(CONSENT, consent())[FRAME.size :]
    newer = FRAME.pack(0, 1) + body + b"\x02\x06abc"
    assert codec.decode(CONSENT, newer) == consent()


def test_a_schema_that_the_registry_does_not_know_stops_the_start() -> None:
    class Empty:
        def id_of(self, version: Version) -> int:
            raise LookupError(version.subject)

        def meaning(self, schema_id: int) -> None:
            return None

    with pytest.raises(LookupError):
        Codec(Empty())


def test_b11_missing_repeated_or_unreadable_headers_are_refused() -> None:
    codec, record = Codec(), record_of(absence("kind", 3), SIGNAL)
    for name in ("sbmode", "ce_id", "ce_type", "ce_source", "ce_specversion"):
        others = tuple(each for each in record.headers if each[0] != name)
        value = dict(record.headers)[name]
        for headers in (others, (*others, (name, value), (name, value)), (*others, (name, b"\xff\xfe"))):
            assert looked_at(codec, record, headers=headers) == NotDecoded(Refusal.HEADER), name


@pytest.mark.parametrize(
    "bad", ["", "00-0-0-00", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", "x" * 55, "99-nonsense"]
)
def test_b11_a_bad_traceparent_begins_a_new_trace_and_the_record_counts(bad: str) -> None:
    codec, record = Codec(), record_of(absence("kind", 3), SIGNAL)
    headers = tuple((name, bad.encode() if name == "traceparent" else value) for name, value in record.headers)
    assert looked_at(codec, record, headers=headers) == absence("kind", 3)
    new = following(bad, "person", "a/0/1")
    assert new == dataclasses.replace(begun("person", "a/0/1"), restarted=True)
    assert RESTARTED in Recorder(codec).record(absence("kind", 3), new, RECORDED_AT).headers
    assert RESTARTED not in record.headers
    good = dict(record.headers)["traceparent"].decode()
    assert following(good, "person", "a/0/1").trace_id == good.split("-")[1]


@pytest.mark.parametrize("key", [b"999990019|x", b"x|999990019", b"12345672|x"])
def test_b12_a_number_that_could_be_a_bsn_in_a_key_is_refused_and_stands_in_no_answer(key: bytes) -> None:
    codec, record = Codec(), record_of(absence("kind", 3), SIGNAL)
    partition = partition_of(key.decode().partition("|")[0], 8)
    refused = looked_at(codec, record, key=key, partition=partition)
    assert refused == NotDecoded(Refusal.LEAKED_NUMBER)
    assert not any(digits in repr(refused) for digits in ("999990019", "12345672"))


STORY = (joined("kind", "huis"), joined("ouder", "huis"), agreed("kind"), absence("kind", 3), arrears("ouder", 10))


def test_b13_the_same_event_again_has_no_second_effect() -> None:
    once = told(STORY)
    twice, much_later = told(STORY), told(STORY)
    record = record_of(absence("kind", 3), SIGNAL, partitions=1)
    twice.append([record])
    later = Recorder(Codec(), 1)
    for passed in (timedelta(hours=1), timedelta(days=90)):
        again = later.record(absence("kind", 3), begun("again", str(passed)), RECORDED_AT + passed)
        much_later.append([again])
    for run in (twice.run(), much_later.run()):
        assert seen(run) == seen(once)
        assert [each.revision for each in alerts(run)] == [each.revision for each in alerts(once)]
    assert any(isinstance(each, Alert) for each in once.events("alert.v1"))


def test_b13_the_same_event_on_another_partition_is_refused() -> None:
    codec, record = Codec(), record_of(absence("kind", 3), SIGNAL)
    elsewhere = looked_at(codec, record, partition=(record.partition + 1) % 8)
    assert elsewhere == NotDecoded(Refusal.PARTITION)


def test_b13_two_replicas_of_a_source_send_one_event() -> None:
    one, other = absence("kind", 3), dataclasses.replace(absence("kind", 3), receipt=ReceiptId("f" * 32), row=9)
    assert (one.signal, one.version) == (other.signal, other.version)
    run, base = told([*STORY, other]), told(STORY)
    assert seen(run) == seen(base)
    assert len(alerts(run)) == len(alerts(base))
