"""The way in of general practices."""

from functools import partial

from connectors.connector import Connector
from connectors.general_practice import normalise, read
from connectors.manifest import manifest_of


def way_in(municipality: str) -> Connector:
    """The connector; a referral says by itself whom it is about, and the register knows where they live."""
    said = manifest_of("general_practice")
    return Connector(
        name=said.name,
        largest_file=said.largest_file,
        suffixes=said.suffixes,
        delivered=partial(read.delivered, said.largest_file),
        read=partial(read.read, said.largest_file),
        normalise=normalise.normalise,
        again=read.again,
    )
