"""What an operator sees of the feed: names and labels of the catalogue, closed values only.

Source  ecosystem.md 2.1; `team`, `rule` and `rule_version` come from the policy in force
"""

from collections.abc import Iterable

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 900)
_WORKING_DAYS = (300, 900, 3600, 14_400, 28_800, 86_400, 172_800, 432_000, 864_000)

SIGNAL_TO_FEED = Histogram(
    "signaalbrug_signal_to_feed_seconds",
    "From a signal's contribution to the alert in the feed",
    ["source"],
    buckets=_SECONDS,
)
WITHDRAWAL_TO_EFFECT = Histogram(
    "signaalbrug_withdrawal_to_effect_seconds",
    "From the record that takes something away to the content hidden",
    buckets=_SECONDS,
)
TEAM_DECISIONS = Counter(
    "signaalbrug_team_decisions", "Decisions of teams by what became of them", ["rule", "verdict"]
)
FEED_DELIVERY = Histogram(
    "signaalbrug_feed_delivery_seconds", "From a feed entry to its first reading", ["channel"], buckets=_SECONDS
)
FIRST_OPEN = Histogram(
    "signaalbrug_inbox_first_open_seconds",
    "From an alert in the feed to its first opening",
    ["team", "urgency"],
    buckets=_WORKING_DAYS,
)
OPEN_ITEMS = Gauge("signaalbrug_inbox_open_items", "Alerts that stand open now", ["team", "urgency"])


def open_items(counted: Iterable[tuple[str, str, int]]) -> None:
    """Set the gauge of open alerts from what the database counts."""
    OPEN_ITEMS.clear()
    for team, urgency, count in counted:
        OPEN_ITEMS.labels(team, urgency).set(count)
