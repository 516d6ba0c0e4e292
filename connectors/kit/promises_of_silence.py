"""What is promised of content: nothing of it is said, what is dropped changes nothing, nothing breaks a reader."""

import contextlib
import io
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import BinaryIO, cast

from connectors.connector import RawRecord, Refused
from connectors.formats import format_of
from connectors.intake import take_in
from connectors.kit.planting import Planted, nested, planted
from connectors.kit.subject import TODAY, Bench, Subject
from schemas.vocabulary import Refusal

Check = Callable[[Subject], Iterator[str]]
CANARY = "kanarie-7f3a"
_NUMBER = re.compile(rb"(?<![0-9A-Za-z])[0-9]{9}(?![0-9A-Za-z])")
#: More variants of one sample than this say the same again.
_MOST = 200
_CUTS, _FLIPS = 12, 12
_DEEP, _LONG = 300, 70_000


def silence(subject: Subject) -> Iterator[str]:
    """A value that stands anywhere in a file is in no record, no text of an object, no log and no output."""
    for path in subject.accepted():
        for each in _variants(path.read_bytes(), CANARY):
            if CANARY in _told(subject, each.content):
                yield f"{path.name}: wat in {'.'.join(each.path)} staat, is te lezen"
                break
    for path in subject.all():
        content = path.read_bytes()
        said = _told(subject, content)
        if any(number.decode() in said for number in _NUMBER.findall(content)):
            yield f"{path.name}: een nummer is te lezen"


def _variants(content: bytes, value: str) -> Iterator[Planted]:
    for count, each in enumerate(planted(content, value)):
        if count >= _MOST:
            return
        yield each


def _told(subject: Subject, content: bytes) -> str:
    """Everything that is said of this content: records, texts of objects, log, output."""
    heard, bench = io.StringIO(), Bench()
    handler = logging.StreamHandler(heard)
    logging.getLogger().addHandler(handler)
    try:
        with contextlib.redirect_stdout(heard), contextlib.redirect_stderr(heard):
            said = [repr(bench.take(subject.connector, content))]
            for row in subject.rows(content):
                meant = subject.connector.normalise(row, TODAY) if isinstance(row, RawRecord) else row
                place = (meant.field,) if isinstance(meant, Refused) else ()
                said += [repr(row), repr(meant), *map(str, place)]
    finally:
        logging.getLogger().removeHandler(handler)
    return "\n".join([*said, heard.getvalue(), bench.said().decode("utf-8", "replace")])


def drops(subject: Subject) -> Iterator[str]:
    """What the manifest drops may say anything: what the row means stays the same, or the row is refused."""
    names = subject.manifest.drops
    for path in subject.accepted():
        content = path.read_bytes()
        meant = _meant(subject, content)
        for each in _variants(content, CANARY):
            dropped = names & {*each.path, *_dotted(each.path)}
            changed = _meant(subject, each.content) if dropped else meant
            if len(changed) == len(meant) and any(
                not isinstance(after, Refused) and after != before
                for before, after in zip(meant, changed, strict=True)
            ):
                yield f"{path.name}: {sorted(dropped)[0]} valt volgens connector.toml weg en verandert toch iets"


def _dotted(path: tuple[str, ...]) -> Iterator[str]:
    """Every run of names, as a manifest writes it."""
    for start in range(len(path)):
        yield from (".".join(path[start:end]) for end in range(start + 1, len(path) + 1))


def _meant(subject: Subject, content: bytes) -> list[object]:
    return [
        subject.connector.normalise(row, TODAY) if isinstance(row, RawRecord) else row
        for row in subject.rows(content)
    ]


def unbroken(subject: Subject) -> Iterator[str]:
    """Cut off or damaged anywhere, a file has a closed outcome and breaks nothing."""
    for path in subject.all():
        content = path.read_bytes()
        for damaged in _damaged(content):
            try:
                taken = Bench().take(subject.connector, damaged)
            except Exception as broken:
                yield f"{path.name}, beschadigd: stopt met {type(broken).__name__}"
                break
            if taken.rows != taken.accepted + len(taken.duplicates) + len(taken.refused):
                yield f"{path.name}, beschadigd: rijen raken zoek"


