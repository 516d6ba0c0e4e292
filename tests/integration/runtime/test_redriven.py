"""A record that a step could not decide waits sealed, and is decided once after the repair."""

from types import SimpleNamespace
from typing import Any

import pytest

from schemas.record import Recorder
from schemas.transport import Cluster
from schemas.vocabulary import Refusal, Stage
from signaalbrug.quarantining import lying, now, publishing, redriven
from streams.runtime.calendar import publish_day, publish_policy
from tests.support import probe as probing
from tests.support.probe import FATAL, PRIVATE_KEY, inputs, owners_of, probe
from tests.support.runs import Sender, events_of
from tests.support.stories import codec, day, policy

pytestmark = pytest.mark.integration


def effects(few: Cluster) -> Any:
    """What of intake's effects a record of a step needs."""
    return SimpleNamespace(publish=publishing(few), recorder=Recorder(codec(), few.partitions), now=now)


def redrive(few: Cluster) -> list[tuple[bool | None, str | None]]:
    """Offer everything that lies there again; whether it had been, or why not."""
    found = redriven(lying(few, codec()).values(), PRIVATE_KEY, "piket", effects(few), "9990")
    return [(each.offered.again if each.offered else None, each.why_not) for each in found]


def decided(few: Cluster) -> list[str]:
    return [each.person for each in events_of(few, "outcome.v1")]  # type: ignore[attr-defined]


def turned(few: Cluster) -> None:
    step = probe(few)
    step.open()
    step.close()


def test_a_fault_of_ours_is_mended_and_its_record_decided_once(
    few: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_day(few, codec(), day(1))
    publish_policy(few, codec(), policy())
    first = next(owners_of(0, few))
    Sender(few).send(inputs([first], FATAL, few))
    Sender(few).send(inputs([first], "daarna", few))
    turned(few)
    (entry,) = lying(few, codec()).values()
    assert (entry.said.stage, entry.said.reason) == (Stage.DECIDE, Refusal.UNDECIDABLE)
    assert len(decided(few)) == 1

    assert redrive(few) == [(False, None)]
    turned(few)  # not mended yet: it goes aside again, from its new place
    assert len(decided(few)) == 1 and len(lying(few, codec())) == 2

    monkeypatch.setattr(probing, "FATAL", "niets")
    assert sorted(redrive(few), key=str) == [(False, None), (True, None)]
    turned(few)
    assert len(decided(few)) == 2
    assert redrive(few) == [(True, None), (True, None)]
    turned(few)
    assert len(decided(few)) == 2, "who asks twice changes nothing"
