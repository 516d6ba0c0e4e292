"""Keep of a resource only what the tables take; what may not stand there is noted by place, never by value."""

from dataclasses import dataclass, field
from typing import Any

from connectors.general_practice.shapes import (
    DROP,
    EXTENSION,
    NARROWING,
    PROVISION,
    REFUSED_NAMES,
    RESOURCE,
    RESOURCES,
    ROWS,
    TEXT,
    UNREAD,
    Extensions,
    Shape,
    last_part,
)
from connectors.reading import unseen
from schemas.vocabulary import Refusal

LONGEST_TEXT = 500

Fault = tuple[Refusal, str]


@dataclass(slots=True)
class Kept:
    """A resource as far as we may know it, and what was wrong with the rest."""

    content: dict[str, Any] = field(repr=False)
    faults: list[Fault]

    @property
    def kind(self) -> str:
        return str(self.content.get("resourceType", ""))


def kept_resource(content: Any) -> Kept | None:
    """What we keep of one resource; none where it is of a kind that may not be sent."""
    kind = content.get("resourceType") if isinstance(content, dict) else None
    if not isinstance(kind, str) or kind not in RESOURCES:
        return None
    if kind in UNREAD:
        return Kept({"resourceType": kind}, [])
    faults: list[Fault] = []
    return Kept(_members(content, RESOURCES[kind], kind, faults), faults)


def kept_part(content: Any, shape: Shape, place: str) -> tuple[Any, list[Fault]]:
    """The same for a part that stands alone, as what is round the entries."""
    faults: list[Fault] = []
    return _kept(content, shape, place, faults), faults


def _kept(content: Any, shape: Shape, place: str, faults: list[Fault]) -> Any:
    if shape is TEXT:
        return _text(content, place, faults)
    if shape is RESOURCE:
        return _contained(content, place, faults)
    if isinstance(shape, Extensions):
        return _extensions(content, shape, place, faults)
    if isinstance(shape, list):
        return _items(content, shape[0], place, faults)
    assert isinstance(shape, dict)
    return _members(content, shape, place, faults)


def _text(content: Any, place: str, faults: list[Fault]) -> str:
    if not isinstance(content, str) or not content or len(content) > LONGEST_TEXT:
        faults.append((Refusal.FIELD_INVALID, place))
        return ""
    if unseen(content):
        faults.append((Refusal.CONTROL_CHARACTER, place))
        return ""
    return content


def _items(content: Any, inner: Shape, place: str, faults: list[Fault]) -> list[Any]:
    if not isinstance(content, list) or not content:
        faults.append((Refusal.FIELD_INVALID, place))
        return []
    # An array beside an array of primitives holds null where there is nothing to say.
    beside = place.rpartition(".")[2].startswith("_")
    return [None if each is None and beside else _kept(each, inner, place, faults) for each in content]


def _members(content: Any, shape: Any, place: str, faults: list[Fault]) -> dict[str, Any]:
    if not isinstance(content, dict) or not content:
        faults.append((Refusal.FIELD_INVALID, place))
        return {}
    found: dict[str, Any] = {}
    for name, value in content.items():
        inner = shape.get(name)
        if inner is None:
            faults.append((Refusal.FIELD_NOT_ALLOWED, f"{place}.{name}" if name in REFUSED_NAMES else place))
        elif inner is not DROP:
            found[name] = _kept(value, inner, f"{place}.{name}", faults)
        elif shape is PROVISION and name in NARROWING:
            found["narrowed"] = True
    return found


def _extensions(content: Any, allowed: Extensions, place: str, faults: list[Fault]) -> dict[str, str]:
    """What each extension says, by its name; an empty text where it says something that is not looked into."""
    found: dict[str, str] = {}
    for each in _items(content, EXTENSION, place, faults):
        name = last_part(each.get("url", ""))
        if name not in allowed.urls:
            faults.append((Refusal.FIELD_NOT_ALLOWED, place))
        else:
            found[name] = each.get("valueString") or each.get("valueCode") or ""
    return found


def _contained(content: Any, place: str, faults: list[Fault]) -> dict[str, Any]:
    kept = kept_resource(content)
    # A Consent inside another resource has no place of its own: it could not be published, nor taken back later.
    if kept is None or kept.kind in ROWS:
        faults.append((Refusal.FIELD_NOT_ALLOWED, place))
        return {}
    faults.extend(kept.faults)
    return kept.content
