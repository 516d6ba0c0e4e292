"""A scan finds an identity in every writing, and proves nothing when it does not find what was planted."""

import base64
import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from schemas.following import Arrived
from schemas.scrubbing import passes_elfproef
from signaalbrug.leak_reading import written
from signaalbrug.leak_stores import logs_store, records_store
from signaalbrug.leaks import Store, Void, scan
from tests.support.stories import absence, dawn
from tests.support.trail import arrived, told_with_deliveries

BSN = "999990019"
NAME = "Truus de Waterrijk-Jansen"
assert passes_elfproef(BSN)


def store(*content: bytes) -> Store:
    planted: list[bytes] = []

    @contextmanager
    def plant(canary: bytes) -> Iterator[None]:
        planted.append(canary)
        yield
        planted.clear()

    return Store("memory", lambda: [*content, *planted], plant)


def kinds(*content: bytes) -> list[str]:
    return [leak.kind for leak in scan([BSN, NAME], [store(*content)]).leaks]


@pytest.mark.parametrize("writing", list(written(BSN)))
@pytest.mark.parametrize("around", [b'{"a": "%s"}', b"%s", b"x=%s;", b"\n%s\n"])
def test_a_number_is_found_in_every_writing(writing: str, around: bytes) -> None:
    assert kinds(around % written(BSN)[writing]) == ["identity"]


@pytest.mark.parametrize("writing", list(written(NAME)))
def test_a_name_is_found_in_every_writing(writing: str) -> None:
    assert kinds(b"voor " + written(NAME)[writing] + b" na") == ["identity"]


@pytest.mark.parametrize("before", range(6))
@pytest.mark.parametrize("after", range(3))
def test_a_number_is_found_at_any_place_in_base64(before: int, after: int) -> None:
    text = base64.b64encode(b"k" * before + BSN.encode() + b"z" * after).rstrip(b"=")
    assert kinds(b'"' + text + b'"') == ["identity"]


def test_base64_in_bytes_that_a_dump_writes_in_hex_is_found() -> None:
    inside = b"\x02@log " + base64.b64encode(b"bsn " + BSN.encode())
    assert kinds(b"7\t\\\\x" + inside.hex().encode() + b"\t2026-01-01") == ["identity"]


def test_ids_and_hashes_hold_no_number_by_chance() -> None:
    assert kinds(f"a{BSN}{'0' * 22}".encode(), f"signal/{'b' * 23}{BSN}".encode()) == []


def test_a_canary_that_cannot_be_found_makes_the_scan_void() -> None:
    blind = Store("blind", lambda: [b"nothing"], lambda _: nullcontext())
    with pytest.raises(Void, match="blind"):
        scan([BSN], [store(b""), blind])


def test_one_writing_that_is_lost_makes_the_scan_void() -> None:
    planted: list[bytes] = []

    @contextmanager
    def plant(canary: bytes) -> Iterator[None]:
        planted.append(canary.replace(b"\0", b"?"))
        yield

    with pytest.raises(Void, match="utf-16"):
        scan([BSN], [Store("narrow", lambda: planted, plant)])


@pytest.mark.parametrize(("identities", "stores"), [([], [store()]), ([BSN], [])])
def test_a_scan_for_nothing_or_of_nothing_is_void(identities: Sequence[str], stores: Sequence[Store]) -> None:
    with pytest.raises(Void):
        scan(identities, stores)


def test_a_leak_says_where_and_never_what() -> None:
    report = scan([BSN], [store(b"", BSN.encode())])
    assert not report.holds
    assert [str(each) for each in report.checked().findings] == ["I7: identity (memory part 1)"]


def test_a_number_in_base64_in_a_log_is_found(tmp_path: Path) -> None:
    log = tmp_path / "intake.log"
    log.write_bytes(b'{"event": "started", "port": 8080}\n')
    assert scan([BSN], [logs_store("logs", [log])]).holds
    log.write_bytes(b'{"event": "row ' + base64.b64encode(BSN.encode()) + b'"}\n')
    assert [leak.kind for leak in scan([BSN], [logs_store("logs", [log])]).leaks] == ["identity"]
    assert [each.name for each in tmp_path.iterdir()] == ["intake.log"]


def test_a_number_that_nobody_listed_is_found_in_our_log_outside_counting_fields(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    other = next(n for n in (f"99999{i:04d}" for i in range(3000, 4000)) if passes_elfproef(n) and n != BSN)
    log.write_text(f'{{"event": "x", "offset": {other}}}\n')
    assert scan([BSN], [logs_store("logs", [log])]).holds
    log.write_text(f'{{"event": "x {other}", "offset": 1}}\n')
    assert [leak.kind for leak in scan([BSN], [logs_store("logs", [log])]).leaks] == ["number"]
    assert scan([BSN], [logs_store("kafka", [log], ours=False)]).holds


def test_a_number_in_a_decoded_record_is_found() -> None:
    clean = arrived(told_with_deliveries([absence("kind", on=3), dawn(20)]))
    assert scan([BSN], [records_store("kafka", clean)]).holds
    for place in ("key", "value"):
        record = next(each for each in clean if each.at.topic.startswith("signal"))
        leaky = _with(record, place)
        found = scan([BSN], [records_store("kafka", [*clean, leaky])]).leaks
        assert "identity" in {leak.kind for leak in found}, place


def _with(record: Arrived, place: str) -> Arrived:
    if place == "key":
        return dataclasses.replace(record, key=b"person|" + BSN.encode())
    return dataclasses.replace(record, value=b"\0\0\0\0\x01" + BSN.encode())
