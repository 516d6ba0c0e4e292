"""Bad records on a real topic: each goes aside with its reason, and the next good one is decided.

Source  bad_inputs.md B1, B3-B7, B11-B13
"""

import struct
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from schemas.catalogue import Key
from schemas.codec import NotDecoded
from schemas.events.delivery import Quarantined
from schemas.partitioning import partition_of
from schemas.record import RESTARTED, OutRecord
from schemas.scrubbing import leaked_numbers
from schemas.sealing import unseal
from schemas.transport import Cluster
from schemas.vocabulary import Refusal, Stage
from streams.runtime.calendar import publish_day, publish_policy
from streams.runtime.transactor import Fenced
from streams.runtime.turn import LARGEST_RECORD, Turn
from tests.support.probe import FATAL, PRIVATE_KEY, inputs, owners_of, probe
from tests.support.runs import Sender, events_of, read_all
from tests.support.stories import codec, day, policy

pytestmark = pytest.mark.integration
CANARY = "999990019"
FRAME = struct.Struct(">bI")


def schema_id(topic: str) -> int:
    return next(iter(codec().schema_ids(topic)))


def framed(body: bytes, topic: str = "consent.v1") -> bytes:
    return FRAME.pack(0, schema_id(topic)) + body


def bad_records(good: OutRecord) -> list[tuple[str, OutRecord, Refusal | None]]:
    """Row of the corpus, the record, and the reason for which it must be refused; None means: decided normally."""
    assert good.value is not None

    def value(content: bytes | None) -> OutRecord:
        return replace(good, value=content)

    def headers(*extra: tuple[str, bytes], without: str = "") -> OutRecord:
        return replace(good, headers=(*(each for each in good.headers if each[0] != without), *extra))

    def keyed(key: str) -> OutRecord:
        return replace(good, key=key.encode())

    body = good.value[FRAME.size :]
    return [
        ("B1 no frame", value(b'{"kind": "given"}'), Refusal.FRAMING),
        ("B1 magic byte", value(b"\x01" + good.value[1:]), Refusal.FRAMING),
        ("B1 four bytes", value(good.value[:4]), Refusal.FRAMING),
        ("B1 empty value", value(b""), Refusal.FRAMING),
        (
            "B3 unknown schema, recursive payload",
            value(FRAME.pack(0, 424_242) + b"\x02" * 20_000),
            Refusal.SCHEMA_NOT_ALLOWED,
        ),
        ("B3 schema of another topic", value(framed(body, "alert.v1")), Refusal.SCHEMA_NOT_ALLOWED),
        ("B4 an array of thirty million", value(framed(b"\x80\x9a\xda\x1c" + b"\x00")), Refusal.DECODE),
        ("B4 a negative block count", value(framed(b"\x01" * 12)), Refusal.DECODE),
        ("B5 a string of 2^40", value(framed(b"\x02" + b"\x80\x80\x80\x80\x80\x80\x01" + b"a")), Refusal.DECODE),
        ("B5 cut off", value(good.value[:-3]), Refusal.DECODE),
        ("B5 invalid UTF-8", value(good.value[:8] + b"\xff\xfe" + good.value[10:]), Refusal.DECODE),
        ("B6 trailing bytes", value(good.value + b"\x00"), Refusal.TRAILING_BYTES),
        ("B7 unknown enum symbol", value(framed(b"\x7e" + body[1:])), Refusal.DECODE),
        ("B11 no mode header", headers(without="sbmode"), Refusal.HEADER),
        ("B11 header twice", headers(("sbmode", b"live")), Refusal.HEADER),
        ("B11 header not UTF-8", headers(("sbmode", b"\xff\xff"), without="sbmode"), Refusal.HEADER),
        ("B11 half a megabyte of header", headers(("x", b"a" * 500_000)), Refusal.HEADER),
        ("B11 bad traceparent", headers(("traceparent", b"00-zz"), without="traceparent"), None),
        ("B12 key with a number", keyed(f"{Key.decode(good.key).owner}|{CANARY}"), Refusal.LEAKED_NUMBER),
        ("B12 header with a number", headers(("x", CANARY.encode())), Refusal.LEAKED_NUMBER),
        ("key is none", keyed("onzin"), Refusal.KEY),
        ("key of another entity", keyed(f"{Key.decode(good.key).owner}|{'a' * 32}"), Refusal.KEY),
    ]


