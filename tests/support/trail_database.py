"""A trail in PostgreSQL in which one household has an alert, by signals of a school and of a debt service."""

import uuid
from collections.abc import Mapping

import psycopg

from signaalbrug.local.databases import prepare
from signaalbrug.local.servers import Servers
from streams.trail import ddl
from streams.trail.store import applying
from tests.support.stories import absence, agreed, arrears, codec, dawn, joined
from tests.support.trail import arrived, told_with_deliveries


def told_trail(servers: Servers) -> Mapping[str, str]:
    """The ways in, by role."""
    urls = prepare(servers.main, f"trail_{uuid.uuid4().hex[:12]}", ddl.ROLES, ddl.install)
    said = [joined("ouder", "huis"), joined("kind", "huis"), agreed("kind", on=2)]
    said += [absence("kind", on=3), arrears("ouder", on=10), dawn(20)]
    with psycopg.connect(urls[ddl.WRITER], autocommit=True) as writer, writer.transaction():
        applying(codec())(writer, arrived(told_with_deliveries(said)))
    return urls
