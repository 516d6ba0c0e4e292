"""The way in of general practices."""

from connectors.connector import Connector
from connectors.general_practice import normalise, read
from connectors.json_events import value_again
from connectors.manifest import connector_of, manifest_of


def way_in(municipality: str) -> Connector:
    """The connector; a referral says by itself whom it is about, and the register knows where they live."""
    return connector_of(
        manifest_of("general_practice"),
        delivered=read.delivered,
        read=read.read,
        normalise=normalise.normalise,
        again=value_again,
    )
