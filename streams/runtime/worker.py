"""`signaalbrug worker`: one step, on as many partitions as the group gives it."""

import asyncio
import contextlib
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from schemas.codec import Codec, codec_from
from schemas.following import CannotContinue
from schemas.operations import STOP_SIGNALS, configure_logging, serve_operations
from schemas.record import Recorder
from schemas.scrubbing import error_code
from schemas.transport import Cluster
from streams.core.step import Step
from streams.runtime.holding import BROKEN, Ended, Holding
from streams.runtime.metrics import Meter
from streams.runtime.native_delivery import deliver_natively
from streams.runtime.quarantine import sealing_to
from streams.runtime.restoring import repair_of
from streams.runtime.settings import StepSettings, step_settings
from streams.runtime.transactor import Transactor
from streams.runtime.turn import Limits, Tools
from streams.topology import PARTITION_WIDE, STEPS

Deliver = Callable[..., Awaitable[None]]


async def _by_faust(*words: Any, **named: Any) -> None:
    """Faust is half of what a worker imports: one that delivers natively starts without."""
    from streams.runtime.faust_delivery import deliver_by_faust

    await deliver_by_faust(*words, **named)


DELIVERIES: Mapping[str, Deliver] = {"faust": _by_faust, "native": deliver_natively}
THREADS = 8
LIMITS = Limits()


def serve(environment: Mapping[str, str], step_name: str, delivery: str = "faust") -> int:
    """Run one step until SIGTERM.

    Returns 0 after an orderly stop, 2 for a wrong setting, 5 when two owners fence each other, 6 when books and
            logs do not fit any more, 1 when something broke
    """
    steps = {step.name: step for step in STEPS}
    if step_name not in steps or delivery not in DELIVERIES:
        sys.stderr.write(f"kies --step {'|'.join(steps)} en --delivery {'|'.join(DELIVERIES)}\n")
        return 2
    return serve_step(environment, steps[step_name], DELIVERIES[delivery])


def serve_step(environment: Mapping[str, str], step: Step[Any], deliver: Deliver = _by_faust) -> int:
    """Run this step until SIGTERM; returns the exit code."""
    settings, cluster = step_settings(environment)
    codec = codec_from(environment)
    log = configure_logging(f"step-{step.name}")
    tell = lambda event, **fields: log.info(event, step=step.name, **fields)  # noqa: E731
    holding = holding_of(step, cluster, settings, tell, codec=codec)
    operations = serve_operations(settings.operations_port, lambda: holding.ready, {"step": step.name})
    try:
        asyncio.run(_until_stopped(step, cluster, settings, holding, deliver))
    except CannotContinue as cannot:
        holding.end(Ended(6, str(cannot)))
    except Exception as broken:
        holding.end(Ended(BROKEN, error_code(broken)))
    finally:
        holding.stop()
        operations.shutdown()
    if holding.ended is None:
        log.info("stopped", step=step.name)
        return 0
    log.error("ended", step=step.name, code=holding.ended.code, reason=holding.ended.why)
    sys.stderr.write(f"stap {step.name} stopt: {holding.ended.why}\n")
    return holding.ended.code


def holding_of(
    step: Step[Any],
    cluster: Cluster,
    settings: StepSettings,
    log: Callable[..., None],
    meter: Meter | None = None,
    codec: Codec | None = None,
) -> Holding:
    """Everything a worker of this step works with, whoever delivers."""
    recorder = Recorder(codec or Codec(), cluster.partitions)
    tools = Tools(recorder, sealing_to(settings.quarantine_public_key), LIMITS)
    meter = meter or Meter(step.name)
    prefix = settings.transactional_prefix

    def make(partition: int) -> Transactor:
        return Transactor(step, partition, cluster, tools, prefix=prefix, meter=meter)

    return Holding(make, meter, log, threads=min(THREADS, cluster.partitions))


async def _until_stopped(
    step: Step[Any], cluster: Cluster, settings: StepSettings, holding: Holding, deliver: Deliver
) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, stop.set)
    holding.on_ended = lambda: _wake(loop, stop)
    if not await loop.run_in_executor(None, await_topics, step, cluster, stop.is_set):
        return
    holding.start()
    await deliver(
        step,
        cluster,
        holding,
        stop,
        prefix=settings.transactional_prefix,
        state=settings.state,
        session_s=settings.session_seconds,
    )


def _wake(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has ended: nobody is left to be woken
        loop.call_soon_threadsafe(stop.set)


def await_topics(step: Step[Any], cluster: Cluster, stopped: Callable[[], bool]) -> bool:
    """Wait for the broker and the topics of the step; False when the process was stopped meanwhile.

    Raises  CannotContinue when a topic has another number of partitions: the owners of keys would have moved
    """
    admin = AdminClient(cluster.client(f"step-{step.name}-admin"))
    wanted = (*PARTITION_WIDE, *step.topics, *{step.changelog})
    while not stopped():
        try:
            present = admin.list_topics(timeout=5).topics
        except KafkaException:
            continue
        if all(name in present for name in wanted):
            for name in wanted:
                count = len(present[name].partitions)
                if count != cluster.partitions:
                    why = f"het topic heeft {count} partities, de instelling zegt {cluster.partitions}"
                    raise CannotContinue(name, 0, why, repair_of(step.name))
            return True
        time.sleep(0.5)
    return False
