"""The invented numbers of official examples: known to the kit alone, so that an example can be looked at whole."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from connectors.connector import Connector
from connectors.debt_services.agreement import OFFICIAL_EXAMPLE_BSNS
from connectors.debt_services.way_in import way_in as debt_services

#: The sources whose official examples hold numbers that fail the elfproef, with the way in that knows them.
_KNOWN: Mapping[str, Callable[[str], Connector]] = MappingProxyType(
    {"debt_services": partial(debt_services, fixture_bsns=OFFICIAL_EXAMPLE_BSNS)}
)


def with_fixtures(source: str, municipality: str) -> Connector | None:
    """The connector that takes them; None where there are no such examples."""
    known = _KNOWN.get(source)
    return known(municipality) if known is not None else None
