"""Write meldingen as the levering that `check` and `deliver` take: the register's XML, or the Besluit's CSV."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from lxml import etree

from connectors.school_attendance.dialects import CSV, XML
from connectors.school_attendance.read import MANY, ONE, ROW
from connectors.school_attendance.school_number import is_school_number

REGISTERED = "R"


@dataclass(frozen=True, slots=True)
class Melding:
    """One melding as a school makes it: nothing of the lessons that it was counted from."""

    number: str
    person: str = field(repr=False)
    kind: str
    begin: date
    end: date


def as_csv(meldingen: Sequence[Melding]) -> bytes:
    """The columns of the Besluit that a melding fills."""
    lines = [(CSV.number, CSV.bsn, CSV.begin, CSV.end, CSV.kind)]
    lines += [
        (each.number, each.person, each.begin.isoformat(), each.end.isoformat(), each.kind) for each in meldingen
    ]
    return "".join(f"{';'.join(line)}\r\n" for line in lines).encode()


def as_xml(meldingen: Sequence[Melding]) -> bytes:
    """A DC0011 with one Verzuimgeval per melding."""
    root = etree.Element(MANY)
    for each in meldingen:
        melding = etree.SubElement(etree.SubElement(root, ROW), ONE)
        identified = etree.SubElement(melding, "IdentificatieMeldingRelatiefVerzuim")
        etree.SubElement(identified, XML.number).text = each.number
        whose = XML.school_number if is_school_number(each.person) else XML.bsn
        etree.SubElement(etree.SubElement(melding, XML.nobody), whose).text = each.person
        for name, text in (
            (XML.kind, each.kind),
            (XML.begin, each.begin.isoformat()),
            (XML.end, each.end.isoformat()),
            (XML.status, REGISTERED),
        ):
            etree.SubElement(melding, name).text = text
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written
