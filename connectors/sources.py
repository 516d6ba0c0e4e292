"""Every way in on one page: which sources there are, how each is read, and on which topic it comes out."""

from collections.abc import Mapping
from functools import partial

from connectors.connector import Connector
from connectors.consent_register import normalise as consent_normalise
from connectors.consent_register import read as consent_read
from connectors.debt_services import normalise as debt_normalise
from connectors.debt_services import read as debt_read
from connectors.manifest import manifest_of
from connectors.school_attendance import normalise as school_normalise
from connectors.school_attendance import read as school_read

SOURCES = ("debt_services", "school_attendance", "consent_register")


def connectors_for(municipality: str) -> Mapping[str, Connector]:
    """The connectors of one municipality (four digits), by name."""
    debt, school, consent = map(manifest_of, SOURCES)
    made = (
        Connector(
            name=debt.name,
            largest_file=debt.largest_file,
            suffixes=debt.suffixes,
            delivered=partial(debt_read.delivered, municipality, debt.largest_file),
            read=partial(debt_read.read, municipality, debt.largest_file),
            normalise=debt_normalise.normalise,
        ),
        Connector(
            name=school.name,
            largest_file=school.largest_file,
            suffixes=school.suffixes,
            delivered=partial(school_read.delivered, school.largest_file),
            read=partial(school_read.read, school.largest_file),
            normalise=partial(school_normalise.normalise, municipality),
        ),
        Connector(
            name=consent.name,
            largest_file=consent.largest_file,
            suffixes=consent.suffixes,
            delivered=partial(consent_read.delivered, consent.largest_file),
            read=partial(consent_read.read, consent.largest_file),
            normalise=consent_normalise.normalise,
        ),
    )
    return {each.name: each for each in made}