def wrong_partition(few: Cluster) -> OutRecord:
    elsewhere = next(owners_of(1, few))
    return replace(inputs([elsewhere], "a", few)[0], partition=0)


@pytest.fixture
def begun(few: Cluster) -> Cluster:
    publish_day(few, codec(), day(1))
    publish_policy(few, codec(), policy())
    return few


def rows(few: Cluster) -> list:  # type: ignore[type-arg]
    return [raw for raw in read_all(few, "consent.v1") if raw.at.partition == 0]


def quarantine(few: Cluster) -> list[Quarantined]:
    return [each for each in events_of(few, "quarantine.v1") if isinstance(each, Quarantined)]


def said_anywhere(few: Cluster, topics: Iterable[str]) -> str:
    """Keys, headers and values of everything that was written, as text."""
    texts = []
    for raw in read_all(few, *topics):
        texts += [raw.key or b"", raw.value or b"", *(value or b"" for _, value in raw.headers or ())]
    return " ".join(each.decode("latin-1") for each in texts)


def test_each_bad_record_goes_aside_and_the_next_good_one_is_decided(
    begun: Cluster, figures: Callable[[str], None], capfd: pytest.CaptureFixture[str]
) -> None:
    owners = owners_of(0, begun)
    cases, sent, expected = [], [], []
    for name, _, _ in bad_records(inputs([next(owners)], "a", begun)[0]):
        mine = next(owners)
        record, why = next((r, w) for n, r, w in bad_records(inputs([mine], "a", begun)[0]) if n == name)
        cases.append((name, why))
        sent += [record, *inputs([mine], "daarna", begun)]
    cases.append(("another partition", Refusal.PARTITION))
    sent += [wrong_partition(begun), *inputs([next(owners)], "daarna", begun)]
    Sender(begun).send(sent)
    step = probe(begun)
    step.open()
    step.close()
    found = {each.offset: each for each in quarantine(begun)}
    for i, (name, why) in enumerate(cases):
        told = found.get(2 * i)
        assert (told.reason if told else None) is why, name
        assert told is None or told.stage is Stage.DECODE
        expected.append(why)
    refused = sum(why is not None for why in expected)
    assert len(found) == refused
    assert len(events_of(begun, "outcome.v1")) == len(sent) - refused, "each next good record is decided"
    restarted = [raw for raw in read_all(begun, "outcome.v1") if RESTARTED in (raw.headers or ())]
    assert len(restarted) == 1, "what followed from the record with the bad traceparent says so"
    others = ("quarantine.v1", "outcome.v1", "state.person.v1", "processing.v1", "evidence.v1")
    assert list(leaked_numbers(said_anywhere(begun, others))) == []
    assert CANARY not in "".join(capfd.readouterr())
    figures(f"{refused} bad records aside, each with its reason; {len(sent) - refused} others decided")


def test_the_check_for_numbers_finds_the_canary_where_it_is(begun: Cluster) -> None:
    good = inputs([next(owners_of(0, begun))], "a", begun)[0]
    Sender(begun).send([replace(good, headers=(*good.headers, ("x", CANARY.encode())))])
    assert CANARY in list(leaked_numbers(said_anywhere(begun, ["consent.v1"])))


def test_what_goes_aside_can_be_read_with_the_key_and_a_leaked_number_not_at_all(begun: Cluster) -> None:
    owner = next(owners_of(0, begun))
    good = inputs([owner], "a", begun)[0]
    leaking = replace(good, key=f"{Key.decode(good.key).owner}|{CANARY}".encode())
    Sender(begun).send([replace(good, value=b"\x01onzin")])
    Sender(begun).send([leaking])
    step = probe(begun)
    step.open()
    step.close()
    kept, purged = sorted(quarantine(begun), key=lambda each: each.offset or 0)
    assert b'"value": "AW9uemlu"' in unseal(PRIVATE_KEY, kept.sealed)
    assert purged.reason is Refusal.LEAKED_NUMBER and purged.sealed == b""


