"""A sample with something put in the place of one of its values, in whichever of the formats it is written."""

import copy
import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from connectors.formats import format_of

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Planted:
    """Names from the outside in, down to the value that was replaced; and the file as it then is."""

    path: Path
    content: bytes


def planted(content: bytes, value: str) -> Iterator[Planted]:
    """The sample once for each of its values, with *value* in its place."""
    kind = format_of(io.BytesIO(content))
    text = content.decode("utf-8-sig")
    match kind:
        case "xml":
            yield from _in_xml(text.encode(), value)
        case "json" if _is_one_document(text):
            yield from _in_json(json.loads(text), value)
        case "json":
            yield from _in_lines(text, value)
        case _:
            yield from _in_csv(text, value)


def _is_one_document(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return "\n{" not in text.strip()


def _written(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def _in_json(document: Any, value: str) -> Iterator[Planted]:
    for path in _leaves(document):
        changed = copy.deepcopy(document)
        holder = changed
        for part in path[:-1]:
            holder = holder[part]
        holder[path[-1]] = value
        yield Planted(tuple(each for each in path if isinstance(each, str)), _written(changed))


def _leaves(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    match document:
        case dict():
            for name, below in document.items():
                yield from _leaves(below, (*path, name))
        case list():
            for index, below in enumerate(document):
                yield from _leaves(below, (*path, index))
        case _ if path:
            yield path


def _in_lines(text: str, value: str) -> Iterator[Planted]:
    lines = [line for line in text.splitlines() if line.strip()]
    for index, line in enumerate(lines):
        for each in _in_json(json.loads(line), value):
            others = [other.encode() for other in lines]
            others[index] = each.content
            yield Planted(each.path, b"\n".join(others) + b"\n")


def _in_xml(raw: bytes, value: str) -> Iterator[Planted]:
    root = etree.fromstring(raw, etree.XMLParser(resolve_entities=False, no_network=True))
    places: list[tuple[etree._Element, str | None]] = []
    for element in root.iter(etree.Element):
        places += [(element, None)] if not len(element) and (element.text or "").strip() else []
        places += [(element, str(name)) for name in element.attrib]
    for element, attribute in places:
        before = element.text if attribute is None else element.get(attribute)
        _put(element, attribute, value)
        yield Planted(_path(element), etree.tostring(root, xml_declaration=True, encoding="UTF-8"))
        _put(element, attribute, before or "")


def _put(element: etree._Element, attribute: str | None, value: str) -> None:
    if attribute is None:
        element.text = value
    else:
        element.set(attribute, value)


def _path(element: etree._Element) -> Path:
    above = [etree.QName(each).localname for each in element.iterancestors()]
    return (*reversed(above), etree.QName(element).localname)


def _in_csv(text: str, value: str) -> Iterator[Planted]:
    names, *rows = csv.reader(io.StringIO(text), delimiter=";")
    for index, row in enumerate(rows):
        for place, name in enumerate(names[: len(row)]):
            changed = [list(each) for each in rows]
            changed[index][place] = value
            out = io.StringIO()
            csv.writer(out, delimiter=";", lineterminator="\n").writerows([names, *changed])
            yield Planted((name.strip(),), out.getvalue().encode())


def nested(kind: str, depth: int) -> bytes:
    """A document of this format that is nothing but depth."""
    return b"<a>" * depth + b"</a>" * depth if kind == "xml" else b"[" * depth + b"]" * depth
