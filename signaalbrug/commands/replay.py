"""Decide the log again beside what runs."""

import os

from schemas.codec import codec_from
from schemas.following import CannotContinue
from schemas.transport import BrokerTrouble
from signaalbrug.commands.here import cluster_here
from signaalbrug.refusing import Unwilling
from signaalbrug.replaying import CannotReplay, replayed

DIFFERS = 3


def replay() -> int:
    """0 the same view and nothing new; 3 something differs."""
    try:
        found = replayed(cluster_here(), codec_from(os.environ))
    except CannotReplay as cannot:
        raise Unwilling(cannot.why, cannot.repair) from None
    except CannotContinue as cannot:
        raise Unwilling(cannot.what, cannot.repair) from None
    except BrokerTrouble:
        raise Unwilling("the broker does not answer", "signaalbrug up") from None
    for household in found.differing:
        print(f"household {household} differs")
    print(
        f"{found.inputs} records replayed, {found.households} households: {len(found.differing)} differ,"
        f" {found.new_alerts} new alerts, {found.written} records written to alert.v1"
    )
    return 0 if found.same else DIFFERS
