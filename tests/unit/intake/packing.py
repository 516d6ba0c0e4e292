"""Archives as senders make them, and as attackers do."""

import gzip
import io
import stat
import struct
import zipfile
from collections.abc import Callable, Mapping


def zipped(entries: Mapping[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def _symlink() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo("link")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    return out.getvalue()


def _patched(content: bytes, mark: bytes, at: int, value: bytes) -> bytes:
    """The bytes with other ones at an offset from every mark."""
    changed = bytearray(content)
    start = changed.find(mark)
    while start >= 0:
        changed[start + at : start + at + len(value)] = value
        start = changed.find(mark, start + 4)
    return bytes(changed)


def _encrypted(good: bytes) -> bytes:
    packed = zipped({"a": good})
    flagged = _patched(packed, b"PK\x01\x02", 8, b"\x01\x00")
    return _patched(flagged, b"PK\x03\x04", 6, b"\x01\x00")


def _overlapping(good: bytes) -> bytes:
    """Two entries of the directory that point at the same bytes (the better zip bomb)."""
    packed = zipped({"a": good, "b": good})
    second = packed.rfind(b"PK\x01\x02")
    changed = bytearray(packed)
    changed[second + 42 : second + 46] = struct.pack("<L", 0)
    name = second + 46
    changed[name : name + 1] = b"a"
    return bytes(changed)


def _many(count: int) -> bytes:
    return zipped({f"{n}": b"" for n in range(count)}, zipfile.ZIP_STORED)


def _lying_count() -> bytes:
    """A hundred thousand entries whose end says that there are ten."""
    return _patched(_many(100_000), b"PK\x05\x06", 8, struct.pack("<HH", 10, 10))


def _nested(good: bytes) -> bytes:
    for _ in range(10):
        good = zipped({"a": good})
    return good


def _gzip_bomb() -> bytes:
    return gzip.compress(b"0" * 200_000_000)


#: Every archive that is used for nothing, made of a file that would be good by itself.
HOSTILE: Mapping[str, Callable[[bytes], bytes]] = {
    "zip slip": lambda good: zipped({"../../etc/cron.d/x": good}),
    "absolute path": lambda good: zipped({"/etc/x": good}),
    "drive letter": lambda good: zipped({"C:x": good}),
    "backslash": lambda good: zipped({"..\\x": good}),
    "folder": lambda good: zipped({"map/a.json": good}),
    "zip bomb": lambda good: zipped({"a": b"0" * 200_000_000}),
    "zip bomb beside a good file": lambda good: zipped({"a": good, "b": b"0" * 20_000_000}),
    "nested": lambda good: zipped({"a": zipped({"a": good})}),
    "nested ten deep": _nested,
    "gzip in zip": lambda good: zipped({"a": gzip.compress(good)}),
    "zip in gzip": lambda good: gzip.compress(zipped({"a": good})),
    "eleven entries": lambda good: zipped({f"{n}": good for n in range(11)}),
    "100,000 entries": lambda good: _many(100_000),
    "100,000 entries that say ten": lambda good: _lying_count(),
    "no entries": lambda good: zipped({}),
    "overlapping": _overlapping,
    "encrypted": _encrypted,
    "symlink": lambda good: _symlink(),
    "wrong CRC": lambda good: _patched(zipped({"a": good}), b"PK\x01\x02", 16, b"\0\0\0\0"),
    "unknown method": lambda good: zipped({"a": good}, zipfile.ZIP_LZMA),
    "cut off": lambda good: zipped({"a": good})[:-30],
    "bytes behind it": lambda good: zipped({"a": good}) + b"x",
    "bytes before its directory": lambda good: zipped({"a": good})[:-22] + b"x" + zipped({"a": good})[-22:],
    "names that differ": lambda good: _patched(zipped({"a": good}), b"PK\x01\x02", 46, b"b"),
    "only a mark": lambda good: b"PK\x03\x04",
    "gzip bomb": lambda good: _gzip_bomb(),
    "gzip cut off": lambda good: gzip.compress(good)[:-4],
    "gzip with a wrong CRC": lambda good: gzip.compress(good)[:-8] + b"\0" * 8,
    "gzip with bytes behind it": lambda good: gzip.compress(good) + b"x",
    "two gzips in a row": lambda good: gzip.compress(good) * 2,
    "gzip that is none": lambda good: b"\x1f\x8b" + good,
}
