"""Ask a broker for its metadata in plain bytes, so that nothing here needs a Kafka client."""

from __future__ import annotations

import socket
import struct

METADATA, VERSION = 3, 1
NAME = b"signaalbrug"
# Header: api, version, correlation id, client id. Body: an empty list of topics ("brokers only").
_ASK = struct.pack(f">hhih{len(NAME)}si", METADATA, VERSION, 1, len(NAME), NAME, 0)


def knows_its_broker(host: str, port: int, timeout: float = 2.0) -> bool:
    """Whether the broker at this address answers, and lists a broker that clients can use.

    Source  the Kafka protocol guide: Metadata request and response, version 1
    """
    try:
        with socket.create_connection((host, port), timeout) as connection:
            connection.sendall(struct.pack(">i", len(_ASK)) + _ASK)
            (size,) = struct.unpack(">i", _exactly(connection, 4))
            _, brokers = struct.unpack(">ii", _exactly(connection, size)[:8])
    except (OSError, struct.error):
        return False
    return bool(brokers > 0)


def _exactly(connection: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        chunk = connection.recv(size - len(received))
        if not chunk:
            raise ConnectionError("the broker hung up")
        received += chunk
    return received
