"""The demo's Veilig Thuis writes what its connector takes in."""

from datetime import UTC, date, datetime, timedelta

from schemas.events.signal import Signal
from schemas.vocabulary import Mark, VersionKind
from signaalbrug.demo.handover_files import delivery
from signaalbrug.demo.municipality import waterrijk
from signaalbrug.demo.rows import Handover
from signaalbrug.uplift import areas_of
from tests.support.deliveries import NOW, Door

TODAY = date(2026, 5, 1)
PEOPLE = tuple(waterrijk(areas_of(), NOW, TODAY).people[:3])
CHANGED = datetime(2026, 4, 20, 9, tzinfo=UTC)


def test_a_handover_of_the_demo_is_taken_in_and_one_person_of_it_taken_back() -> None:
    door = Door()
    first = Handover("ML90001", PEOPLE, date(2026, 4, 20), CHANGED)
    second = Handover("ML90001", PEOPLE, date(2026, 4, 20), CHANGED + timedelta(hours=2), True, PEOPLE[1:2])
    assert door.send("veilig_thuis", delivery([first])).refused == ()
    assert door.send("veilig_thuis", delivery([second])).refused == ()
    events = door.log.events(Signal)
    assert len(events) == 6 and len({each.signal for each in events}) == 3
    assert sorted(each.kind for each in events[3:]) == sorted(
        [VersionKind.CORRECTED, VersionKind.CORRECTED, VersionKind.WITHDRAWN]
    )
    assert {each.inform_by for each in events[:3]} == {date(2026, 5, 18)}
    assert {each.inform_by for each in events[3:]} == {None}
    assert {each.marks for each in events[3:]} == {(Mark.SOURCE_PROTECTED,)}
