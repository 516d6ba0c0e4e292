"""Put people together into households at addresses of Waterrijk; every choice comes from one seeded chance."""

from datetime import date, timedelta
from random import Random

from signaalbrug.demo.names import FAMILIES, GIVEN_MEN, GIVEN_WOMEN, STREETS
from signaalbrug.demo.people import MUNICIPALITY, Address, Custody, Household, Person, test_numbers

YEAR = 365.25


class Inventor:
    """Makes addresses, persons and households; no number and no address is given out twice."""

    def __init__(self, chance: Random, today: date) -> None:
        self.chance, self.today = chance, today
        self._numbers = test_numbers()
        chance.shuffle(self._numbers)
        self._objects = 0
        self._streets: dict[str | None, int] = {}

    def address(self, area: str | None) -> Address:
        """A new dwelling; None is a corner of the municipality that no area table names."""
        self._objects += 1
        if area not in self._streets:
            self._streets[area] = len(self._streets)
        index = self._streets[area]
        street = self.chance.randrange(3)
        return Address(
            object_id=f"{MUNICIPALITY}01{self._objects:010d}",
            number_id=f"{MUNICIPALITY}20{self._objects:010d}",
            street=STREETS[(index * 2 + street) % len(STREETS)],
            number=self._objects,
            postcode=f"{MUNICIPALITY}{chr(65 + index)}{chr(65 + street)}",
            area=area,
        )

    def person(self, address: Address, youngest: int, oldest: int, family: tuple[str, str] | None = None) -> Person:
        """Somebody of an age between the two, both included."""
        woman = self.chance.random() < 0.5
        prefix, name = family or self.chance.choice(FAMILIES)
        days = self.chance.randint(int(youngest * YEAR) + 2, int((oldest + 1) * YEAR) - 2)
        born = self.today - timedelta(days=days)
        lived = self.chance.randint(200, 3000)
        return Person(
            bsn=self._numbers.pop(),
            given=self.chance.choice(GIVEN_WOMEN if woman else GIVEN_MEN),
            prefix=prefix,
            family=name,
            woman=woman,
            born=born,
            address=address,
            lives_there_since=max(born, self.today - timedelta(days=lived)),
        )

    def family(
        self, area: str | None, adults: int = 2, children: int = 1, ages: tuple[int, int] = (12, 17)
    ) -> Household:
        """Parents (partners of each other when there are two) with their children."""
        home = self.address(area)
        name = self.chance.choice(FAMILIES)
        grown = [self.person(home, 34, 52, name) for _ in range(adults)]
        if adults == 2:
            grown[0].partner, grown[1].partner = grown[1], grown[0]
        young = [self.person(home, *ages, name) for _ in range(children)]
        for child in young:
            related(child, grown, self.today)
        return Household(grown, young, area)

    def single(self, area: str | None, youngest: int = 23, oldest: int = 88) -> Household:
        """One adult."""
        return Household([self.person(self.address(area), youngest, oldest)], [], area)

    def sharing(self, area: str | None) -> tuple[Household, Household]:
        """Two families under one roof who are nothing to each other."""
        first, second = self.family(area, adults=1), self.family(area, adults=1)
        for person in second.people:
            person.address = first.adults[0].address
        return first, second

    def separated(self, area: str | None, other_area: str | None) -> tuple[Household, Household]:
        """A child with one parent, and the other parent, who shares custody, elsewhere."""
        home = self.family(area, adults=1)
        elsewhere = self.single(other_area, 34, 52)
        for child in home.children:
            related(child, elsewhere.adults, self.today)
        return home, elsewhere


def related(child: Person, parents: list[Person], today: date) -> None:
    """Both sides of the relation, and who decides for a minor."""
    for parent in parents:
        child.parents.append(parent)
        parent.children.append(child)
    if child.age_on(today) < 18:
        child.custody = Custody.BOTH if len(child.parents) == 2 else Custody.ONE
