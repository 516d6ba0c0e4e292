"""Writing under the keys in force: what was made under others is thrown away and made again."""

from collections.abc import Callable
from typing import TypeVar

from connectors.vault.api import VaultDown
from connectors.vault.keys import KeyRing, Keys
from connectors.vault.store import Moved

_MOST_TRIES = 3
Made = TypeVar("Made")


def under_keys(ring: KeyRing, write: Callable[[Keys], Made]) -> Made:
    """What *write* gives under the keys in force.

    Raises  VaultDown when they cannot be had, or change time after time
    """
    for _ in range(_MOST_TRIES):
        try:
            return write(ring.keys)
        except Moved as moved:
            ring.follow(moved.generation)
    raise VaultDown
