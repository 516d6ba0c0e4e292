"""A thousand histories of up to forty events: whatever order they come in, a team sees the same."""

import os
from collections import Counter
from collections.abc import Callable

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.support.histories import MOST, histories, shuffled
from tests.support.stories import Said, open_alerts, seen, told

EXAMPLES = 1_000
SEED = int(os.environ.get("SIGNAALBRUG_SEED", "20261125"))


def test_a_thousand_histories_of_up_to_forty_events_end_in_one_view_in_any_order(
    figures: Callable[[str], None],
) -> None:
    ends: Counter[str] = Counter()

    @seed(SEED)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(histories(), st.data())
    def in_any_order(events: list[Said], data: st.DataObject) -> None:
        assert len(events) <= MOST
        reference = told(events)
        again = told(shuffled(data, events), partitions=3)
        assert seen(again) == seen(reference)
        ends["open" if open_alerts(reference) else "none"] += 1
        ends["longest"] = max(ends["longest"], len(events))
        ends["events"] += len(events)

    in_any_order()
    share = ends["open"] / (ends["open"] + ends["none"])
    figures(f"seed {SEED}: {ends['open'] + ends['none']} histories, {share:.0%} end open")
    figures(f"{ends['events']} events, longest history {ends['longest']}")
    assert ends["open"] + ends["none"] >= EXAMPLES
    assert share >= 0.20
    assert ends["longest"] >= 36
