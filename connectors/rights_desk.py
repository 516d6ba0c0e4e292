"""The rights desk: erase a person, in the order in which nothing can bring them back.

Source  privacy.md 3.4: say it on the log first, then destroy the mapping; the steps, registers and feed do the rest
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from connectors.bsn import Bsn
from connectors.vault.api import Vault
from connectors.vault.client import VaultClient
from schemas.civil import civil_day
from schemas.codec import codec_from
from schemas.doors import Door, settings_from
from schemas.events.register import PersonLifecycle
from schemas.identity import PersonPseudonym
from schemas.record import OutRecord, Recorder
from schemas.trace import begun
from schemas.transport import Cluster, producer, send
from schemas.vocabulary import LifecycleKind


@dataclass(frozen=True, slots=True)
class Erased:
    """What may be told of an erasure: when, and under which trace it can be found again; nothing of whom."""

    on: date
    trace: str


class NoNumber(ValueError):
    """What was given is no citizen service number; the text does not repeat it."""


class DeskSettings(Door):
    """Settings of the desk; VAULT_TOKEN is that of the principal `rights`."""

    vault_socket: Path
    vault_token: str


def erase_person(
    person: PersonPseudonym,
    vault: Vault,
    publish: Callable[[Sequence[OutRecord]], None],
    recorder: Recorder,
    now: datetime,
) -> Erased:
    """Ask the vault, publish `erased`, then destroy the vault's rows; asked again after a crash it does it again.

    Raises  VaultDown, VaultRefused (not the principal `rights`) before anything is said; what *publish* raises
    """
    vault.may_erase(person)
    event = PersonLifecycle(LifecycleKind.ERASED, person, None, civil_day(now), now)
    trace = begun("rights_desk", f"{person}/{event.happened_on.isoformat()}")
    publish([recorder.record(event, trace, now)])
    vault.erase(person)
    return Erased(event.happened_on, trace.trace_id)


def erase_by_number(
    digits: str,
    vault: Vault,
    publish: Callable[[Sequence[OutRecord]], None],
    recorder: Recorder,
    now: datetime,
) -> Erased | None:
    """Erase whoever has this number; None when the vault has no row about them (any more).

    Raises  NoNumber, and what `erase_person` raises
    """
    bsn = Bsn.parse(digits)
    if bsn is None:
        raise NoNumber
    person = vault.find_to_erase(bsn)
    return None if person is None else erase_person(person, vault, publish, recorder, now)


def erase_at_the_desk(environment: Mapping[str, str], digits: str) -> Erased | None:
    """The same with the vault and the broker of this environment.

    Raises  SystemExit(2) naming a missing setting; NoNumber, VaultDown, VaultRefused, BrokerTrouble
    """
    settings, cluster = settings_from(environment, DeskSettings), Cluster.from_environment(environment)
    recorder = Recorder(codec_from(environment), cluster.partitions)
    vault, to = VaultClient(settings.vault_socket, settings.vault_token), producer(cluster, "rights-desk")
    try:
        return erase_by_number(digits, vault, lambda records: send(to, records), recorder, datetime.now(UTC))
    finally:
        vault.close()
