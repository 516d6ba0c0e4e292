"""Every way in on one page: which sources there are, and the connector of each."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from connectors.connector import Connector
from connectors.consent_register.way_in import way_in as consent_register
from connectors.debt_services.way_in import way_in as debt_services
from connectors.school_attendance.way_in import way_in as school_attendance

_WAYS_IN: Mapping[str, Callable[[str], Connector]] = MappingProxyType(
    {
        "debt_services": debt_services,
        "school_attendance": school_attendance,
        "consent_register": consent_register,
    }
)
SOURCES = tuple(_WAYS_IN)


def connectors_for(municipality: str) -> Mapping[str, Connector]:
    """The connectors of one municipality (four digits), by name."""
    return {name: way_in(municipality) for name, way_in in _WAYS_IN.items()}
