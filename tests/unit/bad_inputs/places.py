"""Every place of every format of every source, by the samples beside the connectors."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

import connectors
from connectors.formats import format_of
from connectors.kit.planting import planted
from connectors.sources import SOURCES

HERE = Path(connectors.__file__).parent
_SEED = "zaadje-2b7e"


@dataclass(frozen=True, slots=True)
class Place:
    """A value of a sample: `with_value` is the file with something else there."""

    source: str
    kind: str
    path: tuple[str, ...]
    content: bytes

    @property
    def name(self) -> str:
        return f"{self.source} {self.kind} {'.'.join(self.path)}"

    def with_value(self, value: str) -> bytes:
        return self.content.replace(_SEED.encode(), _WRITTEN[self.kind](value).encode())


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _in_xml(text: str) -> str:
    return escape(text, {'"': "&quot;"})


def _in_csv(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


_WRITTEN = {"json": _in_json, "xml": _in_xml, "csv": _in_csv}


def samples(source: str, folder: str = "accepted") -> list[Path]:
    return sorted((HERE / source / "samples" / folder).iterdir())


@cache
def places(source: str) -> tuple[Place, ...]:
    """Each name of each format of this source once, in the first sample where it stands."""
    found: dict[tuple[str, tuple[str, ...]], Place] = {}
    for path in samples(source):
        content = path.read_bytes()
        kind = format_of(io.BytesIO(content))
        for each in planted(content, _SEED):
            found.setdefault((kind, each.path), Place(source, kind, each.path, each.content))
    return tuple(found.values())


def named(source: str, *names: str) -> tuple[Place, ...]:
    """The places whose last name is one of these."""
    return tuple(each for each in places(source) if each.path[-1] in names)


def filled(content: bytes, value: str) -> bytes:
    """The sample with a text of its own in every place at once: *value* and a number."""
    numbers = count(1)
    text, kind = content.decode("utf-8-sig"), format_of(io.BytesIO(content))
    match kind:
        case "xml":
            root = etree.fromstring(text.encode())
            for element in root.iter(etree.Element):
                if not len(element) and (element.text or "").strip():
                    element.text = f"{value}-{next(numbers)}"
            return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
        case "csv":
            head, *rows = csv.reader(io.StringIO(text), delimiter=";")
            lines = [";".join(f"{value}-{next(numbers)}" for _ in row) for row in rows]
            return "\n".join([";".join(head), *lines, ""]).encode()
        case _:
            return _filled_json(text, value, numbers)


def _filled_json(text: str, value: str, numbers: Iterator[int]) -> bytes:
    def everywhere(document: Any) -> Any:
        match document:
            case dict():
                return {name: everywhere(below) for name, below in document.items()}
            case list():
                return [everywhere(below) for below in document]
            case str():
                return f"{value}-{next(numbers)}"
            case _:
                return document

    def documents() -> Iterator[Any]:
        try:
            yield json.loads(text)
        except ValueError:
            yield from (json.loads(line) for line in text.splitlines() if line.strip())

    return "".join(json.dumps(everywhere(each)) + "\n" for each in documents()).encode()


ALL_PLACES = tuple(each for source in SOURCES for each in places(source))


@dataclass(frozen=True, slots=True)
class Holder:
    """Something in a sample that holds named values: `with_field` is the file with one more name in it."""

    source: str
    kind: str
    path: tuple[str, ...]
    content: bytes

    @property
    def name(self) -> str:
        return f"{self.source} {self.kind} {'.'.join(self.path) or 'the file'}"

    def with_field(self, name: str, value: str) -> bytes:
        return self.content.replace(b"zaadnaam", name.encode()).replace(_SEED.encode(), value.encode())


@cache
def holders(source: str) -> tuple[Holder, ...]:
    """Each object, element or line of each format of this source once, in the first sample where it stands."""
    found: dict[tuple[str, tuple[str, ...]], Holder] = {}
    for path in samples(source):
        content = path.read_bytes()
        kind = format_of(io.BytesIO(content))
        for place, grown in _GROWING[kind](content.decode("utf-8-sig")):
            found.setdefault((kind, place), Holder(source, kind, place, grown.encode()))
    return tuple(found.values())


def _grown_json(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    try:
        documents = [json.loads(text)]
    except ValueError:
        documents = [json.loads(line) for line in text.splitlines() if line.strip()]
    for document in documents:
        for path, held in _objects(document, ()):
            held["zaadnaam"] = _SEED
            yield path, "".join(json.dumps(each) + "\n" for each in documents)
            del held["zaadnaam"]


def _objects(document: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    match document:
        case dict():
            yield path, document
            for name, below in list(document.items()):
                yield from _objects(below, (*path, name))
        case list():
            for below in document:
                yield from _objects(below, path)


def _grown_xml(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    root = etree.fromstring(text.encode())
    for element in [each for each in root.iter(etree.Element) if len(each)]:
        space = etree.QName(element).namespace
        added = etree.SubElement(element, f"{{{space}}}zaadnaam" if space else "zaadnaam")
        fhir = space is not None and "fhir" in space
        if fhir:
            added.set("value", _SEED)
        else:
            added.text = _SEED
        above = [etree.QName(each).localname for each in element.iterancestors()]
        yield (*reversed(above), etree.QName(element).localname), etree.tostring(root, encoding="unicode")
        element.remove(added)


def _grown_csv(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    head, *lines = text.splitlines()
    yield (), "\n".join([f"{head};zaadnaam", *(f"{line};{_SEED}" for line in lines), ""])


_GROWING = {"json": _grown_json, "xml": _grown_xml, "csv": _grown_csv}
