"""The threads of one process: what went wrong first is what its exit code tells."""

import threading
from collections.abc import Callable
from typing import Any, NoReturn

import pytest

from connectors.threads import Process
from schemas.following import CannotContinue


class Heard:
    """A log that keeps what it was told."""

    def __init__(self) -> None:
        self.said: list[tuple[str, dict[str, Any]]] = []

    def error(self, event: str, **fields: Any) -> None:
        self.said.append((event, fields))


def does_not_fit() -> NoReturn:
    raise CannotContinue("signal.v1", 0, "te oud", "signaalbrug rebuild intake")


def breaks() -> NoReturn:
    raise ValueError("999990019")


def goes_on() -> None:
    """Nothing went wrong here."""


def after(stop: threading.Event, work: Callable[[], None]) -> Callable[[], None]:
    """*work*, once something else ended the process."""

    def waited() -> None:
        assert stop.wait(10)
        work()

    return waited


@pytest.mark.parametrize(
    ("first", "then", "code"),
    [
        (does_not_fit, breaks, 6),
        (breaks, does_not_fit, 1),
        (does_not_fit, goes_on, 6),
        (goes_on, breaks, 1),
        (goes_on, goes_on, 0),
    ],
)
@pytest.mark.parametrize("in_main", [False, True], ids=["in a thread", "in the main thread"])
def test_the_first_failure_gives_the_exit_code(
    first: Callable[[], None], then: Callable[[], None], code: int, in_main: bool
) -> None:
    process = Process(Heard(), threading.Event())
    process.start("then", after(process.stop, then))
    if in_main:
        process.run("first", first)
    else:
        process.start("first", first)
    assert process.join() == code


def test_every_failure_is_told_with_its_stage_and_never_with_its_text() -> None:
    log = Heard()
    process = Process(log, threading.Event())
    process.start("then", after(process.stop, breaks))
    process.run("first", does_not_fit)
    process.join()
    (one, fields), (other, more) = log.said
    assert (one, fields["stage"], other, more["stage"]) == ("cannot_continue", "first", "failed", "then")
    assert "signaalbrug rebuild intake" in fields["reason"] and "999990019" not in str(more)
