"""What the log says happened, in numbers: rows, decisions, fates, alerts; pure functions of the records."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from schemas.codec import Codec
from schemas.events.account import AccessDecision
from schemas.events.alert import Alert
from schemas.events.delivery import Delivery
from schemas.following import Arrived
from schemas.vocabulary import DeliveryKind, Purpose
from streams.trail.fates import fates
from streams.trail.kept import keep


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of one run."""

    accepted: Mapping[str, int]
    duplicates: Mapping[str, int]
    refused: Mapping[tuple[str, str], int]
    decisions: Mapping[tuple[bool, str, str], int]
    fates: Mapping[tuple[str, str], int]
    opened: Mapping[str, int]
    open_now: Mapping[str, int]
    records: int

    @property
    def alerts(self) -> int:
        return sum(self.opened.values())


def figures(arrived: Sequence[Arrived], codec: Codec) -> Figures:
    """All of them, from everything on the log."""
    accepted, duplicates, refused = _rows(arrived)
    opened, open_now = _alerts(arrived)
    became = _fates(arrived, codec)
    return Figures(accepted, duplicates, refused, _decisions(arrived), became, opened, open_now, len(arrived))


def _rows(arrived: Iterable[Arrived]) -> tuple[Counter[str], Counter[str], Counter[tuple[str, str]]]:
    accepted: Counter[str] = Counter()
    duplicates: Counter[str] = Counter()
    refused: Counter[tuple[str, str]] = Counter()
    for one in arrived:
        event = one.event
        if isinstance(event, Delivery) and event.kind is DeliveryKind.CLOSED:
            accepted[event.source] += event.accepted
            duplicates[event.source] += len(event.duplicates)
            refused.update((event.source, row.reason.value) for row in event.refused)
    return accepted, duplicates, refused


def _decisions(arrived: Iterable[Arrived]) -> Counter[tuple[bool, str, str]]:
    return Counter(
        (event.allowed, event.ground or "-", event.reason.value)
        for event in (one.event for one in arrived)
        if isinstance(event, AccessDecision) and event.purpose is Purpose.USE_FOR_CORRELATION
    )


def _fates(arrived: Sequence[Arrived], codec: Codec) -> Counter[tuple[str, str]]:
    return Counter(
        (fate.kind.value if fate.kind else "unknown", fate.reason.value if fate.reason else "unknown")
        for fate in fates(keep(arrived, codec)).values()
    )


def _alerts(arrived: Iterable[Arrived]) -> tuple[Counter[str], Counter[str]]:
    newest: dict[str, Alert] = {}
    for one in arrived:
        event = one.event
        if isinstance(event, Alert) and event.revision > 0:
            known = newest.get(event.alert)
            if known is None or event.revision > known.revision:
                newest[event.alert] = event
    opened = Counter(str(alert.team) for alert in newest.values())
    return opened, Counter(str(alert.team) for alert in newest.values() if alert.views)
