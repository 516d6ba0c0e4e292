"""Rows of an earlier file, by their own ids, as a new file: to correct by hand, or withdrawn already.

What is withdrawn must still say whom it is about, and only the sender knows that: the rows come from its own file.
"""

import copy
import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from lxml import etree

from connectors.formats import format_of
from schemas.civil import AMSTERDAM


@dataclass(frozen=True, slots=True)
class Rule:
    """Where a format has the id of a row, what says that it is withdrawn, and what says when it was changed.

    A moment is written as ISO 8601 with its zone; `day` and `clock` are its parts in Dutch time.
    """

    id: str
    withdrawn: Mapping[str, Any]
    beside: str | None = None
    moment: str | None = None
    day: str | None = None
    clock: str | None = None
    row: str = ""
    whole_moment: str | None = None
    emptied: str | None = None


_ARREARS_OVER = "Niet opgepakt: onterecht signaal"
_RULES: Mapping[tuple[str, str], Rule] = MappingProxyType(
    {
        ("school_attendance", "xml"): Rule(
            id="NummerMeldingRelatiefVerzuim",
            withdrawn={"StatusMeldingRelatiefVerzuim": "I"},
            day="DatumLaatsteMutatie",
            clock="TijdstipLaatsteMutatie",
            row="Verzuimgeval",
        ),
        ("school_attendance", "csv"): Rule(
            id="Meldingsnummer",
            withdrawn={"Status melding": "ingetrokken"},
            day="Datum laatste mutatie",
            clock="Tijdstip laatste mutatie",
        ),
        ("debt_services", "json"): Rule(
            id="ID",
            withdrawn={"status": _ARREARS_OVER},
            beside="client",
            whole_moment="aanleverdatumEnTijd",
            emptied="vroegsignaalzaken",
        ),
        ("debt_services", "csv"): Rule(id="kenmerk", withdrawn={"status": _ARREARS_OVER}),
        ("general_practice", "json"): Rule(
            id="identifier", withdrawn={"status": "revoked"}, row="ServiceRequest", moment="lastUpdated"
        ),
        ("veilig_thuis", "json"): Rule(id="meldingnummer", withdrawn={"ingetrokken": True}, moment="gewijzigdOp"),
        ("wijkteam_intake", "json"): Rule(id="id", withdrawn={"ingetrokken": True}, moment="vastgelegdOp"),
        ("consent_register", "json"): Rule(id="id", withdrawn={"verklaring": "ingetrokken"}, moment="vastgelegdOp"),
    }
)


class NotPicked(Exception):
    """These rows cannot be made into a file; its text says why, without a value of the file."""


@dataclass(slots=True)
class _Picking:
    rule: Rule
    ids: Set[str]
    withdraw: bool
    now: datetime
    found: set[str] = field(default_factory=set)

    def wanted(self, id: object) -> bool:
        if isinstance(id, str) and id in self.ids:
            self.found.add(id)
            return True
        return False

    def any_wanted(self, ids: Iterable[object]) -> bool:
        """Whether one of these ids of one row was asked for; each is looked at, so that each counts as found."""
        return bool(sum(map(self.wanted, ids)))

    @property
    def changes(self) -> Mapping[str, Any]:
        return self.rule.withdrawn if self.withdraw else {}

    @property
    def said_at(self) -> str:
        return self.now.astimezone(AMSTERDAM).isoformat(timespec="seconds")

    @property
    def civil(self) -> Mapping[str, str]:
        """Day and clock of the change, under the names that the format has for them."""
        local = self.now.astimezone(AMSTERDAM)
        given = {self.rule.day: local.date().isoformat(), self.rule.clock: local.strftime("%H:%M:%S")}
        return {name: value for name, value in given.items() if name is not None}


def picked(source: str, content: bytes, ids: Set[str], withdraw: bool, now: datetime) -> bytes:
    """The rows with these ids alone; withdrawn where that is asked, and changed at this moment.

    Raises  NotPicked
    """
    kind = format_of(io.BytesIO(content))
    rule = _RULES.get((source, kind))
    if rule is None:
        raise NotPicked("dit formaat kan niet zo worden gemaakt; gebruik het andere formaat van deze bron.")
    picking = _Picking(rule, ids, withdraw, now)
    try:
        made = _MAKERS[kind](content, picking)
    except (ValueError, KeyError, IndexError, TypeError, csv.Error, etree.XMLSyntaxError):
        raise NotPicked("dat bestand is niet te lezen; kijk het eerst na met signaalbrug source check.") from None
    if missing := len(ids - picking.found):
        raise NotPicked(f"{missing} van de kenmerken staat niet in dat bestand.")
    return made


