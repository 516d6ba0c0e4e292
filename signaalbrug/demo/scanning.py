"""I7 over a run: every record, a dump of every database, every log, searched for everybody of Waterrijk."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from schemas.following import Arrived
from signaalbrug.demo.people import Person
from signaalbrug.leak_stores import database_store, logs_store, records_store
from signaalbrug.leaks import PROMISE, Store, Void, scan
from signaalbrug.local.state import State
from signaalbrug.proof.finding import Checked, Finding


def identities_of(people: Iterable[Person]) -> frozenset[str]:
    """By what somebody could recognise these people: number, full name, street and number."""
    return frozenset(
        identity
        for person in people
        for identity in (
            person.bsn,
            " ".join(filter(None, (person.given, person.prefix, person.family))),
            f"{person.address.street} {person.address.number}",
        )
    )


def stores_of(arrived: Sequence[Arrived], databases: Mapping[str, str], state: State) -> Sequence[Store]:
    """Where to look: the log, each database by its operator's URL, our own logs and those of the servers."""
    logs = _files(state.root / "logs", "*.log*")
    servers = [*_files(state.root / "kafka", "*.log*"), *_files(state.root, "postgres-*/postgres.log*")]
    stores = [records_store("log", arrived)]
    stores += [database_store(f"database {name}", url) for name, url in databases.items()]
    stores += [logs_store("logs of the processes", logs)] if logs else []
    stores += [logs_store("logs of the servers", servers, ours=False)] if servers else []
    return stores


def _files(folder: Path, pattern: str) -> list[Path]:
    return sorted(path for path in folder.glob(pattern) if path.is_file())


def scanned(people: Iterable[Person], stores: Sequence[Store]) -> Checked:
    """I7; a scan that does not find what was planted is a violation, not a success."""
    try:
        return scan(identities_of(people), stores).checked()
    except Void as void:
        return Checked("I7", PROMISE, 0, (Finding("I7", "the scan is void", str(void)),))
