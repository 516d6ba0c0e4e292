"""Every check on one page, in the order in which one thing needs another."""

from collections.abc import Iterator, Sequence

from signaalbrug.doctor import machine, running
from signaalbrug.doctor.finding import Check, Seen, Wrong

STATE, CLUSTER = "a state folder", "a broker"

CHECKS = (
    Check("python", machine.python),
    Check("environment", machine.environment),
    Check("java", machine.java_runs),
    Check("jars", machine.jars),
    Check("schema ids", running.schema_ids),
    Check("state folder rights", machine.folder_rights, STATE),
    Check("ports", machine.ports, STATE),
    Check("quarantine key", machine.quarantine_key, STATE),
    Check("servers", running.servers_run, STATE),
    Check("processes", running.processes, STATE),
    Check("databases and roles", running.databases, STATE),
    Check("drop folder", running.drop_folder, STATE),
    Check("broker", running.broker, CLUSTER),
    Check("topics", running.topics, CLUSTER),
    Check("partitions", running.partitions, CLUSTER),
    Check("topic settings", running.settings, CLUSTER),
    Check("policy", running.policy, CLUSTER),
    Check("day", running.day, CLUSTER),
)


def asked(seen: Seen, checks: Sequence[Check] = CHECKS) -> Iterator[tuple[Check, tuple[Wrong, ...] | None]]:
    """Each check with what it found; None when what it needs is not there, or the broker does not answer."""
    unanswered = False
    for check in checks:
        lacks = (check.needs == STATE and seen.state is None) or (check.needs == CLUSTER and seen.cluster is None)
        if lacks or (unanswered and check.needs == CLUSTER):
            yield check, None
            continue
        found = tuple(check.ask(seen))
        unanswered = unanswered or (check.ask is running.broker and bool(found))
        yield check, found
