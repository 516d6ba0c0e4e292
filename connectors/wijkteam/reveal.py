"""Toon gegevens: the log line first, then vault and BRP; what they answer is shown once and kept nowhere."""

from dataclasses import dataclass

from connectors.brp import BrpDown, Identity, identity
from connectors.vault.api import VaultDown, VaultRefused
from connectors.wijkteam import reading
from connectors.wijkteam.access import Viewer
from connectors.wijkteam.deciding import logged
from connectors.wijkteam.pages import Identiteit
from connectors.wijkteam.reading import Row
from connectors.wijkteam.room import Room
from schemas.identity import TeamId
from schemas.scrubbing import leaked_numbers

SHORTEST_REASON, LONGEST_REASON = 5, 200


@dataclass(frozen=True, slots=True)
class Revealed:
    """The alert as it stood after the answer came, whom it was about, and the answer if there was one."""

    row: Row
    label: str
    identity: Identiteit | None


def usable_reason(text: str) -> str | None:
    """The reason as it may be kept, or None: too short, too long, or with a number that could be a BSN."""
    reason = " ".join(text.split())
    fits = SHORTEST_REASON <= len(reason) <= LONGEST_REASON and reason.isprintable()
    return reason if fits and not any(leaked_numbers(reason)) else None


def revealed(room: Room, viewer: Viewer, alert: str, token: str, reason: str) -> Revealed | None:
    """Who is behind a token of this team on this alert; None when there is no such alert or token for them.

    The alert is looked at before and after: what was overtaken meanwhile shows nothing.
    Source  rules.md 8
    """
    now, today = room.now(), room.today()
    with room.database.transaction(viewer.team, viewer.role) as connection:
        row = reading.one(connection, alert, today)
        if row is None:
            return None
        persons = {kept: ordinal for ordinal, kept in reading.members_of(connection, alert) if kept is not None}
        if row.body is None:
            return Revealed(row, "", None)
        if token not in persons:
            return None
        logged(connection, viewer, "revealed", now, alert, reason)
    found = _asked(room, viewer, token, reason)
    with room.database.transaction(viewer.team, viewer.role) as connection:
        after = reading.one(connection, alert, today)
        still = any(kept == token for _, kept in reading.members_of(connection, alert))
    if after is None or after.body is None or not still:
        found = None
    return Revealed(after or row, f"Persoon {persons[token]}", found)


def _asked(room: Room, viewer: Viewer, token: str, reason: str) -> Identiteit | None:
    try:
        person = room.brp.person(room.vault.reveal(TeamId(viewer.team), viewer.username, token, reason))
    except (VaultDown, VaultRefused, BrpDown):
        return None
    return _shown(identity(person)) if person is not None else None


def _shown(found: Identity) -> Identiteit | None:
    if not found.name or found.birth_year is None:
        return None
    address = ", ".join(part for part in (found.street, f"{found.postcode} {found.place}".strip()) if part)
    return Identiteit(found.name, found.birth_year, None if found.secrecy or not address else address)
