"""Histories of up to forty events about a few people, drawn so that many of them end with an open alert."""

import dataclasses
from collections.abc import Sequence

from hypothesis import strategies as st

from schemas.vocabulary import SignalKind, Source
from tests.support.stories import (
    MOLENBUURT,
    NOWHERE_AREA,
    OOSTERDIJK,
    Said,
    absence,
    agreed,
    arrears,
    corrected,
    dawn,
    died,
    erased,
    joined,
    left,
    moving,
    objected,
    taken_back,
    withdrew,
)

MOST = 40
LAST_DAY = 60
PEOPLE = ("moeder", "vader", "kind", "buurvrouw")
HOUSES = ("huis", "flat")
days = st.sampled_from((2, 10, 25, 40, 50, 55, 59))  # few, so that statements collide
people = st.sampled_from(PEOPLE)
houses = st.sampled_from(HOUSES)
areas = st.sampled_from((MOLENBUURT, OOSTERDIJK, NOWHERE_AREA))
debts = st.sampled_from((SignalKind.ARREARS_RENT, SignalKind.ARREARS_ENERGY, SignalKind.ARREARS_WATER))
sources = st.sampled_from((None, Source.SCHOOL_ATTENDANCE, Source.DEBT_SERVICES))


@st.composite
def _withdrawn_signal(draw: st.DrawFn) -> Said:
    who, on = draw(people), draw(days)
    return taken_back(absence(who, on), who, "verzuim", draw(st.integers(2, 9)))


@st.composite
def _half_a_move(draw: st.DrawFn) -> Said:
    """Of a move that names more movers than come: the household waits for its day to end."""
    who, house, on = draw(people), draw(houses), draw(days)
    goes = draw(st.sampled_from((joined(who, house, on, draw(areas)), left(who, house, on=on))))
    (alone,) = moving(draw(st.sampled_from(("weg", "terug"))), on, goes)
    assert alone.move is not None
    return dataclasses.replace(alone, move=dataclasses.replace(alone.move, movers=draw(st.integers(2, 4))))


said: st.SearchStrategy[Said] = st.one_of(
    st.builds(absence, people, days),
    st.builds(arrears, people, days, debts, st.booleans()),
    st.builds(corrected, people, days, version=st.integers(1, 9)),
    _withdrawn_signal(),
    st.builds(joined, people, houses, days, areas),
    st.builds(left, people, houses, on=days, area=areas),
    _half_a_move(),
    st.builds(agreed, people, days, sources, st.none() | days),
    st.builds(withdrew, people, days, sources),
    st.builds(dawn, days),
)
rare: st.SearchStrategy[Said] = st.one_of(
    st.builds(objected, people, days, sources),
    st.builds(died, people, days),
    st.builds(erased, people, days),
)


@st.composite
def _promising(draw: st.DrawFn) -> Sequence[Said]:
    """What by itself ends in an open alert; the rest of the history may still undo it."""
    child, parent = "kind", draw(st.sampled_from(("moeder", "vader")))
    return (
        joined(child, "huis", on=50),
        joined(parent, "huis", on=50),
        absence(child, on=draw(st.integers(40, 58)), name="vers"),
        arrears(parent, on=draw(st.integers(40, 58)), name="verse schuld"),
        agreed(child, on=55, name="nieuwe toestemming"),
    )


@st.composite
def histories(draw: st.DrawFn) -> Sequence[Said]:
    """At most forty events in no particular order."""
    start = draw(st.sampled_from([(), ()]) | _promising())
    size = draw(st.sampled_from((0, 4, 8, 16, 24, 33)))
    rest = draw(st.lists(said, min_size=size, max_size=size))
    seldom = draw(st.lists(rare, max_size=1)) if draw(st.integers(0, 3)) == 0 else []
    return (*start, *rest, *seldom, dawn(LAST_DAY))[:MOST]


def shuffled(draw_order: st.DataObject, events: Sequence[Said]) -> list[Said]:
    """The same events in another order, which shrinks with the example."""
    return list(draw_order.draw(st.permutations(events), label="order"))