def _damaged(content: bytes) -> Iterator[bytes]:
    """Cut off, and with one byte changed, at places spread over it."""
    for cut in range(_CUTS):
        yield content[: len(content) * cut // _CUTS]
    for flip in range(_FLIPS):
        at = len(content) * flip // _FLIPS
        yield content[:at] + bytes([(content[at] + 13 * (flip + 1)) % 256]) + content[at + 1 :] if content else b""


class _Endless:
    """A file that never ends; who reads on beyond what may be delivered is stopped."""

    def __init__(self, head: bytes, most: int) -> None:
        self._head, self._left = head, most

    def read(self, size: int = -1) -> bytes:
        if size < 0 or self._left <= 0:
            raise MemoryError
        self._left -= size
        piece = (self._head + b" " * size)[:size]
        self._head = self._head[len(piece) :]
        return piece

    def readline(self, size: int = -1) -> bytes:
        return self.read(size)

    def seek(self, at: int, *_: int) -> int:
        return at


def limits(subject: Subject) -> Iterator[str]:
    """Too much is refused before it is read: bytes, depth, the length of a row."""
    largest = subject.connector.largest_file
    small = io.BytesIO(b"{}")
    too_large = take_in(subject.connector, small, largest + 1, Bench().run.effects())
    if [each.reason for each in too_large.refused] != [Refusal.SIZE]:
        yield "een te groot bestand wordt niet om zijn grootte geweigerd"
    endless = subject.connector.delivered(cast(BinaryIO, _Endless(_head(subject), largest + 2_000_000)))
    if not isinstance(endless, Refused):
        yield "een bestand zonder einde wordt niet geweigerd"
    for kind in {format_of(io.BytesIO(path.read_bytes())) for path in subject.accepted()} - {"csv"}:
        deep = Bench().take(subject.connector, nested(kind, _DEEP))
        if deep.accepted or not deep.refused:
            yield f"{_DEEP} niveaus diep ({kind}) wordt niet geweigerd"
    yield from _long_values(subject)


def _head(subject: Subject) -> bytes:
    """How a good file of this source begins."""
    accepted = subject.accepted()
    return accepted[0].read_bytes()[:1] if accepted else b"{"


def _long_values(subject: Subject) -> Iterator[str]:
    """No row becomes longer than a row may be."""
    for path in subject.accepted()[:1]:
        content = path.read_bytes()
        for each in _variants(content, "9" * _LONG):
            rows = subject.rows(each.content)
            if any(isinstance(row, RawRecord) and len(row.raw) > _LONG for row in rows):
                yield f"{path.name}: een rij van {_LONG} bytes ({'.'.join(each.path)}) wordt niet geweigerd"
                return


def ceilings(subject: Subject) -> Iterator[str]:
    """There is a limit on the bytes of a file and on the signals about a person, and a suffix to keep files by."""
    if not 0 < subject.connector.largest_file <= _LARGEST:
        yield "largest_file is geen redelijke grens"
    if not 0 < subject.connector.most_per_person <= _MOST_PER_PERSON:
        yield "most_per_person is geen redelijke grens"
    if not subject.connector.suffixes or not all(map(_SUFFIX.fullmatch, subject.connector.suffixes)):
        yield "suffixes noemt geen uitgang"
    if subject.connector.name != subject.manifest.name:
        yield "de naam in connector.toml is een andere"


_LARGEST, _MOST_PER_PERSON = 1 << 28, 200
_SUFFIX = re.compile(r"\.[a-z]{2,6}")

CHECKS: Mapping[str, Check] = MappingProxyType(
    {"zwijgen": silence, "weglaten": drops, "onbreekbaar": unbroken, "grenzen": limits, "afspraken": ceilings}
)
