"""Every source is certified, and each promise finds the connector that breaks it."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from connectors import json_lines
from connectors.connector import Delivered, RawRecord, Refused, SignalDraft
from connectors.kit.conformance import CHECKS, certify
from connectors.kit.planting import planted
from connectors.kit.subject import Subject, subject_of
from connectors.sources import SOURCES
from schemas.vocabulary import LifeDomain, Refusal
from tests.unit.kit.toy import GOOD, LARGEST, MANIFEST, Broken, connector, lines, normalise, samples, whole


@pytest.fixture
def toy(tmp_path: Path) -> Subject:
    return Subject(whole(), MANIFEST, samples(tmp_path / "samples"))


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_is_certified(source: str) -> None:
    assert certify(subject_of(source)) == ()


def test_a_connector_of_ones_own_that_keeps_its_promises_is_certified(toy: Subject) -> None:
    assert certify(toy) == ()


_TICK = count()


def _said(draft: SignalDraft | Refused, **changes: Any) -> SignalDraft | Refused:
    return draft if isinstance(draft, Refused) else replace(draft, **changes)


def by_chance(record: RawRecord, today: date) -> SignalDraft | Refused:
    return _said(normalise(record, today), ended_on=date(2026, 4, 1 + next(_TICK) % 28))


def takes_what_it_drops(record: RawRecord, today: date) -> SignalDraft | Refused:
    dropped = isinstance(record.content, dict) and record.content.get("toelichting") != "niets"
    return _said(normalise(record, today), life_domain=LifeDomain.HOUSING if dropped else LifeDomain.FINANCES)


def talks(record: RawRecord, today: date) -> SignalDraft | Refused:
    logging.getLogger("toy").warning("row %s", record.content)
    return normalise(record, today)


def tells_the_value(record: RawRecord, today: date) -> SignalDraft | Refused:
    said = normalise(record, today)
    return replace(said, field=f"bsn {record.content.get('bsn')}") if isinstance(said, Refused) else said


def breaks(record: RawRecord, today: date) -> SignalDraft | Refused:
    return _said(normalise(record, today), source_id=record.content["id"])


def by_arrival(record: RawRecord, today: date) -> SignalDraft | Refused:
    at = datetime(2026, 1, 1, tzinfo=UTC).replace(minute=next(_TICK) // 60 % 60, second=next(_TICK) % 60)
    return _said(normalise(record, today), mutated_at=at)


def new_every_time(record: RawRecord, today: date) -> SignalDraft | Refused:
    return _said(normalise(record, today), source_id=f"T-{next(_TICK)}")


def counts_from_nought(file: BinaryIO) -> Iterator[RawRecord | Refused]:
    for each in json_lines.read(LARGEST, file):
        yield replace(each, row=each.row + 1) if each.row else each


def forgets_a_row(row: int, raw: bytes) -> RawRecord | Refused:
    return replace(json_lines.again(row, raw), row=1)


def never_ends(file: BinaryIO) -> Delivered | Refused:
    while file.read(65_536):
        pass
    return Delivered(None)


def deep_is_fine(file: BinaryIO) -> Iterator[RawRecord | Refused]:
    for each in json_lines.read(LARGEST, file):
        deep = isinstance(each, Refused) and each.reason is Refusal.DEPTH
        yield RawRecord(each.row, b"{}", dict(GOOD)) if deep else each


def any_length(file: BinaryIO) -> Iterator[RawRecord | Refused]:
    for number, line in enumerate(file.read().splitlines(), 1):
        yield RawRecord(number, line, None)


def without(reason: str) -> Any:
    def spoil(subject: Subject) -> Subject:
        (subject.samples / "refused" / f"{reason}.jsonl").unlink()
        return subject

    return spoil


def with_sample(name: str, content: bytes) -> Any:
    def spoil(subject: Subject) -> Subject:
        (subject.samples / name).write_bytes(content)
        return subject

    return spoil


_ = Broken
BROKEN = (
    _("voorbeelden", "an accepted sample is refused", with_sample("accepted/x.jsonl", lines({}))),
    _("voorbeelden", "a refused sample is refused for something else", with_sample("refused/depth.jsonl", b"{")),
    _("redenen", "a reason has no sample", without("date_invalid")),
    _("redenen", "a sample's reason is not in the manifest", with_sample("refused/depth.jsonl", b"[" * 99)),
    _("redenen", "no reasons at all", lambda s: replace(s, manifest=replace(s.manifest, refuses=frozenset()))),
    _("verantwoording", "rows are numbered with a gap", connector(read=counts_from_nought)),
    _("eenduidig", "the same row means something else each time", connector(normalise=by_chance)),
    _("teruglezen", "a kept row comes back as another", connector(again=forgets_a_row)),
    _("dubbel", "the same row is new each time", connector(normalise=new_every_time)),
    _("volgorde", "what came last is newest", connector(normalise=by_arrival)),
    _("zwijgen", "a value is logged", connector(normalise=talks)),
    _("zwijgen", "a value stands in the place of a refusal", connector(normalise=tells_the_value)),
    _("weglaten", "what is dropped says something", connector(normalise=takes_what_it_drops)),
    _("onbreekbaar", "a row without a field stops it", connector(normalise=breaks)),
    _("grenzen", "a file without an end is read to its end", connector(delivered=never_ends)),
    _("grenzen", "depth is taken", connector(read=deep_is_fine)),
    _("grenzen", "a row may be of any length", connector(read=any_length)),
    _("afspraken", "a person may have any number of signals", connector(most_per_person=10_000)),
    _("afspraken", "a file may be of any size", connector(largest_file=1 << 40)),
    _("afspraken", "files have no suffix", connector(suffixes=())),
    _("afspraken", "it is called otherwise", connector(name="other")),
)


def bad(broken: Broken) -> str:
    return f"{broken.check}: {broken.what}"


@pytest.mark.parametrize("broken", BROKEN, ids=bad)
def test_a_promise_that_is_broken_is_found(broken: Broken, toy: Subject) -> None:
    spoiled = broken.spoil(toy)
    assert certify(spoiled, (broken.check,))


def test_every_promise_has_a_connector_that_breaks_it() -> None:
    assert {each.check for each in BROKEN} == set(CHECKS)


def test_a_folder_without_samples_is_no_certificate(tmp_path: Path) -> None:
    found = certify(Subject(whole(), MANIFEST, tmp_path / "nothing"))
    assert {"voorbeelden", "redenen"} <= {each.check for each in found}


@pytest.mark.parametrize("source", SOURCES)
def test_a_value_can_be_planted_in_every_place_of_every_format(source: str) -> None:
    for path in subject_of(source).accepted():
        content = path.read_bytes()
        places = list(planted(content, "kanarie"))
        rows = [each for each in subject_of(source).rows(content) if isinstance(each, RawRecord)]
        assert len(places) >= len(rows) and all(b"kanarie" in each.content for each in places)
        assert BytesIO(content).read() == content
