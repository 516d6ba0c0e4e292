"""The way in of debt services."""

from collections.abc import Mapping
from functools import partial

from connectors.connector import Connector
from connectors.debt_services import normalise, read, rows
from connectors.debt_services.agreement import NO_FIXTURES, agreement
from connectors.manifest import manifest_of


def way_in(municipality: str, fixture_bsns: Mapping[str, str] = NO_FIXTURES) -> Connector:
    """The connector for one municipality (four digits).

    `fixture_bsns` (agreement.OFFICIAL_EXAMPLE_BSNS) is for the kit's check of an official example alone.
    """
    said = manifest_of("debt_services")
    return Connector(
        name=said.name,
        largest_file=said.largest_file,
        suffixes=said.suffixes,
        delivered=partial(read.delivered, municipality, said.largest_file),
        read=partial(read.read, municipality, said.largest_file),
        normalise=partial(normalise.normalise, agreement(fixture_bsns)),
        again=rows.again,
    )
