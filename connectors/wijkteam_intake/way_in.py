"""The way in of the intake of the wijkteams."""

from connectors import json_lines
from connectors.connector import Connector
from connectors.manifest import connector_of, manifest_of
from connectors.wijkteam_intake import normalise


def way_in(municipality: str) -> Connector:
    """The connector; a team sees its own residents only, so that no municipality is named."""
    return connector_of(
        manifest_of("wijkteam_intake"),
        delivered=json_lines.delivered,
        read=json_lines.read,
        normalise=normalise.normalise,
        again=json_lines.again,
    )
