"""The coordinates of "Signalen op een rij"."""

from datetime import date, timedelta

import pytest

from connectors.wijkteam.timeline import NARROW, WIDE, Layout, Timeline, timeline

OPENS, TODAY = date(2026, 9, 23), date(2026, 11, 22)
SOURCES = (("school", True), ("schuldhulp", True), ("huisarts", False))


def drawn(*signals: tuple[str, date], layout: Layout = WIDE, today: date = TODAY) -> Timeline:
    return timeline(signals, SOURCES, (OPENS, TODAY), today, layout)


def test_the_window_takes_the_last_two_thirds_and_ends_today() -> None:
    drawing = drawn()
    assert (drawing.band_x, drawing.band_width) == (367.3, 466.7)
    assert [tick.day for tick in drawing.ticks] == [
        date(2026, 8, 24),
        date(2026, 9, 23),
        date(2026, 10, 23),
        TODAY,
    ]


def test_a_signal_stands_on_the_row_of_its_source_at_its_day() -> None:
    drawing = drawn(("school", TODAY), ("schuldhulp", OPENS))
    assert [[mark.x for mark in row.marks] for row in drawing.rows] == [[WIDE.right], [drawing.band_x], []]


def test_signals_of_one_source_on_one_day_are_one_mark_with_a_count() -> None:
    (mark,) = drawn(("school", OPENS), ("school", OPENS)).rows[0].marks
    assert mark.count == 2


def test_a_source_that_is_not_linked_never_has_a_mark() -> None:
    assert drawn(("huisarts", OPENS)).rows[2].marks == ()


@pytest.mark.parametrize("layout", [WIDE, NARROW])
@pytest.mark.parametrize("days", [-900, -1, 0, 1, 400])
def test_everything_stays_inside_the_drawing(layout: Layout, days: int) -> None:
    drawing = drawn(("school", TODAY + timedelta(days=days)), layout=layout, today=TODAY + timedelta(days=30))
    points = [mark.x for row in drawing.rows for mark in row.marks] + [tick.x for tick in drawing.ticks]
    assert all(layout.left <= x <= layout.right for x in [*points, drawing.band_x])
    assert drawing.band_x + drawing.band_width <= layout.right + 0.1
    assert all(0 < row.y < drawing.bottom < drawing.height for row in drawing.rows)


def test_a_window_of_one_day_still_has_an_axis() -> None:
    drawing = timeline((("school", TODAY),), SOURCES, (TODAY, TODAY), TODAY, WIDE)
    assert [tick.anchor for tick in drawing.ticks] == ["start", "end"]
    assert drawing.rows[0].marks[0].x == WIDE.right
