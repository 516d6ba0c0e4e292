"""From a sample to something that is almost one: by bytes, and by what the format is made of."""

import json
import random
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import connectors

HERE = Path(connectors.__file__).parent
_LARGEST_SAMPLE = 40_000
_TOKENS = (
    b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\\ud800", b"\\u0000", b"NaN", b"-Infinity",
    b"1e999999999", b"9" * 5_000, b"null", b"[" * 70, b"{" * 70, b"]", b"}", b'"', b"'", b";", b"\t", b"\n",
    b"\r", b"<!DOCTYPE x>", b"&x;", b"&#0;", b"<![CDATA[", b"]]>", b"<?x y?>", b"<!--", b'xmlns:x="y"', b"<x/>",
    b"-", b"0", b"true", "\u202e".encode(), "\u0660".encode(), b"2026-02-30", b"0000-00-00",
    b"9999-12-31T23:59:60Z", b"999990019", b"999999999", b"x" * 70_000,
)  # fmt: skip
_VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 10**18, 1.5, "", " ", "x" * 300, "999990019", "2026-03-05", "2026-02-30", "0001-01-01",
    "9999-12-31", "2026-03-05T08:00:00+99:99", "\u202e", "\x00",
    "٩٩٩٩٩٠٠١٩", [], {}, [[]], [None], {"": ""}, {"a": [{}]},
)  # fmt: skip
_ELEMENT = re.compile(rb"<([A-Za-z:]+)[^<>]*>[^<>]*</\1>")
_TEXT = re.compile(rb">([^<>]+)<")
Random = random.Random


@cache
def samples(source: str) -> tuple[bytes, ...]:
    """What is delivered with the connector, good and bad; the large ones are left out, they cost time."""
    found = [path.read_bytes() for path in sorted((HERE / source / "samples").rglob("*")) if path.is_file()]
    return tuple(each for each in found if len(each) <= _LARGEST_SAMPLE)


def mutated(source: str, rng: Random) -> bytes:
    """A sample with one to four changes."""
    content = rng.choice(samples(source))
    for _ in range(rng.choice((1, 1, 2, 4))):
        content = rng.choice(_CHANGES)(content, rng, samples(source))
    return content


def _span(content: bytes, rng: Random, most: int = 40) -> tuple[int, int]:
    start = rng.randrange(len(content) + 1)
    return start, min(len(content), start + rng.randrange(most + 1))


def _flipped(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _cut(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(content, rng, 400)
    return content[:start] + content[end:]


def _ended(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def _doubled(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(content, rng, 400)
    return content[:end] + content[start:end] * rng.choice((1, 1, 2, 50)) + content[end:]


def _with_token(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(content, rng, rng.choice((0, 0, 12)))
    return content[:start] + rng.choice(_TOKENS) + content[end:]


def _spliced(content: bytes, rng: Random, others: Sequence[bytes]) -> bytes:
    other = rng.choice(others)
    return content[: rng.randrange(len(content) + 1)] + other[rng.randrange(len(other) + 1) :]


def _json(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    """Another value, a key less, more or doubled, somewhere in a document or in one of its lines."""
    lines = content.split(b"\n") if content[:1] == b"{" and content.count(b"\n{") else [content]
    at = rng.randrange(len(lines))
    try:
        document = json.loads(lines[at])
    except (ValueError, RecursionError):
        return content
    lines[at] = _written(_changed(document, rng), rng)
    return b"\n".join(lines)


def _changed(value: Any, rng: Random) -> Any:
    if isinstance(value, dict) and value and rng.random() < 0.85:
        key = rng.choice(sorted(value))
        match rng.randrange(8):
            case 0:
                return {name: each for name, each in value.items() if name != key}
            case 1:
                return {**value, rng.choice(("x", key + "x", key.lower(), "")): value[key]}
            case _:
                return {**value, key: _changed(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.85:
        at = rng.randrange(len(value))
        if rng.random() < 0.2:
            return value[:at] + [value[at]] * rng.choice((0, 2, 3)) + value[at + 1 :]
        return [*value[:at], _changed(value[at], rng), *value[at + 1 :]]
    return rng.choice(_VALUES)


def _written(document: Any, rng: Random) -> bytes:
    text = json.dumps(document, ensure_ascii=rng.random() < 0.5)
    if rng.random() < 0.1:
        text = re.sub(r'("\w+": [^,{}\[\]]+)', r"\1, \1", text, count=1)
    return text.encode("utf-8", "replace")


def _xml(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    """An element dropped, doubled, moved or renamed, or another text in it."""
    found = list(_ELEMENT.finditer(content))
    if not found:
        return content
    one = rng.choice(found)
    whole = one[0]
    match rng.randrange(5):
        case 0:
            other = b""
        case 1:
            other = whole * 2
        case 2:
            other = whole.replace(one[1], b"x" + one[1])
        case 3:
            other = rng.choice(found)[0]
        case _:
            text = json.dumps(rng.choice(_VALUES), ensure_ascii=False).strip('"').encode()
            other = _TEXT.sub(lambda _: b">" + text + b"<", whole)
    return content[: one.start()] + other + content[one.end() :]


def _csv(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    """Another cell, a cell more or less, in one line."""
    lines = content.split(b"\n")
    at = rng.randrange(len(lines))
    cells = lines[at].split(b";")
    cell = rng.randrange(len(cells))
    filled = json.dumps(rng.choice(_VALUES), ensure_ascii=False).strip('"').encode()
    cells[cell : cell + rng.randrange(3)] = rng.choice(([filled], [filled], [], [filled, filled]))
    lines[at] = b";".join(cells)
    return b"\n".join(lines)


_CHANGES: tuple[Callable[[bytes, Random, Sequence[bytes]], bytes], ...] = (
    _flipped, _cut, _ended, _doubled, _with_token, _spliced, _json, _json, _json, _xml, _xml, _csv,
)  # fmt: skip
