"""Which team is responsible for a household: the team of the area where its members now live."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from schemas.events.state import Member
from schemas.identity import AreaCode, TeamId
from streams.core.policy import Routing


@dataclass(frozen=True, slots=True)
class Route:
    """A team, and the area by which it was found."""

    team: TeamId
    area: AreaCode


def routed(members: Sequence[Member], routing: Routing) -> Route | None:
    """The responsible team, or None: nobody else gets the alert instead.

    Source  needs.md N3; the newest address of the household decides, ties by code
    """
    dated = [(member.since or date.min, member.area) for member in members if member.area is not None]
    if not dated:
        return None
    area = max(dated)[1]
    team = routing.areas.get(area)
    return Route(team, area) if team is not None else None
