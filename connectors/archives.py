"""A zip or gzip that was dropped: one level, few entries, bounded; either all of it is in order or none is used.

Names inside are never used for anything; what they could be used for is refused.
Source  bad_inputs.md A15, A16: ratio 100, 512 MiB in all, 10 entries, one level
"""

import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

MOST_ENTRIES = 10
MOST_RATIO = 100
LARGEST_IN_ALL = 512 * 1024 * 1024
_CHUNK = 65_536
_ZIP, _GZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"), b"\x1f\x8b"
_HEAD = 4
_END, _LOCAL = struct.Struct("<4s4H2LH"), struct.Struct("<4s5H3L2H")
_ZIP64_LOCATOR = 20
_DIRECTORY = 65_536
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_NAVIGATING = ("/", "\\", ":", "..", "\0")
#: Everything that zipfile and zlib say of bytes that are no archive.
_BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
)


class BadArchive(Exception):
    """It is not unpacked: broken, encrypted, too large, or made to do harm."""


def is_archive(file: BinaryIO) -> bool:
    """Whether its first bytes say so, whatever it is called; the file stands at its beginning again."""
    file.seek(0)
    head = file.read(_HEAD)
    file.seek(0)
    return _looks_packed(head)


def _looks_packed(head: bytes) -> bool:
    return head.startswith((*_ZIP, _GZIP))


@contextmanager
def unpacked(file: BinaryIO, size: int, folder: Path) -> Iterator[Sequence[BinaryIO]]:
    """Every entry as a nameless file in *folder*, gone when this ends.

    Raises  BadArchive, before any entry was given; OSError when the disk is full
    """
    with ExitStack() as held:
        try:
            file.seek(0)
            packed = _gzip if file.read(_HEAD).startswith(_GZIP) else _zip
            entries = [_written(held, folder, chunks) for chunks in packed(file, size)]
        except _BROKEN:
            raise BadArchive from None
        yield entries


def _written(held: ExitStack, folder: Path, chunks: Iterator[bytes]) -> BinaryIO:
    made = cast(IO[bytes], held.enter_context(tempfile.TemporaryFile(dir=folder)))  # noqa: SIM115
    first = b""
    for chunk in chunks:
        if len(first) < _HEAD:
            first += chunk[:_HEAD]
            if _looks_packed(first):
                raise BadArchive
        made.write(chunk)
    made.flush()
    made.seek(0)
    return cast(BinaryIO, made)


def _gzip(file: BinaryIO, size: int) -> Iterator[Iterator[bytes]]:
    yield _one_member(file, min(LARGEST_IN_ALL, size * MOST_RATIO))


def _one_member(file: BinaryIO, most: int) -> Iterator[bytes]:
    """The one member of a gzip; anything behind it is refused."""
    reader, total = zlib.decompressobj(wbits=31), 0
    file.seek(0)
    for chunk in iter(lambda: file.read(_CHUNK), b""):
        if reader.eof:
            raise BadArchive
        rest = chunk
        while rest:
            out = reader.decompress(rest, _CHUNK)
            total += len(out)
            if total > most or reader.unused_data:
                raise BadArchive
            yield out
            rest = reader.unconsumed_tail
    while not reader.eof:
        out = reader.decompress(b"", _CHUNK)
        total += len(out)
        if not out or total > most:
            raise BadArchive
        yield out


def _zip(file: BinaryIO, size: int) -> Iterator[Iterator[bytes]]:
    directory = _directory_of(file, size)
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        if not 1 <= len(entries) <= MOST_ENTRIES or sum(each.file_size for each in entries) > LARGEST_IN_ALL:
            raise BadArchive
        if not all(map(_harmless, entries)) or _overlapping(file, entries, directory):
            raise BadArchive
        for entry in entries:
            yield _content(archive, entry)


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as opened:
        yield from iter(lambda: opened.read(_CHUNK), b"")


def _directory_of(file: BinaryIO, size: int) -> int:
    """Where the directory begins, of an archive small enough to let zipfile read it.

    zipfile makes an object of every entry before anybody can count them, and follows a zip64 locator wherever it
    points; so the end must be plain: no comment, no zip64, nothing between the directory and it.
    """
    if size < _END.size:
        raise BadArchive
    file.seek(max(0, size - _END.size - _ZIP64_LOCATOR))
    tail = file.read(_END.size + _ZIP64_LOCATOR)
    mark, disk, start, here, entries, length, at, comment = _END.unpack(tail[-_END.size :])
    plain = mark == b"PK\x05\x06" and not (disk or start or comment) and here == entries <= MOST_ENTRIES
    if not plain or tail.startswith(b"PK\x06\x07") or length > _DIRECTORY or at + length != size - _END.size:
        raise BadArchive
    return int(at)


def _harmless(entry: zipfile.ZipInfo) -> bool:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    return (
        not entry.flag_bits & _ENCRYPTED
        and entry.compress_type in _PLAIN
        and kind in (0, stat.S_IFREG)
        and not any(each in entry.orig_filename for each in _NAVIGATING)
        and entry.file_size <= max(entry.compress_size, 1) * MOST_RATIO
    )


def _overlapping(file: BinaryIO, entries: Sequence[zipfile.ZipInfo], directory: int) -> bool:
    """Whether two entries share bytes, or one reaches into the directory."""
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    ends = [each.header_offset for each in ordered[1:]] + [directory]
    for entry, end in zip(ordered, ends, strict=True):
        file.seek(entry.header_offset)
        *_, name, extra = _LOCAL.unpack(file.read(_LOCAL.size))
        if entry.header_offset + _LOCAL.size + name + extra + entry.compress_size > end:
            return True
    return False
