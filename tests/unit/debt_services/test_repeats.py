"""A debt that is reported again under another id is one signal: told when it rose, written down when it did not."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from connectors.bsn import Bsn
from connectors.intake import Taken
from connectors.vault.api import MOST_PERSONS, Principal
from schemas.events.signal import Signal
from schemas.identity import PersonPseudonym
from schemas.vocabulary import VersionKind
from tests.support.deliveries import NUMBERS, Door, Log, Stopped, arrears, number
from tests.unit.debt_services.files import csv_file, with_cases

REPORTED, CORRECTED, WITHDRAWN = VersionKind.REPORTED, VersionKind.CORRECTED, VersionKind.WITHDRAWN
UNJUST, REPEATED = "Niet opgepakt: onterecht signaal", "Niet opgepakt: herhaalde melding"
OVER = "Persoon is geen inwoner (meer) in de gemeente"


class Told:
    """A door, and what was published through it by day of April."""

    def __init__(self, door: Door | None = None) -> None:
        self.door = door or Door()

    def day(self, day: int, *rows: dict[str, Any], cases: list[dict[str, Any]] | None = None) -> Taken:
        content = with_cases(*rows, cases=cases or [], stated=f"2026-04-{day:02d}T08:00:00Z")
        return self.door.send("debt_services", content)

    @property
    def signals(self) -> list[Signal]:
        return self.door.log.events(Signal)

    @property
    def kinds(self) -> list[VersionKind]:
        return [each.kind for each in self.signals]

    def said(self) -> list[tuple[object, ...]]:
        """Every version once, without what is random."""
        once = {each.version: each for each in self.signals}.values()
        return [(each.kind, each.observed_on, each.mutated_at, each.row) for each in once]

    def standing(self) -> list[Signal]:
        """The newest version of each signal that was not withdrawn."""
        newest: dict[str, Signal] = {}
        for each in sorted(self.signals, key=lambda one: (one.mutated_at, one.content_hash)):
            newest[each.signal] = each
        return [each for each in newest.values() if each.kind is not WITHDRAWN]


def debt(name: str, amount: int, day: str = "2026-03-05", **changes: Any) -> dict[str, Any]:
    return arrears(name, changes.pop("bsn", NUMBERS[0]), bedrag=amount, signaaldatum=day, **changes)


@pytest.mark.parametrize("amount", [500, 499])
def test_a_repeat_that_is_not_higher_is_written_down_and_published_nowhere(amount: int) -> None:
    told = Told()
    told.day(2, debt("A", 500))
    taken = told.day(3, debt("B", amount, "2026-04-01"))
    assert (taken.accepted, taken.duplicates, taken.refused) == (0, (1,), ())
    assert told.kinds == [REPORTED]


def test_a_repeat_that_is_higher_updates_the_first_signal() -> None:
    told = Told()
    told.day(2, debt("A", 500))
    assert told.day(3, debt("B", 501, "2026-04-01")).accepted == 1
    assert told.day(4, debt("B", 501, "2026-04-01")).duplicates == (1,)
    first, update = told.signals
    assert (first.kind, update.kind, update.signal) == (REPORTED, CORRECTED, first.signal)
    assert update.observed_on > first.observed_on and told.standing() == [update]


def test_a_debt_that_rose_is_told_also_when_nothing_else_is_different() -> None:
    told = Told()
    told.day(2, debt("A", 500))
    told.day(3, debt("B", 501))
    assert told.day(4, debt("A", 500), debt("B", 501)).duplicates == (1, 2)
    assert told.kinds == [REPORTED, CORRECTED]


def test_a_repeat_that_is_threatening_now_is_an_update_although_it_is_not_higher() -> None:
    told = Told()
    told.day(1, debt("VS-1", 500))
    told.day(2, debt("VS-2", 400, "2026-03-20", crisissignaal=True))
    assert told.kinds == [REPORTED, CORRECTED]
    assert [each.crisis for each in told.standing()] == [True]
    told.day(3, debt("VS-3", 900, "2026-03-25"))
    assert [each.crisis for each in told.standing()] == [True], "a rise alone does not take the threat away"


def test_a_repeat_is_measured_against_the_highest_that_was_known() -> None:
    told = Told()
    told.day(2, debt("A", 500))
    told.day(3, debt("B", 700, "2026-04-01"))
    assert told.day(4, debt("C", 600, "2026-04-02")).duplicates == (1,)
    assert told.day(5, debt("D", 701, "2026-04-03")).accepted == 1
    assert told.kinds == [REPORTED, CORRECTED, CORRECTED] and len({each.signal for each in told.signals}) == 1


def test_repeats_in_one_file_are_one_signal_and_no_doubled_row() -> None:
    told = Told()
    taken = told.day(2, debt("A", 500), debt("B", 700, "2026-04-01"), debt("C", 700, "2026-04-02"))
    assert (taken.accepted, taken.duplicates, taken.refused) == (2, (3,), ())
    assert [each.observed_on.month for each in told.standing()] == [4]


def test_a_repeat_and_a_zaak_in_a_later_batch_of_the_file_know_of_the_first() -> None:
    told = Told()
    others = [arrears(f"VS-{index}", number(index)) for index in range(10, 10 + MOST_PERSONS)]
    rows = (debt("A", 500), *others, debt("B", 400), debt("C", 700, "2026-04-01"))
    taken = told.day(2, *rows, cases=[case(UNJUST, "B", "VS-10")])
    assert taken.duplicates == (len(rows) - 1,)
    assert told.kinds.count(REPORTED) == len(others) + 1 and len(told.standing()) == len(others) - 1


@pytest.mark.parametrize(
    "other",
    [
        {"bsn": NUMBERS[1]},
        {"ontstaansdatum": "2026-01-29"},
        {"signaalpartner": {"type": "Energie"}},
        {"ontstaansdatum": None},
    ],
)
def test_another_person_another_debt_or_an_unknown_debt_is_a_signal_of_its_own(other: dict[str, Any]) -> None:
    told = Told()
    told.day(2, debt("A", 500))
    told.day(3, debt("B", 400, **other))
    assert told.kinds == [REPORTED, REPORTED] and len(told.standing()) == 2


def test_unknown_creditors_are_never_taken_for_one() -> None:
    told = Told()
    told.day(2, debt("A", 500, signaalpartner={"type": "Overige"}))
    told.day(3, debt("B", 500, signaalpartner={"type": "Overige"}))
    assert len(told.standing()) == 2


@pytest.mark.parametrize("amount", [400, 600])
def test_the_same_id_again_is_an_ordinary_correction(amount: int) -> None:
    told = Told()
    told.day(2, debt("A", 500))
    told.day(3, debt("A", amount, "2026-03-06"))
    assert told.kinds == [REPORTED, CORRECTED]
    assert told.day(4, debt("B", amount)).duplicates == (1,)
    assert told.day(5, debt("C", amount + 1)).accepted == 1


@pytest.mark.parametrize("name", ["A", "B"])
@pytest.mark.parametrize("status", [UNJUST, OVER])
def test_either_id_takes_the_signal_back(name: str, status: str) -> None:
    told = Told()
    told.day(2, debt("A", 500))
    told.day(3, debt("B", 700, "2026-04-01"))
    told.day(4, debt(name, 500, status=status))
    assert told.kinds == [REPORTED, CORRECTED, WITHDRAWN] and told.standing() == []
    assert len({each.signal for each in told.signals}) == 1


@pytest.mark.parametrize("name", ["A", "B"])
def test_an_id_that_was_taken_back_may_stand_again(name: str) -> None:
    told = Told()
    told.day(2, debt("A", 500), debt("B", 400))
    told.day(3, debt(name, 450, status=UNJUST))
    told.day(4, debt(name, 450, status="Opgepakt"))
    assert told.kinds == [REPORTED, WITHDRAWN, CORRECTED] and len(told.standing()) == 1


def test_a_repeat_in_the_file_that_takes_it_back_is_the_last_word() -> None:
    told = Told()
    told.day(2, debt("A", 500), debt("B", 400, status=UNJUST))
    assert told.kinds == [REPORTED, WITHDRAWN] and told.standing() == []


def test_that_an_id_is_a_repeat_does_not_take_back_what_it_repeats() -> None:
    told = Told()
    told.day(2, debt("A", 500))
    assert told.day(3, debt("B", 900, status=REPEATED)).duplicates == (1,)
    assert told.day(4, debt("A", 500, status=REPEATED)).duplicates == (1,)
    assert len(told.standing()) == 1


def test_an_id_that_is_a_repeat_of_what_never_came_is_withdrawn_until_it_comes() -> None:
    told = Told()
    told.day(2, debt("A", 500))
    told.day(3, debt("A", 500, status=REPEATED))
    assert told.standing() == []
    told.day(4, debt("B", 500))
    assert len(told.standing()) == 1 and told.day(5, debt("A", 500)).duplicates == (1,)


def test_that_nobody_lives_here_is_harmless_for_a_signal_that_never_came() -> None:
    told = Told()
    assert told.day(2, debt("A", 500, status=OVER)).accepted == 1
    assert told.kinds == [WITHDRAWN] and told.standing() == []


def test_the_next_full_delivery_publishes_nothing_new() -> None:
    told = Told()
    rows = (debt("A", 500), debt("B", 700, "2026-04-01"), debt("C", 600), debt("D", 5, status=REPEATED))
    told.day(2, *rows)
    before = told.kinds
    assert told.day(3, *rows).duplicates == (1, 2, 3, 4)
    assert told.kinds == before


def test_an_id_that_turns_to_another_debt_is_a_signal_of_its_own() -> None:
    told = Told()
    told.day(2, debt("A", 500), debt("B", 400))
    told.day(3, debt("B", 400, ontstaansdatum="2026-02-01"))
    assert told.kinds == [REPORTED, REPORTED] and len(told.standing()) == 2


def test_a_third_id_finds_the_one_that_still_speaks_of_the_debt() -> None:
    told = Told()
    told.day(2, debt("A", 500), debt("B", 400, ontstaansdatum="2026-02-01"))
    told.day(3, debt("B", 500))
    turned = debt("A", 500, ontstaansdatum="2026-02-02")
    assert told.day(4, turned, debt("C", 500)).duplicates == (1, 2)
    assert len(told.standing()) == 2


def test_a_rise_that_comes_again_in_another_file_is_no_news_also_after_a_withdrawal() -> None:
    told = Told()
    told.day(2, debt("A", 500))
    told.day(3, debt("B", 700, "2026-04-01"))
    told.day(5, debt("A", 500, status=UNJUST))
    assert told.day(3, debt("B", 700, "2026-04-01"), debt("D", 1, bsn=NUMBERS[1])).duplicates == (1,)
    assert told.kinds == [REPORTED, CORRECTED, WITHDRAWN, REPORTED]


def test_a_repeat_of_a_signal_that_turned_to_another_person_is_one_of_its_own() -> None:
    told = Told()
    told.day(2, debt("A", 500), debt("B", 400))
    told.day(3, debt("A", 500, bsn=NUMBERS[1]))
    told.day(4, debt("B", 400))
    assert len(told.standing()) == 2 and len({each.person for each in told.standing()}) == 2


def test_a_row_without_an_amount_about_a_known_id_says_no_more_than_before() -> None:
    told = Told()
    told.day(2, debt("A", 500), debt("B", 700, "2026-04-01"))
    before = told.kinds
    assert told.day(3, debt("A", 1)).duplicates == (1,)
    row = debt("B", 1, "2026-04-01")
    del row["bedrag"]
    assert told.day(4, row).duplicates == (1,)
    assert told.kinds == before


def test_the_amount_is_in_the_books_and_on_no_topic() -> None:
    told = Told()
    told.day(2, debt("A", 7_777_770), debt("B", 7_777_771))
    published = told.door.log.everything()
    assert b"777777" not in published and b"amount" not in published and b"bedrag" not in published


def test_a_small_partner_and_ddas_speak_of_the_same_debt() -> None:
    told = Told()
    told.day(2, debt("A", 500))
    assert told.door.send("debt_services", csv_file({"bedrag": "500"})).duplicates == (1,)
    assert told.door.send("debt_services", csv_file({"kenmerk": "H-2", "bedrag": "501"})).accepted == 1


class TestFeedback:
    """What a zaak says of its signals."""

    def test_a_result_takes_back_the_signals_that_it_names(self) -> None:
        told = Told()
        told.day(2, debt("A", 500), debt("B", 500, bsn=NUMBERS[1]), debt("C", 500, bsn=NUMBERS[2]))
        taken = told.day(3, cases=[case("Inwoner is overleden", "A", "B", "never-came")])
        assert (taken.accepted, taken.duplicates) == (2, (3,))
        assert [(each.kind, each.signal_kind, each.observed_on) for each in told.signals[3:]] == [
            (WITHDRAWN, each.signal_kind, each.observed_on) for each in told.signals[:2]
        ]
        assert [each.person for each in told.standing()] == [told.signals[2].person]

    def test_in_the_same_file_the_zaak_has_the_last_word(self) -> None:
        told = Told()
        told.day(2, debt("A", 500), cases=[case(UNJUST, "A")])
        assert told.kinds == [REPORTED, WITHDRAWN] and told.standing() == []

    def test_the_same_again_says_nothing_new(self) -> None:
        told = Told()
        for day in (2, 3, 4):
            told.day(day, debt("A", 500), cases=[case(UNJUST, "A")])
        assert told.kinds == [REPORTED, WITHDRAWN]
        told.day(5, debt("A", 500, crisissignaal=True))
        assert len(told.standing()) == 1

    def test_other_results_are_written_down(self) -> None:
        told = Told()
        told.day(2, debt("A", 500))
        taken = told.day(3, cases=[case("Geen reactie na eerder contact", "A"), {"matchingsdatum": "2026-03-03"}])
        assert (taken.accepted, taken.duplicates, len(told.standing())) == (0, (1, 2), 1)

    def test_a_result_by_the_id_of_a_repeat_takes_the_signal_back(self) -> None:
        told = Told()
        told.day(2, debt("A", 500), debt("B", 400))
        told.day(3, cases=[case(REPEATED, "B")])
        assert len(told.standing()) == 1
        told.day(4, cases=[case(OVER, "B")])
        assert told.kinds == [REPORTED, WITHDRAWN] and told.standing() == []

    def test_a_result_that_is_older_than_the_signal_does_not_end_it(self) -> None:
        told = Told()
        told.day(4, debt("A", 500))
        told.day(3, cases=[case(UNJUST, "A")])
        assert len(told.standing()) == 1

    def test_an_older_result_that_comes_again_in_another_file_is_no_news(self) -> None:
        told = Told()
        told.day(4, debt("A", 500))
        assert told.day(3, cases=[case(UNJUST, "A")]).accepted == 1
        again = told.day(3, debt("D", 1, bsn=NUMBERS[1]), cases=[case(UNJUST, "A"), case(UNJUST, "A")])
        assert again.duplicates == (2, 3) and told.kinds == [REPORTED, WITHDRAWN, REPORTED]

    def test_a_repeat_of_a_signal_that_was_ended_as_a_repeat_stands(self) -> None:
        told = Told()
        told.day(2, debt("A", 500), cases=[case(REPEATED, "A")])
        told.day(3, debt("B", 500))
        assert len(told.standing()) == 1

    def test_nothing_is_said_of_a_person_who_was_erased(self) -> None:
        told = Told()
        told.day(2, debt("A", 500), debt("B", 400))
        erase(told.door, NUMBERS[0])
        assert told.day(3, cases=[case(UNJUST, "A", "B")]).duplicates == (1, 2)
        assert told.kinds == [REPORTED]


def case(result: str, *names: str) -> dict[str, Any]:
    return {"resultaat": result, "vroegsignalen": [{"ID": name} for name in names]}


def erase(door: Door, number: str) -> PersonPseudonym:
    rights = door.store.serving(Principal.RIGHTS)
    person = rights.find_to_erase(Bsn(number))
    assert person is not None
    rights.erase(person)
    door.books.forget(person)
    return person


def test_the_books_forget_the_debts_of_an_erased_person() -> None:
    told = Told()
    told.day(2, debt("A", 500), debt("B", 700, "2026-04-01"))
    erase(told.door, NUMBERS[0])
    told.day(3, debt("B", 100))
    first, _, again = told.signals
    assert again.kind is REPORTED and again.signal != first.signal and again.person != first.person


STORY = (
    (2, (debt("A", 500), debt("B", 700, "2026-04-01"), debt("C", 600)), []),
    (3, (debt("D", 800, "2026-04-02"), debt("A", 500, status=UNJUST)), [case(OVER, "B")]),
    (4, (debt("C", 900, "2026-04-03"), debt("E", 900)), []),
)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("dies_at", range(1, 10))
def test_a_kill_at_any_publication_changes_nothing(dies_at: int, after: bool) -> None:
    whole, killed = Told(), Told()
    for told in (whole, killed):
        told.door.log = Log(dies_at=dies_at if told is killed else None, after=after)
        for day, rows, cases in STORY:
            try:
                told.day(day, *rows, cases=list(cases))
            except Stopped:
                told.door.now += timedelta(minutes=1)
                told.day(day, *rows, cases=list(cases))
    assert killed.said() == whole.said() != []
    assert len(whole.standing()) == len(killed.standing()) == 1


def test_an_update_planned_before_an_erasure_is_not_published_after_it() -> None:
    told = Told()
    told.day(2, debt("A", 500))
    told.door.log = Log(dies_at=2)
    with pytest.raises(Stopped):
        told.day(3, debt("B", 700, "2026-04-01"))
    person = erase(told.door, NUMBERS[0])
    told.day(3, debt("B", 700, "2026-04-01"))
    assert told.signals == [] and person.encode() not in told.door.log.everything()


ROWS = [
    (2, debt("A", 500, "2026-03-01")),
    (3, debt("B", 700, "2026-03-02")),
    (4, debt("C", 700, "2026-03-03")),
    (5, debt("D", 900, "2026-03-04")),
    (6, debt("E", 100, "2026-03-05")),
]


@pytest.mark.parametrize("order", list(permutations(range(len(ROWS)))), ids=str)
def test_in_every_order_one_signal_stands_with_what_was_said_of_the_highest_amount(order: tuple[int, ...]) -> None:
    told = Told()
    for index in order:
        day, row = ROWS[index]
        told.day(day, row)
    (standing,) = told.standing()
    assert standing.observed_on.day == 4 and len({each.signal for each in told.signals}) == 1


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
@pytest.mark.parametrize("name", ["A", "B"])
def test_in_every_order_one_signal_stands_of_which_one_id_is_called_a_repeat(
    name: str, order: tuple[int, ...]
) -> None:
    told = Told()
    rows = [(2, debt("A", 500)), (3, debt("B", 500)), (4, debt(name, 500, status=REPEATED))]
    for index in order:
        day, row = rows[index]
        told.day(day, row)
    assert len(told.standing()) == 1


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_in_every_order_a_withdrawal_after_all_of_them_is_the_last_word(name: str, order: tuple[int, ...]) -> None:
    told = Told()
    rows = [*ROWS[:3], (7, debt(name, 600, status=UNJUST))]
    for index in order:
        day, row = rows[index]
        told.day(day, row)
    assert told.standing() == []


@pytest.mark.parametrize(
    "order", [each for each in permutations(range(4)) if each.index(0) < each.index(3)], ids=str
)
def test_a_withdrawal_that_comes_late_does_not_end_what_was_said_again_after_it(order: tuple[int, ...]) -> None:
    told = Told()
    rows = [
        (2, debt("A", 600)),
        (3, debt("B", 500)),
        (4, debt("B", 500, status=UNJUST)),
        (5, debt("A", 600), debt("C", 1, bsn=NUMBERS[1])),
    ]
    for index in order:
        told.day(*rows[index])
    assert len(told.standing()) == 2
