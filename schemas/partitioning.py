"""Where the records of one owner meet: one function, passed by every producer.

Clients hash differently by default (librdkafka CRC32, Java murmur2); a join over two ways is silently wrong.
"""

import struct
from functools import lru_cache

_MASK = 0xFFFFFFFF
_M = 0x5BD1E995


def murmur2(data: bytes) -> int:
    """Kafka's murmur2 of a key, as an unsigned 32-bit number.

    Source  org.apache.kafka.common.utils.Utils.murmur2; tests compare with aiokafka's
    """
    length = len(data)
    h = 0x9747B28C ^ length
    whole = length & ~3
    for word in struct.unpack_from(f"<{whole // 4}I", data):
        k = (word * _M) & _MASK
        k = ((k ^ (k >> 24)) * _M) & _MASK
        h = ((h * _M) & _MASK) ^ k
    if length & 3:
        h = ((h ^ int.from_bytes(data[whole:], "little")) * _M) & _MASK
    h = ((h ^ (h >> 13)) * _M) & _MASK
    return h ^ (h >> 15)


@lru_cache(65_536)
def partition_of(owner: str, partitions: int) -> int:
    """The partition on which everything about this owner stands, in every topic."""
    return (murmur2(owner.encode()) & 0x7FFFFFFF) % partitions
