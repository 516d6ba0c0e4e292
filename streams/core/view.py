"""What two runs are compared by: what a team could see, without anything that depends on how topics interleaved.

Source  rules.md 3: no alert ids, revisions, numbers, offsets or timelines; an empty contribution equals none
"""

import dataclasses
from collections.abc import Iterable
from typing import Any

from schemas.events.state import HouseholdState
from streams.core.episode import is_live


def view_of(household: HouseholdState) -> dict[str, Any]:
    """The latest contribution per member and the open alerts with their content."""
    members = {
        each.person: (each.area, each.role, each.since, each.policy_hash, each.signals)
        for each in household.members
        if each.signals
    }
    alerts = {
        each.theme: (
            each.status,
            each.rule,
            each.rule_version,
            each.team,
            each.area,
            each.content_hash,
            tuple(dataclasses.replace(signal, number=0) for signal in each.signals),
        )
        for each in household.episodes
        if is_live(each)
    }
    return {"members": members, "alerts": alerts}


def view(households: Iterable[HouseholdState]) -> dict[str, Any]:
    """The view of all households that have anything to show."""
    seen = {each.household: view_of(each) for each in households}
    return {name: seen[name] for name in sorted(seen) if any(seen[name].values())}
