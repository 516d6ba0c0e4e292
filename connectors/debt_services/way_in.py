"""The way in of debt services."""

from functools import partial

from connectors.connector import Connector
from connectors.debt_services import normalise, read
from connectors.manifest import manifest_of


def way_in(municipality: str) -> Connector:
    """The connector for one municipality (four digits)."""
    said = manifest_of("debt_services")
    return Connector(
        name=said.name,
        largest_file=said.largest_file,
        suffixes=said.suffixes,
        delivered=partial(read.delivered, municipality, said.largest_file),
        read=partial(read.read, municipality, said.largest_file),
        normalise=normalise.normalise,
        again=read.again,
    )
