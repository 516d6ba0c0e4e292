"""Persons of whom nobody ever heard: their first signal makes the register ask vault and BRP for a household."""

import contextlib
import dataclasses
from collections.abc import Iterator
from pathlib import Path

from bench.feeding import Way
from schemas.events.signal import Signal
from signaalbrug.local.servers import Servers
from tests.support.registers_process import Registers
from tests.support.runs import wait_for
from tests.support.stories import arrears
from tests.support.vault_process import running_vault
from tests.support.village import HOUSES, Village

#: Houses of the team that is watched; where more than fifteen live the register says no household.
NEAR = tuple(HOUSES[i] for i in (0, 1, 4))
MOST = 15 * len(NEAR)


@contextlib.contextmanager
def registers_beside(way: Way, servers: Servers, folder: Path, persons: int) -> Iterator[Registers]:
    """The real register with a real vault; in the BRP live so many single persons, spread over its houses."""
    assert persons <= MOST, f"no more than {MOST} first signals in all"
    village = Village()
    for i in range(persons):
        village.add(f"bewoner {i}", NEAR[i % len(NEAR)])
    with running_vault(servers) as vault:
        registers = Registers(servers, way.cluster, vault, folder, village, {"SIGNAALBRUG_REFRESH_SECONDS": "3600"})
        registers.start()
        try:
            wait_for(registers.ready, 60, "the register is ready")
            yield registers
        finally:
            registers.stop()


def first_signals(registers: Registers, first: int, count: int, day: int) -> list[Signal]:
    """One threatening debt of each of these persons: reason enough for an alert by itself."""
    names = [f"bewoner {i}" for i in range(first, first + count)]
    known = registers.pseudonyms(*names)
    said = [arrears(name, on=day, crisis=True, name="eerste") for name in names]
    return [dataclasses.replace(each, person=known[name]) for each, name in zip(said, names, strict=True)]
