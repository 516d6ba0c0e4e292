"""Every way in on one page: which sources there are, and the connector of each."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from connectors.connector import Connector
from connectors.consent_register.way_in import way_in as consent_register
from connectors.debt_services.way_in import way_in as debt_services
from connectors.general_practice.way_in import way_in as general_practice
from connectors.manifest import manifest_of
from connectors.school_attendance.way_in import way_in as school_attendance
from connectors.veilig_thuis.way_in import way_in as veilig_thuis
from connectors.wijkteam_intake.way_in import way_in as wijkteam_intake

_WAYS_IN: Mapping[str, Callable[[str], Connector]] = MappingProxyType(
    {
        "debt_services": debt_services,
        "school_attendance": school_attendance,
        "consent_register": consent_register,
        "general_practice": general_practice,
        "veilig_thuis": veilig_thuis,
        "wijkteam_intake": wijkteam_intake,
    }
)
SOURCES = tuple(_WAYS_IN)


def connectors_for(municipality: str) -> Mapping[str, Connector]:
    """The connectors of one municipality (four digits), by name."""
    return {
        name: replace(way_in(municipality), most_per_person=manifest_of(name).most_per_person)
        for name, way_in in _WAYS_IN.items()
    }
