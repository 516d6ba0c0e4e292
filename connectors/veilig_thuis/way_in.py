"""The way in of Veilig Thuis."""

from functools import partial

from connectors.connector import Connector
from connectors.manifest import manifest_of
from connectors.veilig_thuis import normalise, read


def way_in(municipality: str) -> Connector:
    """The connector for one municipality (four digits)."""
    said = manifest_of("veilig_thuis")
    return Connector(
        name=said.name,
        largest_file=said.largest_file,
        suffixes=said.suffixes,
        delivered=partial(read.delivered, said.largest_file),
        read=partial(read.read, said.largest_file),
        normalise=partial(normalise.normalise, municipality),
        again=read.again,
    )
