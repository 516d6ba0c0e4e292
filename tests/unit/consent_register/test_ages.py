"""The table of ages: what it says today, and what is no table."""

import os
from datetime import date, timedelta

import pytest
from hypothesis import example, given, seed, settings
from hypothesis import strategies as st

from connectors.ages import AGES, EVERY_SOURCE, Voice, age_on, birthday, read_ages
from connectors.consent_register.normalise import SOURCE_OF
from connectors.consent_register.who_may import (
    DECLARES,
    REPRESENTATIVES,
    Declared,
    consents_until,
)

SEED = int(os.environ.get("SIGNAALBRUG_SEED", "20261128"))
SELF, PARENT = Voice.SELF, Voice.REPRESENTATIVE

LAW = {
    "school": ({PARENT}, {PARENT}, {SELF}),
    "schuldhulp": ({PARENT}, {PARENT}, {SELF}),
    "huisarts": ({PARENT}, {SELF, PARENT}, {SELF}),
    "veilig_thuis": ({PARENT}, {SELF}, {SELF}),
    "wijkteam": ({PARENT}, {SELF, PARENT}, {SELF}),
    "alle": ({PARENT}, {SELF, PARENT}, {SELF}),
}


def test_every_source_that_can_be_named_has_its_ages() -> None:
    assert set(AGES.ladders) == set(SOURCE_OF) == set(LAW)


@pytest.mark.parametrize("bron", LAW)
def test_the_voices_that_must_be_heard_are_those_of_the_law(bron: str) -> None:
    young, middle, old = LAW[bron]
    for age in range(-1, 30):
        assert AGES.needed(bron, age) == (young if age < 12 else middle if age < 16 else old), age


TABLE = """
version = "proef"
[[grondslag]]
id = "g"
bron = "proef"
leeftijden = {ladder}
[gelden_voor]
school = ["g"]
"""


def test_a_lawyer_changes_the_file_alone() -> None:
    ages = read_ages(TABLE.format(ladder='[{vanaf=0, nodig=["zelf"]}, {vanaf=14, nodig=["vertegenwoordiger"]}]'))
    assert ages.needed("school", 13) == {SELF}
    assert ages.needed(EVERY_SOURCE, 14) == {PARENT}
    assert ages.changes_after("school", 13) == (14,)
    assert ages.changes_after("school", 14) == ()


@pytest.mark.parametrize(
    "ladder",
    [
        "[]",
        '[{vanaf=12, nodig=["zelf"]}]',
        "[{vanaf=0, nodig=[]}]",
        '[{vanaf=0, nodig=["buurman"]}]',
        '[{vanaf=0, nodig=["zelf"]}, {vanaf=0, nodig=["zelf"]}]',
        '[{vanaf=0, nodig=["zelf"]}, {vanaf=16, nodig=["zelf"]}, {vanaf=12, nodig=["zelf"]}]',
    ],
)
def test_what_is_no_table_of_ages_does_not_load(ladder: str) -> None:
    with pytest.raises(ValueError):
        read_ages(TABLE.format(ladder=ladder))


def test_a_source_on_a_ground_that_is_not_there_does_not_load() -> None:
    with pytest.raises(KeyError):
        read_ages(TABLE.format(ladder='[{vanaf=0, nodig=["zelf"]}]').replace('["g"]', '["h"]'))


@pytest.mark.parametrize(
    ("born", "age", "day"),
    [
        (date(2016, 2, 29), 12, date(2028, 2, 29)),
        (date(2016, 2, 29), 13, date(2029, 3, 1)),
        (date(2014, 5, 20), 16, date(2030, 5, 20)),
    ],
)
def test_a_birthday_is_the_first_day_of_that_age(born: date, age: int, day: date) -> None:
    assert birthday(born, age) == day
    assert (age_on(born, day - timedelta(days=1)), age_on(born, day)) == (age - 1, age)


def suffices_by_law(said: Declared, day: date) -> bool:
    """The oracle: on one day, straight from the law, without a ladder."""
    self_spoke, parents = DECLARES[said.giver]
    age = 99 if said.born is None else age_on(said.born, day)
    if said.custody == "curatele":
        return age >= 18 and parents > 0
    enough = {"eenhoofdig": 1, "voogdij": 1, "gezamenlijk": 2}.get(said.custody or "", 3)
    if age >= 16:
        return self_spoke
    parent_needed = {"veilig_thuis": age < 12}.get(said.bron, True)
    self_needed = age >= 12 and said.bron not in ("school", "schuldhulp")
    return (not parent_needed or parents >= enough) and (not self_needed or self_spoke)


DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
CASES = st.builds(
    Declared,
    bron=st.sampled_from(sorted(LAW)),
    giver=st.sampled_from(sorted(DECLARES)),
    custody=st.sampled_from(sorted(REPRESENTATIVES)),
    born=st.none() | st.dates(date(1990, 1, 1), date(2020, 1, 1)),
    on=DAYS,
    valid_from=DAYS,
)


@seed(SEED)
@settings(max_examples=400, deadline=None, database=None, print_blob=True)
@given(said=CASES)
@example(
    said=Declared(
        "school", "vertegenwoordiger", "eenhoofdig", date(2012, 2, 29), date(2026, 1, 1), date(2026, 1, 1)
    )
)
def test_a_consent_holds_on_exactly_the_days_on_which_its_giver_suffices(said: Declared) -> None:
    """Day by day from its beginning until after the eighteenth birthday, against an oracle without a table."""
    ends = consents_until(said)
    first = max(said.on, said.valid_from)
    if isinstance(ends, tuple):
        missing = said.born is None and said.giver != "zelf" and said.custody != "curatele"
        assert missing == (ends[1] == "geboortedatum")
        assert missing or not (suffices_by_law(said, said.on) and suffices_by_law(said, first))
        return
    assert suffices_by_law(said, said.on) and suffices_by_law(said, first)
    day = first
    while day.year < first.year + 19:
        assert suffices_by_law(said, day) == (ends is None or day < ends), day
        day += timedelta(days=29 if ends is None or abs((day - ends).days) > 40 else 1)
