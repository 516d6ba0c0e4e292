"""Quarantine as an operator works with it: read from its topic, offered again, settled by a record beside it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connectors.batches import Effects
from connectors.intake_ddl import DATABASE, VERSION
from connectors.quarantine import whole_ms
from connectors.receipts_postgres import PostgresBooks
from connectors.redrive import CannotRedrive, Offered, content_of, in_order, record_again, redrive_row
from connectors.set_aside import Entry, entries, redriven_as, settlement
from connectors.sources import connectors_for
from connectors.vault.client import VaultClient
from schemas.admission import admitted
from schemas.codec import Codec
from schemas.events.delivery import Quarantined
from schemas.migrations import connect_at
from schemas.record import OutRecord, Recorder
from schemas.sealing import seal, unseal
from schemas.transport import START, Cluster, producer, reader, send
from streams.runtime.reading import to_end

TOPIC = "quarantine.v1"
Publish = Callable[[list[OutRecord]], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one entry: offered, or why nothing was done."""

    entry: Entry
    offered: Offered | None = None
    why_not: str | None = None


def lying(cluster: Cluster, codec: Codec) -> Mapping[str, Entry]:
    """Everything on the topic, which forgets by itself after 30 days."""
    found = []
    starts = {(TOPIC, partition): START for partition in range(cluster.partitions)}
    with closing(reader(cluster, "quarantine")) as consumer:
        for rows in to_end(consumer, starts, "signaalbrug doctor"):
            for raw in rows:
                event = admitted(codec, raw.at, cluster.partitions, raw.key, raw.value, raw.headers)
                if isinstance(event, Quarantined):
                    found.append(event)
    return entries(found)


def publishing(cluster: Cluster) -> Publish:
    """Returns after every record was acknowledged."""
    client = producer(cluster, "quarantine")
    return lambda records: send(client, records)


@contextmanager
def effects_of(settings: Mapping[str, str], recorder: Recorder, publish: Publish) -> Iterator[Effects]:
    """What intake touches, for a row that is offered again beside it."""
    vault = VaultClient(settings["SIGNAALBRUG_VAULT_SOCKET"], settings["SIGNAALBRUG_VAULT_TOKEN"])
    with open(settings["SIGNAALBRUG_QUARANTINE_KEY"], encoding="ascii") as file:
        key = file.read()
    with closing(vault), connect_at(settings["SIGNAALBRUG_DATABASE"], DATABASE, VERSION) as database:
        yield Effects(
            vault=vault,
            publish=lambda records: publish(list(records)),
            books=PostgresBooks(database),
            recorder=recorder,
            seal=lambda content: seal(key, content),
            now=now,
        )


def redriven(
    chosen: Iterable[Entry], private_key: str, by: str, effects: Effects, municipality: str
) -> Iterator[Outcome]:
    """Each in order: offered, and then said so; after a crash the same again changes nothing.

    Raises  what publishing raises
    """
    connectors: Any = connectors_for(municipality)
    for entry in in_order(chosen):
        try:
            offered = _offered(
                entry, content_of(entry, lambda sealed: unseal(private_key, sealed)), connectors, effects
            )
        except CannotRedrive as cannot:
            yield Outcome(entry, why_not=cannot.code)
            continue
        except ValueError:
            yield Outcome(entry, why_not="private_key")
            continue
        if not offered.again or not entry.settled:
            said = settlement(effects.recorder, entry, redriven_as(by, whole_ms(effects.now()), offered.receipt))
            effects.publish([said])
        yield Outcome(entry, offered)


def _offered(entry: Entry, content: bytes, connectors: Any, effects: Effects) -> Offered:
    """A record that was put back before is not put back again."""
    if entry.said.topic is None:
        connector = connectors.get(entry.said.component)
        if connector is None:
            raise CannotRedrive("component")
        return redrive_row(connector, entry, content, effects)
    if entry.settled:
        return Offered(None, again=True)
    effects.publish([record_again(entry, content)])
    return Offered(None, again=False)


def now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)
