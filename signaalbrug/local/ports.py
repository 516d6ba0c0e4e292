"""Free ports outside the range of outgoing connections, so that a restart finds its port free."""

from __future__ import annotations

import random
import socket
from pathlib import Path

from signaalbrug.local.errors import LocalServerError

HOST = "127.0.0.1"
LOWEST = 15_000
HIGHEST = 32_000
TRIES = 500

# A client that keeps calling a stopped server on such a port may connect to itself and hold the port.
_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_ports(count: int) -> tuple[int, ...]:
    """Ports nobody listens on now, all different.

    Raises  LocalServerError when there are not so many
    """
    found: set[int] = set()
    for _ in range(TRIES):
        if len(found) == count:
            break
        port = random.SystemRandom().randrange(LOWEST, _ceiling())
        if is_free(port):
            found.add(port)
    if len(found) < count:
        raise LocalServerError(f"no {count} free ports on {HOST}", "signaalbrug down")
    return tuple(found)


def is_free(port: int) -> bool:
    """Whether a server could listen on this port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: TIME_WAIT is free
        try:
            attempt.bind((HOST, port))
        except OSError:
            return False
    return True


def _ceiling() -> int:
    if not _RANGE.exists():
        return HIGHEST
    lowest_outgoing = int(_RANGE.read_text(encoding="ascii").split()[0])
    return min(HIGHEST, lowest_outgoing) if lowest_outgoing > LOWEST + 1_000 else HIGHEST
