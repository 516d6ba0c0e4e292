"""The way in of the municipality's own register of consents."""

from connectors import json_lines
from connectors.connector import Connector
from connectors.consent_register import normalise
from connectors.manifest import connector_of, manifest_of


def way_in(municipality: str) -> Connector:
    """The connector; a statement holds in every municipality."""
    return connector_of(
        manifest_of("consent_register"),
        delivered=json_lines.delivered,
        read=json_lines.read,
        normalise=normalise.normalise,
        again=json_lines.again,
    )
