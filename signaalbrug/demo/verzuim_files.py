"""Schools' deliveries: the DUO melding relatief verzuim as XML."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from xml.sax.saxutils import escape

from schemas.civil import AMSTERDAM
from signaalbrug.demo.rows import Absence

ROOT = "DC0011LeveringMeldingRelatiefVerzuim"
SCHOOLS = (("99XA", "Waterrijk College"), ("99XB", "Het Vaarlyceum"), ("99XC", "mbo De Zeeën"))


def fields_of(absence: Absence) -> dict[str, str]:
    """One melding, element by element; the free text is what a school really sends along, and must be dropped."""
    return {
        "NummerMeldingRelatiefVerzuim": absence.number,
        "BSN": absence.person.bsn,
        "Verzuimsoort": absence.kind,
        "DatumBeginVerzuim": absence.begin.isoformat(),
        "DatumEindeVerzuim": absence.end.isoformat(),
        "AlleLessenGemist": "N",
        "VermoedelijkeReden": f"Volgens moeder van {absence.person.given} speelt er thuis van alles",
        "StatusMeldingRelatiefVerzuim": absence.status,
    }


def melding(fields: Mapping[str, str], changed_at: datetime) -> str:
    """One Verzuimgeval.

    Source  formats.md 1.3-1.4
    """
    brin, school = SCHOOLS[int(fields.get("NummerMeldingRelatiefVerzuim", "0")[-3:]) % len(SCHOOLS)]
    local = changed_at.astimezone(AMSTERDAM)
    inside = {name: f"<{name}>{escape(value)}</{name}>" for name, value in fields.items()}
    first, second = inside.pop("NummerMeldingRelatiefVerzuim", ""), inside.pop("BSN", "")
    return f""" <Verzuimgeval>
  <MeldingRelatiefVerzuim>
   <IdentificatieMeldingRelatiefVerzuim>{first}</IdentificatieMeldingRelatiefVerzuim>
   <IdentificatieOnderwijsontvanger>{second}</IdentificatieOnderwijsontvanger>
   <IdentificatieOnderwijsinstelling><BRIN>{brin}</BRIN></IdentificatieOnderwijsinstelling>
   <Onderwijslocatie><Onderwijslocatienaam>{school}</Onderwijslocatienaam></Onderwijslocatie>
   {"".join(inside.values())}
  </MeldingRelatiefVerzuim>
  <Procesverloop><DatumLaatsteMutatie>{local:%Y-%m-%d}</DatumLaatsteMutatie>\
<TijdstipLaatsteMutatie>{local:%H:%M:%S}.000</TijdstipLaatsteMutatie></Procesverloop>
 </Verzuimgeval>
"""


def delivery(meldingen: Sequence[str]) -> bytes:
    """One file."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{ROOT}>\n{"".join(meldingen)}</{ROOT}>\n'.encode()


def rows_of(absences: Sequence[Absence]) -> list[str]:
    """All meldingen of a delivery."""
    return [melding(fields_of(absence), absence.changed_at) for absence in absences]
