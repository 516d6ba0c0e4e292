"""Erase a person, for the rights desk: the number comes on standard input and is never said again."""

import getpass
import sys

from connectors.rights_desk import NoNumber, erase_at_the_desk
from connectors.vault.api import VaultDown, VaultRefused
from schemas.transport import BrokerTrouble
from signaalbrug.commands.here import rights_desk
from signaalbrug.refusing import Unwilling

AGAIN = "then signaalbrug erase with the same number: asked twice it does the same"


def erase() -> int:
    """Say it on the log, then destroy the vault's rows; prints when and under which trace, nothing of whom."""
    environment = rights_desk()
    try:
        erased = erase_at_the_desk(environment, _number())
    except NoNumber:
        raise Unwilling("that is no citizen service number", "signaalbrug erase < a file with one") from None
    except VaultRefused:
        raise Unwilling("the vault refuses: this is no token of the rights desk", "set its own token") from None
    except VaultDown:
        raise Unwilling("the vault does not answer", f"start it, {AGAIN}") from None
    except BrokerTrouble:
        raise Unwilling("the broker does not answer", f"start it, {AGAIN}") from None
    if erased is None:
        print("nothing to erase: the vault has no row about this person, or has none any more")
        return 0
    print(f"erased on {erased.on.isoformat()}\ntrace {erased.trace}")
    return 0


def _number() -> str:
    """One line, not echoed when somebody types it."""
    if sys.stdin.isatty():
        return getpass.getpass("BSN: ").strip()
    return sys.stdin.readline().strip()
