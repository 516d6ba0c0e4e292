"""The way in of Veilig Thuis."""

from functools import partial

from connectors.connector import Connector
from connectors.json_events import value_again
from connectors.manifest import connector_of, manifest_of
from connectors.veilig_thuis import normalise, read


def way_in(municipality: str) -> Connector:
    """The connector for one municipality (four digits)."""
    return connector_of(
        manifest_of("veilig_thuis"),
        delivered=read.delivered,
        read=read.read,
        normalise=partial(normalise.normalise, municipality),
        again=value_again,
    )
