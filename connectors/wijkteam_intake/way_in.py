"""The way in of the intake of the wijkteams."""

from functools import partial

from connectors import json_lines
from connectors.connector import Connector
from connectors.manifest import manifest_of
from connectors.wijkteam_intake import normalise


def way_in(municipality: str) -> Connector:
    """The connector; a team sees its own residents only, so that no municipality is named."""
    said = manifest_of("wijkteam_intake")
    return Connector(
        name=said.name,
        largest_file=said.largest_file,
        suffixes=said.suffixes,
        delivered=partial(json_lines.delivered, said.largest_file),
        read=partial(json_lines.read, said.largest_file),
        normalise=normalise.normalise,
        again=json_lines.again,
    )
