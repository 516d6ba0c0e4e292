"""Faust hands records over and is believed in nothing else: it may skip, repeat and forget.

Source  runtime.md 3; the only file that imports faust
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import faust
from aiokafka.errors import KafkaError
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport
from faust.types import TP

from schemas.events.event import Position
from schemas.transport import Cluster
from streams.core.step import Step
from streams.runtime.holding import BROKEN, CONTESTED, Ended, Holding
from streams.runtime.raw import Raw
from streams.runtime.tls import protocol_of, tls_of
from streams.topology import PARTITION_WIDE

AGAIN_AFTER_S = 1.0


class _ConsumerThread(AIOKafkaConsumerThread):
    """Reads committed records only, and says when the group confirmed this member."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        assert hasattr(consumer, "_isolation_level"), "aiokafka changed: aborted records would be read"
        consumer._isolation_level = "read_committed"
        assert self._assignor is self.app.assignor, "faust changed: partitions of one number would come apart"
        return consumer

    async def on_start(self) -> None:
        await super().on_start()
        coordinator: Any = cast(Any, self._consumer)._coordinator
        holding = cast(_App, self.app).holding
        beat = coordinator._do_heartbeat

        async def heard() -> bool:
            asked_at = time.monotonic()
            is_member: bool = await beat()
            if is_member:
                holding.confirmed(asked_at)
            return is_member

        coordinator._do_heartbeat = heard


class _Consumer(Consumer):
    def _new_consumer_thread(self) -> _ConsumerThread:
        return _ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    def _new_offset(self, tp: TP) -> int | None:
        """The group's offset is a hint only: it need not wait for offsets that markers took."""
        acked = self._acked[tp]
        if not acked:
            return None
        newest = int(max(acked)) + 1
        acked.clear()
        self._acked_index[tp].clear()
        self._gap[tp].clear()
        return newest


class _Transport(Transport):
    Consumer = _Consumer


class _App(faust.App):
    holding: Holding

    def _new_transport(self) -> _Transport:
        return _Transport(self.conf.broker_consumer, self)


def _security(extra: Mapping[str, str]) -> dict[str, Any]:
    """librdkafka's names in Faust's words."""
    protocol, context = protocol_of(extra), tls_of(extra)
    if protocol == "plaintext":
        return {}
    if protocol == "ssl":
        return {"broker_credentials": faust.SSLCredentials(context)}
    credentials = faust.SASLCredentials(
        username=extra.get("sasl.username"),
        password=extra.get("sasl.password"),
        mechanism=extra.get("sasl.mechanism", extra.get("sasl.mechanisms", "PLAIN")),
        ssl_context=context,
    )
    return {"broker_credentials": credentials}


def _app(step: Step[Any], cluster: Cluster, holding: Holding, prefix: str, state: Path, session_s: float) -> _App:
    app = _App(
        f"{prefix}step-{step.name}-faust",
        broker=";".join(f"kafka://{each}" for each in cluster.brokers.split(",")),
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        topic_partitions=cluster.partitions,
        store="memory://",
        datadir=str(state),
        consumer_auto_offset_reset="earliest",
        broker_session_timeout=session_s,
        broker_heartbeat_interval=session_s / 4,
        broker_request_timeout=max(90.0, session_s),
        stream_wait_empty=False,
        stream_recovery_delay=0.0,
        **_security(cluster.extra),
    )
    app.holding = holding
    return app


def held_partitions(topics: tuple[str, ...], assigned: set[TP]) -> tuple[set[int], bool]:
    """The partition numbers of which every topic is assigned, and whether none came apart."""
    numbers = {tp.partition for tp in assigned if tp.topic in topics}
    whole = {q for q in numbers if all(TP(topic, q) in assigned for topic in topics)}
    return whole, whole == numbers


def _raw(message: Any) -> Raw:
    at = Position(message.topic, message.partition, message.offset)
    headers = tuple(message.headers or ())
    return Raw(at, message.key, message.value, headers, round((message.timestamp or 0) * 1000))


def _wired(app: _App, step: Step[Any], holding: Holding) -> _App:
    topics = (*PARTITION_WIDE, *step.topics)
    channel = app.topic(
        *topics, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw", allow_empty=True
    )

    @app.agent(channel, concurrency=1)
    async def deliver(stream: Any) -> None:
        loop = asyncio.get_running_loop()
        async for event in stream.events():
            holding.offer(_raw(event.message))
            while not holding.has_room:
                await loop.run_in_executor(None, holding.wait_for_room)

    async def assigned(_: Any, assigned: set[TP], **__: Any) -> None:
        whole, together = held_partitions(topics, assigned)
        if not together:
            holding.end(Ended(CONTESTED, f"stap {step.name}: partities van een nummer raakten uiteen"))
        await asyncio.get_running_loop().run_in_executor(None, holding.assigned, whole)

    async def revoked(_: Any, revoked: set[TP], **__: Any) -> None:
        numbers = {tp.partition for tp in revoked}
        await asyncio.get_running_loop().run_in_executor(None, holding.revoked, numbers)

    cast(Any, app.on_partitions_assigned).connect(assigned, weak=False)
    cast(Any, app.on_partitions_revoked).connect(revoked, weak=False)
    return app


async def _started(make: Callable[[], _App], stop: asyncio.Event) -> _App | None:
    """An app that has begun; a broker that is away just then is waited for. None: told to stop meanwhile."""
    while not stop.is_set():
        app = make()
        try:
            await app.start()
            return app
        except KafkaError as trouble:
            await app.stop()
            if not trouble.retriable:
                raise
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), AGAIN_AFTER_S)
    return None


async def deliver_by_faust(
    step: Step[Any],
    cluster: Cluster,
    holding: Holding,
    stop: asyncio.Event,
    *,
    prefix: str,
    state: Path,
    session_s: float,
) -> None:
    """Hand over what comes until *stop* is set; a crash of Faust ends the process."""
    make = lambda: _wired(_app(step, cluster, holding, prefix, state, session_s), step, holding)  # noqa: E731
    app = await _started(make, stop)
    if app is None:
        return
    waits = [asyncio.ensure_future(stop.wait()), asyncio.ensure_future(app.wait_until_stopped())]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    if not stop.is_set():
        holding.end(Ended(BROKEN, f"stap {step.name}: Faust is gestopt"))
    for wait in waits:
        wait.cancel()
    await app.stop()
