"""Bytes read as somebody looking for a person would: as they are, and what hex, base64 or UTF-16 in them say."""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{10,}")
_HEX = re.compile(rb"[0-9A-Fa-f]{12,}")
#: Ids, hashes and dumped bytes: decoded, and not read as digits (nine of them stand there by chance). No digit is
#: also a letter, so that nothing is to be had by giving back what was taken (`+`).
_HEX_WORD = re.compile(rb"[0-9]*+[a-f][0-9a-f]{15,}+|[0-9]{1,15}+[a-f][0-9a-f]++")
_DIGITS = re.compile(rb"[0-9]{8,}")
_WORD = re.compile(rb"[A-Za-z0-9\x80-\xff]+")
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
#: What ends a run, so that its last bytes are read and nothing is read across two runs.
_FILL = (b"AAAA", b"AAAAAAA", b"AAAAAA", b"AAAAA")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: nine-digit numbers, and names or addresses of at least six letters."""

    numbers: frozenset[bytes]
    texts: Mapping[bytes, Sequence[bytes]] = field(default_factory=dict)

    @classmethod
    def of(cls, identities: Iterable[str]) -> "Wanted":
        """Sort identities into numbers and texts; texts are found by their longest word."""
        numbers: set[bytes] = set()
        texts: dict[bytes, list[bytes]] = {}
        for identity in identities:
            if identity.isascii() and identity.isdigit():
                numbers.add(identity.encode())
                continue
            for coding in ("utf-8", "latin-1"):
                text = _lowered(identity).encode(coding, "ignore")
                words = _WORD.findall(text)
                if len(text) >= 6 and words:
                    texts.setdefault(max(words, key=len), []).append(text)
        return cls(frozenset(numbers), MappingProxyType(texts))

    def found_in(self, text: bytes) -> set[bytes]:
        """Which of them stand in these bytes as they are."""
        found = self._numbers_in(text)
        if self.texts:
            lowered = text.lower()
            for word in self.texts.keys() & set(_WORD.findall(lowered)):
                found |= {each for each in self.texts[word] if each in lowered}
        return found

    def _numbers_in(self, text: bytes) -> set[bytes]:
        return self._digits_in(text) and self._digits_in(_HEX_WORD.sub(b" ", text))

    def _digits_in(self, text: bytes) -> set[bytes]:
        """The numbers that stand anywhere in these digits, also by chance in a hash."""
        found: set[bytes] = set()
        for run in set(_DIGITS.findall(text)):
            windows = {run[i : i + 9] for i in range(len(run) - 8)}
            found |= windows & self.numbers
        return found


def _lowered(text: str) -> str:
    return "".join(c.lower() if c.isascii() else c for c in text)


def readings(raw: bytes) -> Iterator[bytes]:
    """The bytes themselves and everything they may be the writing of; a dump writes bytes in hex, so hex twice."""
    yield raw
    yield from _once(raw)
    for inside in filter(None, (_hex(raw), _utf16(raw))):
        yield inside
        yield from _once(inside)
        if deeper := _hex(inside):
            yield deeper


def _once(raw: bytes) -> Iterator[bytes]:
    yield from filter(None, (_utf16(raw), *_base64(raw)))


def _utf16(raw: bytes) -> bytes:
    return raw.replace(b"\0", b"") if b"\0" in raw else b""


def _hex(raw: bytes) -> bytes:
    runs = [run for run in _HEX.findall(raw) if len(run) != 32]
    even = [run[: len(run) & ~1] for run in runs]
    odd = [run[1 : 1 + ((len(run) - 1) & ~1)] for run in runs]
    return bytes.fromhex(b" 20 ".join((*even, *odd)).decode())


def _base64(raw: bytes) -> Iterator[bytes]:
    runs = _BASE64.findall(_HEX_WORD.sub(b" ", raw))
    for alignment in range(4) if runs else ():
        whole = b"".join([run[alignment:] + _FILL[(len(run) - alignment) & 3] for run in runs])
        yield base64.b64decode(whole.translate(_TO_STANDARD))


def written(identity: str) -> Mapping[str, bytes]:
    """One identity in every writing that a scan must be able to read: the positive control."""
    plain = identity.encode()
    aligned = {f"base64 +{n}": base64.b64encode(b"~" * n + plain) for n in range(3)}
    url = {"base64url": base64.urlsafe_b64encode(b"\xff\xfe\xfb" + plain)}
    return {
        "plain": plain,
        "hex": plain.hex().encode(),
        "HEX": plain.hex().upper().encode(),
        "utf-16-le": identity.encode("utf-16-le"),
        "utf-16-be": identity.encode("utf-16-be"),
        **aligned,
        **url,
    }
