"""XML as a stream of events: no DOCTYPE, no entities, no network, bounded in depth, attributes and tag length."""

import re
from collections.abc import Iterable, Iterator

from lxml import etree

from connectors.reading import Unreadable
from schemas.vocabulary import Refusal

DEEPEST = 64
MOST_ATTRIBUTES = 128
_LONGEST_TAG = 16_384
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
_ENCODING = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*['\"]([A-Za-z0-9._-]+)")
_OURS = (b"utf-8", b"utf8", b"us-ascii", b"ascii")
_CHARACTER_FAULTS = frozenset({etree.ErrorTypes.ERR_INVALID_CHAR, etree.ErrorTypes.ERR_INVALID_CHARREF})

Event = tuple[str, etree._Element]


class _Guard:
    """What is seen of the bytes before the parser gets them."""

    def __init__(self) -> None:
        self._tail, self._pending, self._first = b"", 0, True

    def check(self, chunk: bytes) -> None:
        window = self._tail + chunk
        upper = window.upper()
        if any(each in upper for each in _DECLARATIONS):
            raise Unreadable(Refusal.DTD)
        if self._first:
            declared = _ENCODING.match(window.lstrip())
            if declared is not None and declared[1].lower() not in _OURS:
                raise Unreadable(Refusal.ENCODING)
        opened, closed = chunk.rfind(b"<"), chunk.rfind(b">")
        if opened > closed:
            self._pending = len(chunk) - opened
        elif closed >= 0:
            self._pending = 0
        elif self._pending:
            self._pending += len(chunk)
        if self._pending > _LONGEST_TAG:
            raise Unreadable(Refusal.SIZE)
        self._tail, self._first = window[-16:], False


def events(chunks: Iterable[bytes]) -> Iterator[Event]:
    """Start and end of every element.

    Raises  Unreadable: dtd, encoding, depth, size, syntax, control_character
    """
    parser = etree.XMLPullParser(
        events=("start", "end", "pi"),
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        remove_comments=True,
    )
    guard, depth, any_yet = _Guard(), 0, False
    for chunk in chunks:
        guard.check(chunk)
        failed = _fed(parser, chunk)
        for kind, element in parser.read_events():
            assert isinstance(element, etree._Element)
            depth += {"start": 1, "end": -1}.get(kind, 0)
            _bounded(kind, element, depth)
            any_yet = True
            yield kind, element
        if failed is not None:
            raise failed
    try:
        parser.close()
    except etree.XMLSyntaxError as fault:
        raise _unreadable(fault) from None
    if not any_yet:
        raise Unreadable(Refusal.SYNTAX)  # libxml2 begins at the fifth byte; four can be an element too


def _bounded(kind: str, element: etree._Element, depth: int) -> None:
    if depth > DEEPEST:
        raise Unreadable(Refusal.DEPTH)
    if kind == "pi":
        raise Unreadable(Refusal.SYNTAX)
    if len(element.attrib) + len(element.nsmap) > MOST_ATTRIBUTES:
        raise Unreadable(Refusal.SIZE)


def _fed(parser: etree.XMLPullParser, chunk: bytes) -> Unreadable | None:
    try:
        parser.feed(chunk)
    except etree.XMLSyntaxError as fault:
        return _unreadable(fault)
    return None


def _unreadable(fault: etree.XMLSyntaxError) -> Unreadable:
    return Unreadable(
        Refusal.CONTROL_CHARACTER if getattr(fault, "code", None) in _CHARACTER_FAULTS else Refusal.SYNTAX
    )


def local_name(element: etree._Element) -> str:
    """The element's name without its namespace, which no public source gives (formats.md 11.1)."""
    tag = element.tag
    assert isinstance(tag, str)
    return tag.rpartition("}")[2]  # QName raises on a prefix that nobody declared


def forget(element: etree._Element) -> None:
    """Let go of an element that was read, and of all before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
