"""Who must speak at which age for the data of which source, as ages.toml says it: a lawyer changes that file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

EVERY_SOURCE = "alle"


class Voice(StrEnum):
    """Who must be heard."""

    SELF = "zelf"
    REPRESENTATIVE = "vertegenwoordiger"


Voices = frozenset[Voice]
#: From each age on, who must be heard; the first age is 0.
Ladder = tuple[tuple[int, Voices], ...]


@dataclass(frozen=True, slots=True)
class Ages:
    """One version of the table: the ladders that hold for the data of each source."""

    version: str
    ladders: Mapping[str, tuple[Ladder, ...]]

    def needed(self, bron: str, age: int) -> Voices:
        """Everybody who must be heard at this age: each ground that holds for this source must be met."""
        return frozenset[Voice]().union(*(_at(ladder, age) for ladder in self.ladders[bron]))

    def changes_after(self, bron: str, age: int) -> tuple[int, ...]:
        """The later ages at which somebody else may have to speak."""
        return tuple(sorted({first for ladder in self.ladders[bron] for first, _ in ladder if first > age}))


def age_on(born: date, day: date) -> int:
    """Whole years; who was born on 29 February has a birthday on 1 March in other years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def birthday(born: date, age: int) -> date:
    """The day on which somebody reaches this age."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)


def _at(ladder: Ladder, age: int) -> Voices:
    return [voices for first, voices in ladder if first <= max(age, 0)][-1]


def read_ages(text: str) -> Ages:
    """The table as it is written.

    Raises  KeyError, ValueError when it is no table of ages
    """
    raw = tomllib.loads(text)
    ladders = {each["id"]: _ladder(each["leeftijden"]) for each in raw["grondslag"]}
    held = {bron: tuple(ladders[name] for name in names) for bron, names in raw["gelden_voor"].items()}
    return Ages(raw["version"], held | {EVERY_SOURCE: tuple(ladders.values())})


def _ladder(rungs: list[dict[str, Any]]) -> Ladder:
    ladder = tuple((rung["vanaf"], frozenset(map(Voice, rung["nodig"]))) for rung in rungs)
    firsts = [first for first, _ in ladder]
    if not firsts or firsts[0] != 0 or firsts != sorted(set(firsts)) or not all(voices for _, voices in ladder):
        raise ValueError("leeftijden")
    return ladder


AGES = read_ages((Path(__file__).parent / "ages.toml").read_text(encoding="utf-8"))
