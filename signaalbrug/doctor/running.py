"""Whether what was started runs, and whether the logs and databases are as it needs them."""

import importlib
import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg

from schemas.civil import civil_day
from schemas.codec import codec_from
from schemas.databases import connect
from schemas.events.context import DayBegan, PolicyPublished
from signaalbrug.doctor.finding import Seen, Wrong
from signaalbrug.local.processes import Supervisor, answers
from signaalbrug.local.servers import KAFKA, MAIN, VAULT, Servers
from signaalbrug.schema_ids import verify_schemas
from signaalbrug.wiring import DATABASE_MODULES, VAULT_MODULE, operator_url
from streams.runtime import inspecting
from streams.runtime.calendar import newest_of

STUCK_S = 600.0
AGAIN = "signaalbrug down; signaalbrug up"


def processes(seen: Seen) -> Iterator[Wrong]:
    """Everything on the list lives, and says that it is ready."""
    assert seen.state is not None
    running = {one.name for one in Supervisor(seen.state).running()}
    for started in seen.state.started():
        if started.name not in running:
            yield Wrong(f"{started.name} was started and ended; why stands at the end of {started.log}", AGAIN)
    targets = seen.state.root / "prometheus" / "targets.json"
    for target in json.loads(targets.read_text(encoding="utf-8")) if targets.exists() else ():
        name = target["labels"]["process"]
        if name in running and not answers(f"http://{target['targets'][0]}/-/ready"):
            log = seen.state.root / "logs" / f"{name}.log"
            yield Wrong(f"{name} runs and is not ready; why stands in {log}", f"tail -n 20 {log}")


def broker(seen: Seen) -> Iterator[Wrong]:
    assert seen.cluster is not None
    if not inspecting.answers(seen.cluster):
        yield Wrong(f"the broker at {seen.cluster.brokers} does not answer", AGAIN)


def topics(seen: Seen) -> Iterator[Wrong]:
    assert seen.cluster is not None
    for name in inspecting.missing_topics(seen.cluster):
        yield Wrong(f"topic {name} is missing", f"{seen.command} topics apply")


def partitions(seen: Seen) -> Iterator[Wrong]:
    assert seen.cluster is not None
    for name, count in inspecting.wrong_partitions(seen.cluster).items():
        what = f"topic {name} has {count} partitions, the setting says {seen.cluster.partitions}"
        yield Wrong(what, f"export SIGNAALBRUG_PARTITIONS={count}; where topics differ, make {name} anew")


def settings(seen: Seen) -> Iterator[Wrong]:
    assert seen.cluster is not None
    for topic, setting, is_now, wanted in inspecting.wrong_settings(seen.cluster):
        what = f"topic {topic} has {setting}={is_now}, it should be {wanted}"
        yield Wrong(what, f"{seen.command} topics apply")


def schema_ids(_: Seen) -> Iterator[Wrong]:
    try:
        verify_schemas()
    except (ValueError, LookupError):
        yield Wrong("an .avsc file is not what registry.json says", "signaalbrug schemas register")


def policy(seen: Seen) -> Iterator[Wrong]:
    assert seen.cluster is not None
    if inspecting.missing_topics(seen.cluster):
        return
    newest = newest_of(seen.cluster, codec_from(os.environ), PolicyPublished, "policy.v1")
    repair = f"{seen.command} policy publish"
    if lacking := sorted(set(range(seen.cluster.partitions)) - newest.keys()):
        yield Wrong(f"no policy is in force in partitions {', '.join(map(str, lacking))}", repair)
    elif len({each.policy_hash for each in newest.values()}) > 1:
        yield Wrong("partitions have different policies", repair)


def day(seen: Seen) -> Iterator[Wrong]:
    assert seen.cluster is not None
    if inspecting.missing_topics(seen.cluster):
        return
    today = civil_day(datetime.now(UTC))
    newest = newest_of(seen.cluster, codec_from(os.environ), DayBegan, "calendar.v1")
    behind = [q for q in range(seen.cluster.partitions) if q not in newest or newest[q].day != today]
    if behind:
        many = f"{len(behind)} of {seen.cluster.partitions} partitions"
        yield Wrong(f"it is not {today} in {many}: the calendar does not run", f"{AGAIN} (or run calendar)")


def databases(seen: Seen) -> Iterator[Wrong]:
    """Every database with its roles, on the server that runs."""
    assert seen.state is not None
    servers = Servers.attach(seen.state)
    running = {one.name for one in servers.supervisor.running()}
    for server, name in ((servers.main, MAIN), (servers.vault, VAULT)):
        if name not in running:
            continue
        rooms = [importlib.import_module(m) for m in DATABASE_MODULES if (m == VAULT_MODULE) is (name == VAULT)]
        try:
            with connect(operator_url(server, "postgres")) as connection:
                there = {row[0] for row in connection.execute("select datname from pg_database")}
                roles = {row[0] for row in connection.execute("select rolname from pg_roles where rolcanlogin")}
        except psycopg.Error:
            yield Wrong(f"{name} does not let us in", AGAIN)
            continue
        for room in rooms:
            if room.DATABASE not in there:
                yield Wrong(f"database {room.DATABASE} is missing on {name}", AGAIN)
            for role in sorted(set(room.ROLES) - roles):
                yield Wrong(f"role {role} of database {room.DATABASE} is missing on {name}", AGAIN)


def drop_folder(seen: Seen) -> Iterator[Wrong]:
    """Files that nobody took; their names may hold anything, so they are counted."""
    assert seen.state is not None
    for folder in sorted((seen.state.root / "drop").glob("*/in")):
        stuck = [file for file in folder.iterdir() if time.time() - file.lstat().st_mtime > STUCK_S]
        if stuck:
            log = seen.state.root / "logs" / "intake.log"
            what = f"{len(stuck)} files lie in {folder} for more than {STUCK_S / 60:.0f} minutes"
            yield Wrong(f"{what}; {log} says what intake waits for", AGAIN)


def servers_run(seen: Seen) -> Iterator[Wrong]:
    """Where processes run, their servers must."""
    assert seen.state is not None
    running = {one.name for one in Supervisor(seen.state).running()}
    for name in (KAFKA, MAIN, VAULT) if running else ():
        if name not in running:
            yield Wrong(f"{name} does not run, other processes do", AGAIN)
