"""Where each signal stands on "Signalen op een rij", as numbers that the template copies into SVG."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Layout:
    """The measures of one drawing; the narrow one has its labels above the lines."""

    name: str
    width: int
    left: int
    right: int
    top: int
    row_height: int
    label_dy: int
    note_dy: int
    ticks: int


WIDE = Layout(name="breed", width=860, left=134, right=834, top=46, row_height=34, label_dy=5, note_dy=-7, ticks=4)
NARROW = Layout(
    name="smal", width=320, left=8, right=312, top=62, row_height=52, label_dy=-14, note_dy=-14, ticks=3
)
BAND_TOP = 6
BELOW_LAST_ROW = 26
BAND_LABEL_WIDTH = 190
AXIS_HEIGHT = 34


@dataclass(frozen=True, slots=True)
class Mark:
    """The signals of one source on one day."""

    x: float
    day: date
    count: int


@dataclass(frozen=True, slots=True)
class Row:
    """One source with its marks; a source that is not linked has none."""

    source: str
    linked: bool
    y: int
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A date under the drawing."""

    x: float
    day: date
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class Timeline:
    """A drawing, ready for the template to copy into SVG."""

    layout: Layout
    height: int
    band_top: int
    bottom: int
    band_x: float
    band_width: float
    band_label_x: float
    rows: tuple[Row, ...]
    ticks: tuple[Tick, ...]


def timeline(
    signals: Iterable[tuple[str, date]],
    sources: Sequence[tuple[str, bool]],
    window: tuple[date, date],
    today: date,
    layout: Layout,
) -> Timeline:
    """The drawing of these (source, day) signals, with a row for each (source, linked) in that order.

    Time  civil days; the axis runs from half a window before the window to the latest of window end and today
    """
    days = Counter(signals)
    opens, closes = sorted(window)
    span = (closes - opens).days or 1
    first = min([opens - timedelta(days=span // 2), *(day for _, day in days)])
    last = max([closes, today, *(day for _, day in days)])
    if first == last:
        first -= timedelta(days=1)
    bottom = layout.top + (len(sources) - 1) * layout.row_height + BELOW_LAST_ROW
    left = _x(opens, first, last, layout)
    return Timeline(
        layout=layout,
        height=bottom + AXIS_HEIGHT,
        band_top=BAND_TOP,
        bottom=bottom,
        band_x=left,
        band_width=round(_x(closes, first, last, layout) - left, 1),
        band_label_x=min(left + 10, layout.right - BAND_LABEL_WIDTH),
        rows=tuple(
            Row(
                source=source,
                linked=linked,
                y=layout.top + index * layout.row_height,
                marks=_marks(source, days, first, last, layout) if linked else (),
            )
            for index, (source, linked) in enumerate(sources)
        ),
        ticks=_ticks(first, last, layout),
    )


def _marks(
    source: str, days: Counter[tuple[str, date]], first: date, last: date, layout: Layout
) -> tuple[Mark, ...]:
    return tuple(
        Mark(x=_x(day, first, last, layout), day=day, count=count)
        for (owner, day), count in sorted(days.items())
        if owner == source
    )


def _ticks(first: date, last: date, layout: Layout) -> tuple[Tick, ...]:
    span = (last - first).days
    steps = min(layout.ticks - 1, span)
    days = [first + timedelta(days=round(span * step / steps)) for step in range(steps + 1)]
    return tuple(Tick(_x(day, first, last, layout), day, _anchor(day, first, last)) for day in days)


def _anchor(day: date, first: date, last: date) -> Anchor:
    if day == first:
        return "start"
    return "end" if day == last else "middle"


def _x(day: date, first: date, last: date, layout: Layout) -> float:
    share = (day - first).days / (last - first).days
    return round(layout.left + share * (layout.right - layout.left), 1)