def test_a_tombstone_on_a_topic_that_is_not_compacted_goes_aside() -> None:
    from schemas.admission import admitted
    from schemas.events.event import Position

    topic, owner = "signal.debt-services.v1", "a" * 32
    at = Position(topic, partition_of(owner, 2), 0)
    ce = [("sbmode", b"live"), ("ce_specversion", b"1.0"), ("ce_id", b"x"), ("ce_type", b"x")]
    from schemas.record import CE_SOURCES

    headers = [*ce, ("ce_source", CE_SOURCES[topic].encode())]
    refused = admitted(codec(), at, 2, f"{owner}|{'b' * 32}".encode(), None, headers)
    assert refused == NotDecoded(Refusal.TOMBSTONE)
    old = [*ce[:1], ("ce_specversion", b"0.3"), *ce[2:], headers[-1]]
    assert admitted(codec(), at, 2, f"{owner}|{'b' * 32}".encode(), b"x", old) == NotDecoded(Refusal.HEADER)


def test_the_same_event_twice_and_much_later_has_no_second_effect(begun: Cluster) -> None:
    """B13, with the real step: the probe counts, step person does not."""
    from streams.runtime.transactor import Transactor
    from streams.topology import PERSON
    from tests.support.probe import tools
    from tests.support.stories import agreed, arrears, joined

    name = next(owners_of(0, begun))
    said = [joined(name, "huis"), agreed(name), arrears(name, on=1)]
    sender = Sender(begun)
    sender.say(*said)
    step = Transactor(PERSON, 0, begun, tools(begun))
    step.open()
    first = len(read_all(begun, "contribution.v1", "outcome.v1", "decision.v1"))
    sender.say(said[2], said[2], *said)
    publish_day(begun, codec(), day(80))
    between = read_all(begun, "contribution.v1", "outcome.v1", "decision.v1")
    sender.say(*said)
    step.catch_up()
    after = read_all(begun, "contribution.v1", "outcome.v1", "decision.v1")
    assert first > 0 and len(between) == first == len(after)
    step.close()


def test_a_decision_that_raises_puts_its_record_aside_and_goes_on(begun: Cluster) -> None:
    owners = owners_of(0, begun)
    first, second = next(owners), next(owners)
    Sender(begun).send(inputs([first], FATAL, begun))
    Sender(begun).send(inputs([first, second], "daarna", begun))
    step = probe(begun)
    step.open()
    step.close()
    (told,) = quarantine(begun)
    assert (told.stage, told.reason, told.topic, told.offset) == (
        Stage.DECIDE,
        Refusal.UNDECIDABLE,
        "consent.v1",
        0,
    )
    assert len(events_of(begun, "outcome.v1")) == 2


def test_a_worker_that_was_fenced_puts_nothing_aside(begun: Cluster) -> None:
    zombie, heir = probe(begun), probe(begun)
    zombie.open()
    good = inputs([next(owners_of(0, begun))], "a", begun)[0]
    Sender(begun).send([replace(good, value=b"onzin")])
    heir.open()
    heir.close()
    with pytest.raises(Fenced):
        zombie.deliver(rows(begun))
    zombie.close()
    assert [each.offset for each in quarantine(begun)] == [0]


def test_a_decision_too_large_for_the_log_goes_aside(begun: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    assert LARGEST_RECORD < 1_000_000
    monkeypatch.setattr("streams.runtime.turn.LARGEST_RECORD", 10)
    Sender(begun).send(inputs([next(owners_of(0, begun))], "a", begun))
    step = probe(begun)
    step.open()
    step.close()
    assert [each.reason for each in quarantine(begun)] == [Refusal.SIZE]
    assert Turn
