"""From FHIR XML to the shape that FHIR JSON has: one model in two spellings, so that one reader judges both.

Source  hl7.org/fhir/R4/xml.html and json.html
"""

from typing import Any

from lxml import etree

from connectors.general_practice.shapes import (
    DROP,
    EXTENSION,
    RESOURCE,
    RESOURCES,
    TEXT,
    Extensions,
    Shape,
)

Element = etree._Element
FHIR = "{http://hl7.org/fhir}"
#: A name that no table has: what stands under it is refused.
_NOT_FHIR = "?"
#: What is dropped or refused is not looked into; that it is there is all that is said.
_PRESENT = True


class Doubled(Exception):
    """An element that may stand there once stands there twice."""


def name_of(element: Element) -> str:
    """The element's name in FHIR, or one that is on no list."""
    tag = str(element.tag)
    return tag.removeprefix(FHIR) if tag.startswith(FHIR) else _NOT_FHIR


def resource_of(element: Element) -> dict[str, Any]:
    """One resource.  Raises Doubled"""
    kind = name_of(element)
    shape = RESOURCES.get(kind)
    return {"resourceType": kind} | ({} if shape is None else part_of(element, shape))


def part_of(element: Element, shape: Any) -> dict[str, Any]:
    """Its children, and what is written as attributes.  Raises Doubled"""
    found: dict[str, Any] = {}
    for attribute in element.attrib:
        known = attribute == "id" or (attribute == "url" and "url" in shape)
        found["url" if attribute == "url" else "id" if known else _NOT_FHIR] = str(element.get(attribute))
    for child in element:
        _add(found, child, name_of(child), shape)
    return found


def _add(found: dict[str, Any], child: Element, name: str, shape: Any) -> None:
    inner: Shape | None = shape.get(name)
    if inner is None or inner is DROP:
        found[name] = _PRESENT
        return
    repeats = isinstance(inner, list | Extensions)
    if name in found and not repeats:
        raise Doubled
    one = inner[0] if isinstance(inner, list) else EXTENSION if isinstance(inner, Extensions) else inner
    value = _value(child, one)
    if repeats:
        found.setdefault(name, []).append(value)
    else:
        found[name] = value
    if one is TEXT:
        _beside(found, child, name, inner, shape)


def _value(child: Element, shape: Shape) -> Any:
    if shape is TEXT:
        return child.get("value")
    if shape is RESOURCE:
        inside = list(child)
        return resource_of(inside[0]) if len(inside) == 1 else None
    return part_of(child, shape)


def _beside(found: dict[str, Any], child: Element, name: str, inner: Shape, shape: Any) -> None:
    """The extensions of a primitive: JSON writes them beside it, under its name with a line before it."""
    beside = f"_{name}"
    said = _primitive_extensions(child, beside, shape)
    if isinstance(inner, list):
        # As many as there are values, so that each stays with its own.
        others = found.setdefault(beside, []) if said is not None or beside in found else None
        if others is not None:
            others.extend([None] * (len(found[name]) - 1 - len(others)))
            others.append(said)
    elif said is not None:
        found[beside] = said


def _primitive_extensions(child: Element, beside: str, shape: Any) -> Any:
    extra = [attribute for attribute in child.attrib if attribute not in ("value", "id")]
    if not len(child) and not extra:
        return None
    known = shape.get(beside)
    if known is None or known is DROP or extra:
        return _PRESENT
    return part_of(_without_value(child), known[0] if isinstance(known, list) else known)


def _without_value(child: Element) -> Element:
    for attribute in set(child.attrib) & {"value", "id"}:
        child.attrib.pop(attribute)
    return child
