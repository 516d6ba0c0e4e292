"""The way in of the municipality's own register of consents."""

from functools import partial

from connectors import json_lines
from connectors.connector import Connector
from connectors.consent_register import normalise
from connectors.manifest import manifest_of


def way_in(municipality: str) -> Connector:
    """The connector; a statement holds in every municipality."""
    said = manifest_of("consent_register")
    return Connector(
        name=said.name,
        largest_file=said.largest_file,
        suffixes=said.suffixes,
        delivered=partial(json_lines.delivered, said.largest_file),
        read=partial(json_lines.read, said.largest_file),
        normalise=normalise.normalise,
        again=json_lines.again,
    )
