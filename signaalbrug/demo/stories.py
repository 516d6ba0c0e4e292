"""What happened in each household, and what each source wrote down about it; nothing here decides what follows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from signaalbrug.demo.pen import Town
from signaalbrug.demo.stories_of_care import (
    handed_over,
    handed_over_in_part,
    referral_withdrawn,
    referred,
    referred_without_consent,
    worry_alone,
    worry_and_debt,
)

RENT, ENERGY, WATER, PREMIUM, TAX = "Huur", "Energie", "Water", "Zorg", "Belastingdienst"
ORDINARY = (RENT, ENERGY, WATER, PREMIUM, TAX, "Hypotheek", "CAK Zorgverzekeringen")


Tell = Callable[[Town, str], None]


def quiet(town: Town, area: str) -> None:
    if town.chance.random() < 0.5:
        town.settle(town.invent.single(area))
    else:
        town.settle(town.invent.family(area, town.chance.choice((1, 2)), town.chance.choice((0, 1, 2)), (1, 17)))


def school_and_debt(town: Town, area: str) -> None:
    """Permitted from both sides, in one window: an alert."""
    home = town.settle(town.invent.family(area, town.chance.choice((1, 2)), town.chance.choice((1, 2))))
    town.says(home.children[0], "given", 70, until=town.today + timedelta(days=200))
    town.misses_school(home.children[0], town.chance.randrange(5, 30))
    town.owes(home.adults[0], RENT, town.chance.randrange(1, 30))


def co_parents(town: Town, area: str) -> None:
    """The child's absence and the arrears of the parent elsewhere meet in that parent's household."""
    home, elsewhere = town.invent.separated(area, area)
    town.settle(home, elsewhere)
    town.says(home.children[0], "given", 50)
    town.misses_school(home.children[0], 20)
    town.owes(elsewhere.adults[0], ENERGY, 10)


def growing(town: Town, area: str) -> None:
    """Three kinds of arrears in ninety days, over two people: an alert."""
    home = town.settle(town.invent.family(area, 2, town.chance.choice((0, 1))))
    for what, days_ago in ((RENT, 75), (ENERGY, 40), (PREMIUM, 6)):
        town.owes(town.chance.choice(home.adults), what, days_ago)


def threatening(town: Town, area: str) -> None:
    """Cut-off or eviction: an alert at once."""
    home = town.settle(town.invent.single(area, 23, 60))
    town.owes(home.adults[0], town.chance.choice((RENT, ENERGY, WATER)), town.chance.randrange(1, 12), crisis=True)


def absence_alone(town: Town, area: str) -> None:
    home = town.settle(town.invent.family(area))
    town.says(home.children[0], "given", 60)
    town.misses_school(home.children[0], town.chance.randrange(5, 60), town.chance.choice((None, "L")))


def pupil_of_age(town: Town, area: str) -> None:
    home = town.settle(town.invent.family(area, ages=(18, 20)))
    town.says(home.children[0], "given", 60)
    town.misses_school(home.children[0], 30, "V4")


def one_debt(town: Town, area: str) -> None:
    home = town.settle(town.invent.single(area, 20, 80))
    town.owes(home.adults[0], town.chance.choice(ORDINARY), town.chance.randrange(1, 120))


def same_debt_again(town: Town, area: str) -> None:
    home = town.settle(town.invent.family(area, 2, 0))
    for days_ago in (70, 40, 9):
        town.owes(home.adults[0], RENT, days_ago)


def never_asked(town: Town, area: str) -> None:
    """Two sectors, but nobody consented to the use of the absence: no alert."""
    home = town.settle(town.invent.family(area))
    town.misses_school(home.children[0], 15)
    town.owes(home.adults[0], RENT, 8)


def withdrawn_before(town: Town, area: str) -> None:
    home = town.settle(town.invent.family(area))
    town.says(home.children[0], "given", 90)
    town.says(home.children[0], "withdrawn", 30)
    town.misses_school(home.children[0], 15)
    town.owes(home.adults[0], ENERGY, 8)


def withdrawn_after(town: Town, area: str) -> None:
    """An alert in the first round; in the second the consent is withdrawn and the alert goes."""
    home = town.settle(town.invent.family(area))
    town.says(home.children[0], "given", 90)
    town.says(home.children[0], "withdrawn", 1, second_round=True)
    town.misses_school(home.children[0], 15)
    town.owes(home.adults[0], RENT, 8)


def objected(town: Town, area: str) -> None:
    home = town.settle(town.invent.single(area, 23, 60))
    town.owes(home.adults[0], RENT, 8, crisis=True)
    town.says(home.adults[0], "objected", 3, source=None)


def consent_over(town: Town, area: str) -> None:
    home = town.settle(town.invent.family(area))
    town.says(home.children[0], "given", 120, until=town.ago(10))
    town.misses_school(home.children[0], 15)
    town.owes(home.adults[0], RENT, 8)


def consent_later(town: Town, area: str) -> None:
    home = town.settle(town.invent.family(area))
    town.says(home.children[0], "given", 2, valid_from=town.today + timedelta(days=7))
    town.misses_school(home.children[0], 15)
    town.owes(home.adults[0], RENT, 8)


def long_ago(town: Town, area: str) -> None:
    home = town.settle(town.invent.single(area, 23, 60))
    town.owes(home.adults[0], ENERGY, 200 + town.chance.randrange(100))


def too_far_apart(town: Town, area: str) -> None:
    home = town.settle(town.invent.family(area))
    town.says(home.children[0], "given", 150)
    town.misses_school(home.children[0], 100)
    town.owes(home.adults[0], RENT, 5)


def taken_back(town: Town, area: str) -> None:
    """The school takes its report back in the second round: the alert goes."""
    home = town.settle(town.invent.family(area))
    town.says(home.children[0], "given", 60)
    town.owes(home.adults[0], RENT, 8)
    town.again(town.misses_school(home.children[0], 15), "V3", "I")


def put_right(town: Town, area: str) -> None:
    """The school corrects the kind of absence: the alert stays, a revision later."""
    home = town.settle(town.invent.family(area))
    town.says(home.children[0], "given", 60)
    town.owes(home.adults[0], RENT, 8)
    town.again(town.misses_school(home.children[0], 15), "L", "R")


def strangers(town: Town, area: str) -> None:
    """Two families at one address without a relation: their signals never meet."""
    first, second = town.invent.sharing(area)
    town.settle(first, second)
    town.says(first.children[0], "given", 60)
    town.misses_school(first.children[0], 15)
    town.owes(second.adults[0], RENT, 8)


def secret_address(town: Town, area: str) -> None:
    home = town.settle(town.invent.family(area, 1, 1))
    for person in home.people:
        person.secret = True
    town.says(home.children[0], "given", 60)
    town.misses_school(home.children[0], 15)
    town.owes(home.adults[0], RENT, 8)


def in_doubt(town: Town, area: str) -> None:
    """The register itself doubts where they live."""
    home = town.settle(town.invent.single(area, 23, 60))
    home.adults[0].under_investigation = True
    town.owes(home.adults[0], RENT, 8)


def unknown_to_register(town: Town, area: str) -> None:
    home = town.settle(town.invent.single(area, 23, 60))
    home.adults[0].in_register = False
    town.owes(home.adults[0], RENT, 8, crisis=True)


def off_the_map(town: Town, _: str) -> None:
    home = town.settle(town.invent.single(None, 23, 60))
    town.owes(home.adults[0], RENT, 8, crisis=True)


@dataclass(frozen=True, slots=True)
class Share:
    """How often a story is told."""

    tell: Tell
    times: int


SHARES: Sequence[Share] = (
    Share(quiet, 76),
    Share(school_and_debt, 40),
    Share(co_parents, 8),
    Share(growing, 24),
    Share(threatening, 20),
    Share(absence_alone, 40),
    Share(pupil_of_age, 8),
    Share(one_debt, 60),
    Share(same_debt_again, 12),
    Share(never_asked, 24),
    Share(withdrawn_before, 8),
    Share(withdrawn_after, 8),
    Share(objected, 8),
    Share(consent_over, 8),
    Share(consent_later, 4),
    Share(long_ago, 10),
    Share(too_far_apart, 12),
    Share(taken_back, 4),
    Share(put_right, 4),
    Share(strangers, 6),
    Share(secret_address, 4),
    Share(in_doubt, 3),
    Share(unknown_to_register, 3),
    Share(off_the_map, 3),
    Share(handed_over, 10),
    Share(handed_over_in_part, 2),
    Share(referred, 12),
    Share(referred_without_consent, 3),
    Share(referral_withdrawn, 3),
    Share(worry_and_debt, 8),
    Share(worry_alone, 4),
)


def told(seed: int, today: date, areas: Sequence[str]) -> Town:
    """The whole town: the same for the same seed, day and areas; every story goes round all areas."""
    town = Town(Random(seed), today)
    tellings = [share.tell for share in SHARES for _ in range(share.times)]
    for number, tell in enumerate(tellings):
        tell(town, areas[number % len(areas)])
    for books in town.rounds:
        books.shuffle(town.chance)
    return town
