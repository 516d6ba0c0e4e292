"""The names things have on the log: random or derived, 32 hex characters; deliberately no Bsn among them."""

import hashlib
import re
from functools import lru_cache
from typing import NewType

PersonPseudonym = NewType("PersonPseudonym", str)
HouseholdId = NewType("HouseholdId", str)
SignalId = NewType("SignalId", str)
VersionId = NewType("VersionId", str)
AlertId = NewType("AlertId", str)
DecisionId = NewType("DecisionId", str)
ConsentId = NewType("ConsentId", str)
ReceiptId = NewType("ReceiptId", str)
TeamId = NewType("TeamId", str)
AreaCode = NewType("AreaCode", str)
MoveId = NewType("MoveId", str)

_HEX32 = re.compile(r"[0-9a-f]{32}")
_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")

#: What a value of each type must look like on the wire; the codec refuses anything else.
PATTERNS: dict[str, re.Pattern[str]] = {
    "PersonPseudonym": _HEX32,
    "HouseholdId": _HEX32,
    "SignalId": _HEX32,
    "VersionId": _HEX32,
    "AlertId": _HEX32,
    "DecisionId": _HEX32,
    "ConsentId": _HEX32,
    "ReceiptId": _HEX32,
    "MoveId": _HEX32,
    "TeamId": _CODE,
    "AreaCode": _CODE,
}


def derived(namespace: str, *parts: str) -> str:
    """The same 32 hex characters for the same cause, whoever asks and however often.

    Source  rules.md 1: `uuid5(…)`, written without dashes so that no id can look like a BSN
    """
    made = bytearray(
        hashlib.sha1(_root(namespace) + "\x1f".join(parts).encode(), usedforsecurity=False).digest()[:16]
    )
    made[6], made[8] = made[6] & 0x0F | 0x50, made[8] & 0x3F | 0x80  # as uuid.uuid5 does, in a third of the time
    return made.hex()


@lru_cache(maxsize=256)
def _root(namespace: str) -> bytes:
    return hashlib.sha256(namespace.encode()).digest()[:16]


def signal_version(signal: SignalId, mutated_at_ms: int, content_hash: str) -> VersionId:
    """The id of one version of a signal, also its `ce_id`: derived from the order of versions itself."""
    return VersionId(derived("signal-version", signal, str(mutated_at_ms), content_hash))


def alert_opened_by(household: HouseholdId, theme: str, cause: str) -> AlertId:
    """The id of the alert that the record at *cause* (`topic/partition/offset`) opened."""
    return AlertId(derived("alert", household, theme, cause))
