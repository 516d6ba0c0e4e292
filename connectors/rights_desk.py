"""The rights desk: erase a person, in the order in which nothing can bring them back.

Source  privacy.md 3.4: say it on the log first, then destroy the mapping; the steps, registers and feed do the rest
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from connectors.vault.api import Vault
from schemas.events.register import PersonLifecycle
from schemas.identity import PersonPseudonym
from schemas.record import OutRecord, Recorder
from schemas.trace import begun
from schemas.vocabulary import LifecycleKind

_AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def erase_person(
    person: PersonPseudonym,
    vault: Vault,
    publish: Callable[[Sequence[OutRecord]], None],
    recorder: Recorder,
    now: datetime,
) -> None:
    """Publish `erased` and then destroy the vault's rows; asked again after a crash it does the same again.

    Raises  VaultDown, VaultRefused (the principal must be `rights`), and what *publish* raises
    """
    event = PersonLifecycle(LifecycleKind.ERASED, person, None, now.astimezone(_AMSTERDAM).date(), now)
    trace = begun("rights_desk", f"{person}/{event.happened_on.isoformat()}")
    publish([recorder.record(event, trace, now)])
    vault.erase(person)