def _json(content: bytes, picking: _Picking) -> bytes:
    text = content.decode("utf-8-sig")
    try:
        document = json.loads(text)
    except ValueError:
        return _lines(text, picking)
    if picking.rule.row:
        return _written(_of_bundle(document, picking))
    if isinstance(document, dict) and picking.rule.whole_moment:
        document[picking.rule.whole_moment] = picking.said_at
    return b"".join(map(_written, _kept([document], picking)))


def _lines(text: str, picking: _Picking) -> bytes:
    rows = _kept([json.loads(line) for line in text.splitlines() if line.strip()], picking)
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def _written(document: Any) -> bytes:
    return json.dumps(document, indent=1, ensure_ascii=False).encode() + b"\n"


def _kept(items: list[Any], picking: _Picking) -> list[Any]:
    """The items without the rows that are not wanted, at any depth; the wanted ones changed."""
    kept: list[Any] = []
    for item in items:
        if isinstance(item, dict) and _is_row(item, picking.rule):
            if picking.wanted(item[picking.rule.id]):
                kept.append(_changed(item, picking))
        elif isinstance(item, dict):
            kept.append({name: _below(name, value, picking) for name, value in item.items()})
        elif isinstance(item, list):
            kept.append(_kept(item, picking))
        else:
            kept.append(item)
    return kept


def _below(name: str, value: Any, picking: _Picking) -> Any:
    """What stands under a name; what speaks of other rows is emptied."""
    if name == picking.rule.emptied:
        return []
    return _kept(value, picking) if isinstance(value, list) else value


def _is_row(item: Mapping[str, Any], rule: Rule) -> bool:
    return rule.id in item and (rule.beside is None or rule.beside in item)


def _changed(row: Mapping[str, Any], picking: _Picking) -> dict[str, Any]:
    changed = {**copy.deepcopy(dict(row)), **picking.changes}
    if picking.rule.moment is not None:
        changed[picking.rule.moment] = picking.said_at
    return changed


def _of_bundle(document: Any, picking: _Picking) -> Any:
    """A FHIR Bundle without the requests that are not wanted; what they refer to stays."""
    entries = []
    for entry in document["entry"]:
        resource = entry["resource"]
        if resource["resourceType"] == picking.rule.row:
            values = [each.get("value") for each in resource.get(picking.rule.id, [])]
            if not picking.any_wanted(values):
                continue
            resource = {**resource, **picking.changes}
            resource["meta"] = {**resource.get("meta", {}), str(picking.rule.moment): picking.said_at}
        entries.append({**entry, "resource": resource})
    return {**document, "entry": entries}


def _xml(content: bytes, picking: _Picking) -> bytes:
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    rows = list(_named(root, picking.rule.row)) or [root]
    for row in rows:
        if not picking.any_wanted((each.text or "").strip() for each in _named(row, picking.rule.id)):
            parent = row.getparent()
            if parent is not None:
                parent.remove(row)
            continue
        for name, value in {**picking.changes, **picking.civil}.items():
            for element in _named(row, name):
                element.text = str(value)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def _named(below: etree._Element, name: str) -> Iterator[etree._Element]:
    return (each for each in below.iter(etree.Element) if etree.QName(each).localname == name)


def _csv(content: bytes, picking: _Picking) -> bytes:
    names, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";", strict=True)
    names = [name.strip() for name in names]
    kept = [dict(zip(names, row, strict=True)) for row in rows if row]
    kept = [row for row in kept if picking.wanted(row[picking.rule.id].strip())]
    moment = {name: value for name, value in picking.civil.items() if name in names or picking.withdraw}
    changes = {**picking.changes, **moment}
    out = io.StringIO()
    columns = [*names, *(name for name in changes if name not in names)]
    write = csv.writer(out, delimiter=";", lineterminator="\n").writerow
    write(columns)
    for row in kept:
        write([{**row, **changes}[name] for name in columns])
    return out.getvalue().encode()


_MAKERS = MappingProxyType({"json": _json, "xml": _xml, "csv": _csv})
