"""From rows to cards: what is hidden has a day and nothing else, and pages of the list fit together."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.wijkteam.pages import Filter
from connectors.wijkteam.reading import Names, Row
from connectors.wijkteam.showing import card, page_of

LATE = datetime(2026, 1, 20, 23, 30, tzinfo=UTC)
NAMES = Names({}, {}, {}, None)
BODY: dict[str, Any] = {
    "title": "Titel",
    "urgency": "this_week",
    "area": "A",
    "since": "2026-01-10",
    "respond_before": "2026-02-01",
}
ROW = Row(
    alert=f"{1:032x}",
    team="wijkteam-noord",
    household="h",
    number=1,
    revision=1,
    status="open",
    standing="shown",
    changed_at=LATE,
    taken_by=None,
    outcome=None,
    usable_until=None,
    body=BODY,
    decided=None,
    seen=False,
)


@pytest.mark.parametrize("standing", ["withdrawn", "overtaken"])
def test_what_is_hidden_late_in_the_evening_in_utc_was_hidden_on_the_next_civil_day(standing: str) -> None:
    hidden = dataclasses.replace(ROW, standing=standing, body=None)
    assert card(hidden, NAMES, LATE).since == date(2026, 1, 21)


def rows() -> list[Row]:
    """In the order in which the list shows them; each is told apart by its number."""
    ordered: list[dict[str, Any] | None] = [
        BODY | {"urgency": "today", "respond_before": "2026-01-21"},
        BODY | {"urgency": "today", "respond_before": "2026-01-21"},
        BODY | {"urgency": "today", "respond_before": None},
        BODY,
        BODY | {"respond_before": "2026-02-02"},
        BODY | {"urgency": "follow"},
        BODY | {"urgency": "follow", "respond_before": None},
        None,
        None,
    ]
    numbers = [2, 10, 1, 100, 3, 9_999_999, 4, 5, 11]
    return [
        dataclasses.replace(ROW, alert=f"{number:032x}", number=number, body=body)
        for number, body in zip(numbers, ordered, strict=True)
    ]


@pytest.mark.parametrize("size", range(1, 11))
def test_pages_of_any_size_show_every_card_once_the_most_urgent_first_and_the_hidden_last(size: int) -> None:
    shown: list[str] = []
    after = ""
    while True:
        page = page_of(reversed(rows()), NAMES, Filter(), after, LATE, size)
        assert 0 < len(page.cards) <= size and len(after) <= 60
        shown += [each.alert_id for each in page.cards]
        if page.next_cursor is None:
            break
        after = page.next_cursor
    assert shown == [row.alert for row in rows()]
