"""The registers as a process: two followers, a refresh and a relay, each a thread that waits out what is down."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from connectors.brp_client import HOUSEHOLD_FIELDS, BrpDoor, brp_of
from connectors.household_register.areas import Areas
from connectors.household_register.outbox import relay
from connectors.household_register.register import RETENTION_DAYS, HouseholdRegister
from connectors.threads import OUTAGES, Held, Process
from connectors.vault.client import VaultClient
from schemas.catalogue import SIGNAL_TOPICS
from schemas.civil import AMSTERDAM, civil_day
from schemas.codec import Codec, codec_from
from schemas.databases import connect
from schemas.doors import settings_from
from schemas.following import Apply, Follower, rebuild_command
from schemas.operations import configure_logging, serve_operations, stop_event
from schemas.record import Recorder
from schemas.transport import Cluster, producer, send

REPAIR = rebuild_command("registers")


class RegisterSettings(BrpDoor):
    """Settings of both registers' process; 0 refresh seconds means: every night at 00:00 in Amsterdam."""

    database: str
    vault_socket: Path
    vault_token: str
    areas: Path
    municipality: str = "9990"
    retention_days: int = RETENTION_DAYS
    refresh_seconds: float = 0
    operations_port: int = 0


def due_before(now: datetime, refresh_seconds: float) -> datetime:
    """Who was looked up before this must be looked up again."""
    if refresh_seconds > 0:
        return now - timedelta(seconds=refresh_seconds)
    return now.astimezone(AMSTERDAM).replace(hour=0, minute=0, second=0, microsecond=0)


def _followers(
    process: Process,
    cluster: Cluster,
    codec: Codec,
    connect: Callable[[], psycopg.Connection[Any]],
    register: HouseholdRegister,
) -> dict[str, Follower]:
    """Erasures are followed apart from signals: they must take effect also while the vault is down."""

    def following(name: str, topics: tuple[str, ...], apply: Apply) -> Follower:
        return Follower(
            f"registers-{name}",
            cluster,
            codec,
            topics,
            connect,
            process.beats(name, apply),
            repair=REPAIR,
            outages=OUTAGES,
        )

    return {
        "signals": following("signals", tuple(SIGNAL_TOPICS.values()), register.apply_signals),
        "lifecycle": following("lifecycle", ("person-lifecycle.v1",), register.apply_lifecycle),
    }


def _register(settings: RegisterSettings, recorder: Recorder) -> HouseholdRegister:
    return HouseholdRegister(
        vault=VaultClient(settings.vault_socket, settings.vault_token),
        brp=brp_of(settings, lambda: civil_day(datetime.now(UTC)), HOUSEHOLD_FIELDS),
        areas=Areas.read(settings.areas),
        recorder=recorder,
        now=lambda: datetime.now(UTC),
        municipality=settings.municipality,
        retention_days=settings.retention_days,
    )


def serve(environment: Mapping[str, str]) -> int:
    """Follow, refresh and relay until SIGTERM; 0 when it stopped in order, 6 when books and log do not fit."""
    settings = settings_from(environment, RegisterSettings)
    cluster, log = Cluster.from_environment(environment), configure_logging("registers")
    codec = codec_from(environment)
    to_database = partial(connect, settings.database)
    register = _register(settings, Recorder(codec, cluster.partitions))
    process = Process(log, stop_event())
    followers = _followers(process, cluster, codec, to_database, register)
    refreshing, relaying, to = Held(to_database), Held(to_database), producer(cluster, "registers")

    def refreshed() -> bool:
        before = due_before(register.now(), settings.refresh_seconds)
        return register.refresh(refreshing.connection(), before) > 0

    def relayed() -> bool:
        return relay(relaying.connection(), lambda records: send(to, records)) > 0

    def ready() -> bool:
        beats = process.beating.get("relay", False) and all(process.beating.get(name, True) for name in followers)
        return beats and all(each.caught_up for each in followers.values())

    operations = serve_operations(settings.operations_port, ready)
    for name, follower in followers.items():
        process.start(name, lambda f=follower, n=name: f.run(process.stop, process.trouble(n)))  # type: ignore[misc]
    pause = min(settings.refresh_seconds, 30.0) or 30.0
    process.start("refresh", process.again("refresh", refreshed, quiet_s=pause))
    process.start("relay", process.again("relay", relayed))
    log.info("started", port=operations.server_port)
    code = process.join()
    operations.shutdown()
    log.info("stopped", code=str(code))
    return code
