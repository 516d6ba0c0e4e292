"""What we show others works: the page for practices, and the practices of the demo."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

from connectors.manifest import manifest_of
from schemas.events.register import Consent
from schemas.events.signal import Signal
from schemas.vocabulary import LifeDomain, Mark
from signaalbrug.demo.fhir_files import delivery, rows_of
from signaalbrug.demo.people import Address, Person
from signaalbrug.demo.rows import Referral
from tests.support.deliveries import NUMBERS, Door

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs/how_to/connect_general_practice.md"


def test_the_example_on_the_page_is_accepted_whole() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    door = Door()
    taken = door.send("general_practice", example.encode())
    assert (taken.refused, taken.accepted) == ((), 2)
    assert [each.life_domain for each in door.log.events(Signal)] == [LifeDomain.FINANCES]


def test_the_page_says_what_to_do_for_every_reason() -> None:
    said = PAGE.read_text(encoding="utf-8").partition("## Wat een weigering betekent")[2]
    assert set(re.findall(r"`([a-z_]+)`", said)) >= {each.value for each in manifest_of("general_practice").refuses}


def test_what_the_practices_of_the_demo_send_is_accepted() -> None:
    home = Address("9990010000000001", "9990200000000001", "Teststraat", 1, "9999ZZ", None)
    person = Person(NUMBERS[0], "Anna", "", "Testman", True, date(1984, 5, 6), home, date(2020, 1, 1))
    at = datetime(2026, 4, 1, 9, 12, tzinfo=UTC)
    first = Referral("VW-1", person, at, date(2026, 10, 1), reason="Z06", role="informant")
    door = Door()
    rows = [*rows_of(first), *rows_of(Referral("VW-2", person, at, date(2026, 9, 1)))]
    taken = door.send("general_practice", delivery(rows, at))
    assert (taken.refused, taken.accepted) == ((), 4)
    one, other = door.log.events(Signal)
    assert (one.life_domain, one.marks) == (LifeDomain.WORK_AND_ACTIVITIES, (Mark.DOCTOR_INFORMS,))
    assert (other.life_domain, other.marks) == (LifeDomain.SOCIAL_RELATIONS, (Mark.DOCTOR_REFERS,))
    assert len(door.log.events(Consent)) == 2
    assert b"Anna" not in door.log.everything()
