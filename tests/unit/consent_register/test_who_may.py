"""Who may consent for whom, written out by hand from the law: one line a case, with the article that decides it.

Source  law.md 7.3: Wmo 5.3.3(2) 12 · Jeugdwet 7.1.5.1 12/16 · practice 12/16 · UAVG 5 16; bad_inputs.md H4
"""

from datetime import date

import pytest

from connectors.connector import ConsentDraft, RawRecord, Refused
from connectors.consent_register.normalise import normalise
from schemas.vocabulary import GivenBy, Refusal
from tests.support.deliveries import statement

TODAY = date(2026, 5, 1)
#: The statement is of 1 January 2026.
AGED = {
    0: "2025-12-31",
    11: "2014-01-02",
    12: "2014-01-01",
    13: "2012-06-15",
    15: "2010-01-02",
    16: "2010-01-01",
    17: "2008-01-02",
    18: "2008-01-01",
    40: "1985-03-03",
}
ONE, TWO, SELF, BOTH, ALL = (
    "vertegenwoordiger",
    "beide_vertegenwoordigers",
    "zelf",
    "beiden",
    "zelf_en_beide_vertegenwoordigers",
)
YES, NO = None, Refusal.MAY_NOT_CONSENT


def said(says: str = "gegeven", **changes: object) -> ConsentDraft | Refused:
    return normalise(RawRecord(1, b"", statement(says=says, **changes)), TODAY)


def outcome(read: ConsentDraft | Refused) -> Refusal | None:
    return read.reason if isinstance(read, Refused) else None


TABLE = [
    # bron, age, gezag, who declares, may they — and why
    ("school", 11, "eenhoofdig", ONE, YES),  # UAVG 5: under 16 the representative
    ("school", 11, "eenhoofdig", SELF, NO),
    ("school", 15, "eenhoofdig", ONE, YES),
    ("school", 15, "eenhoofdig", BOTH, YES),  # more voices than needed do no harm
    ("school", 15, None, SELF, NO),
    ("school", 16, None, SELF, YES),
    ("school", 16, "eenhoofdig", ONE, NO),  # from 16 on nobody speaks for them
    ("school", 17, "eenhoofdig", BOTH, YES),
    ("school", 18, None, SELF, YES),
    ("school", 40, None, SELF, YES),
    ("school", 40, None, ONE, NO),
    ("schuldhulp", 15, "eenhoofdig", ONE, YES),
    ("schuldhulp", 16, "eenhoofdig", ONE, NO),
    ("veilig_thuis", 11, "eenhoofdig", ONE, YES),  # Wmo 5.3.3(2): under 12 the representative
    ("veilig_thuis", 11, None, SELF, NO),
    ("veilig_thuis", 12, None, SELF, YES),  # and from 12 on the child alone
    ("veilig_thuis", 12, "eenhoofdig", ONE, NO),
    ("veilig_thuis", 15, "gezamenlijk", TWO, NO),
    ("huisarts", 11, "eenhoofdig", ONE, YES),  # practice: under 12 the parents
    ("huisarts", 12, "eenhoofdig", ONE, NO),  # 12 to 16 both
    ("huisarts", 12, None, SELF, NO),
    ("huisarts", 12, "eenhoofdig", BOTH, YES),
    ("huisarts", 15, "eenhoofdig", BOTH, YES),
    ("huisarts", 16, None, SELF, YES),  # 16 and over the child
    ("wijkteam", 11, "eenhoofdig", ONE, YES),  # Wmo and Jeugdwet together
    ("wijkteam", 13, None, SELF, NO),  # the Wmo asks the child, the Jeugdwet the parent as well
    ("wijkteam", 13, "eenhoofdig", BOTH, YES),
    ("wijkteam", 16, None, SELF, YES),
    ("alle", 11, "eenhoofdig", ONE, YES),  # every ground at once
    ("alle", 13, "eenhoofdig", ONE, NO),
    ("alle", 13, None, SELF, NO),
    ("alle", 13, "eenhoofdig", BOTH, YES),
    ("alle", 16, None, SELF, YES),
    # gezag: with joint gezag one parent is not enough
    ("school", 11, "gezamenlijk", ONE, NO),
    ("school", 11, "gezamenlijk", TWO, YES),
    ("school", 11, "gezamenlijk", BOTH, NO),
    ("school", 11, "gezamenlijk", ALL, YES),
    ("huisarts", 13, "gezamenlijk", BOTH, NO),
    ("huisarts", 13, "gezamenlijk", ALL, YES),
    ("huisarts", 13, "gezamenlijk", TWO, NO),
    ("school", 11, "eenhoofdig", TWO, YES),
    ("school", 11, "voogdij", ONE, YES),
    ("school", 0, "voogdij", ONE, YES),
    # nobody knows who may: a human finds out
    ("school", 11, "niet_te_bepalen", TWO, NO),
    ("school", 11, "in_onderzoek", TWO, NO),
    ("school", 11, "tijdelijk_geen", ONE, NO),
    ("school", 13, "in_onderzoek", ALL, NO),
    ("school", 16, "in_onderzoek", SELF, YES),  # does not matter for who speaks for themselves
    # curatele (UAVG 5(2)): the curator, and only for an adult
    ("school", 40, "curatele", ONE, YES),
    ("school", 40, "curatele", SELF, NO),
    ("school", 40, "curatele", BOTH, YES),
    ("school", 17, "curatele", ONE, NO),
]


@pytest.mark.parametrize(("bron", "age", "custody", "giver", "expected"), TABLE)
def test_who_declares_may_consent_or_not_as_the_table_says(
    bron: str, age: int, custody: str | None, giver: str, expected: Refusal | None
) -> None:
    read = said(bron=bron, geboortedatum=AGED[age], gezag=custody, gegevenDoor=giver)
    assert outcome(read) == expected
    if isinstance(read, Refused):
        assert read.field == "gegevenDoor"


@pytest.mark.parametrize("says", ["ingetrokken", "bezwaar", "beperking"])
@pytest.mark.parametrize(("bron", "age", "custody", "giver"), [case[:4] for case in TABLE])
def test_whoever_stops_a_use_is_believed(says: str, bron: str, age: int, custody: str | None, giver: str) -> None:
    read = said(says, bron=bron, geboortedatum=AGED[age], gezag=custody, gegevenDoor=giver)
    assert isinstance(read, ConsentDraft) and read.valid_until is None


def test_one_parent_of_two_takes_back_what_both_gave() -> None:
    child = {"geboortedatum": AGED[11], "gezag": "gezamenlijk"}
    assert outcome(said(gegevenDoor=TWO, **child)) is None
    assert outcome(said(gegevenDoor=ONE, **child)) is NO
    assert outcome(said("ingetrokken", gegevenDoor=ONE, **child)) is None


@pytest.mark.parametrize(
    ("giver", "born", "custody", "missing"),
    [
        (ONE, None, "eenhoofdig", "geboortedatum"),
        (BOTH, None, None, "geboortedatum"),
        (ONE, AGED[11], None, "gezag"),
        (ALL, AGED[17], None, "gezag"),
    ],
)
def test_who_speaks_for_a_child_must_be_known_to_be_allowed_to(
    giver: str, born: str | None, custody: str | None, missing: str
) -> None:
    read = said(gegevenDoor=giver, geboortedatum=born, gezag=custody)
    assert isinstance(read, Refused) and (read.reason, read.field) == (Refusal.FIELD_MISSING, missing)


def test_an_adult_needs_no_birth_date_and_a_curator_neither() -> None:
    assert outcome(said()) is None
    assert outcome(said(gezag="curatele", gegevenDoor=ONE)) is None
    assert outcome(said(gezag="curatele")) is NO


@pytest.mark.parametrize("born", ["2026-01-02", "1899-12-31", "2014-02-30", "20140101"])
def test_a_birth_date_that_cannot_be_is_refused(born: str) -> None:
    for says in ("gegeven", "ingetrokken"):
        read = said(says, geboortedatum=born)
        assert isinstance(read, Refused) and (read.reason, read.field) == (Refusal.DATE_INVALID, "geboortedatum")


def test_a_parent_who_declares_just_before_and_lets_it_begin_just_after_the_birthday_is_too_late() -> None:
    child = {"bron": "veilig_thuis", "geboortedatum": AGED[11], "gezag": "eenhoofdig", "gegevenDoor": ONE}
    assert outcome(said(**child)) is None
    assert outcome(said(geldigVanaf="2026-01-02", **child)) is NO


def test_a_child_who_declares_just_before_the_birthday_is_too_early_even_for_later() -> None:
    child = {"geboortedatum": AGED[15], "gegevenDoor": SELF}
    assert outcome(said(geldigVanaf="2026-01-02", **child)) is NO
    assert outcome(said(vastgelegdOp="2026-01-02T10:00:00Z", geldigVanaf="2026-01-02", **child)) is None


def test_the_day_of_declaring_is_a_day_in_amsterdam() -> None:
    child = {"geboortedatum": AGED[15], "gegevenDoor": SELF, "geldigVanaf": "2026-01-02"}
    assert outcome(said(vastgelegdOp="2026-01-01T22:59:59Z", **child)) is NO
    assert outcome(said(vastgelegdOp="2026-01-01T23:00:00Z", **child)) is None


ENDS = [
    # bron, born, gezag, who declares, stated end, first day on which it no longer holds
    ("school", "2014-05-20", "eenhoofdig", ONE, None, date(2030, 5, 20)),  # 16
    ("veilig_thuis", "2014-05-20", "eenhoofdig", ONE, None, date(2026, 5, 20)),  # 12
    ("huisarts", "2014-05-20", "eenhoofdig", ONE, None, date(2026, 5, 20)),  # 12: then the child as well
    ("huisarts", "2014-05-20", "eenhoofdig", BOTH, None, None),  # the child spoke too: it goes on
    ("alle", "2014-05-20", "eenhoofdig", ONE, None, date(2026, 5, 20)),  # the first ground that changes
    ("school", "2014-05-20", "eenhoofdig", ONE, "2027-01-01", date(2027, 1, 1)),  # what was stated is earlier
    ("school", "2014-05-20", "eenhoofdig", ONE, "2031-01-01", date(2030, 5, 20)),  # or later
    ("school", "2016-02-29", "eenhoofdig", ONE, None, date(2032, 2, 29)),
    ("veilig_thuis", "2016-02-29", "eenhoofdig", ONE, None, date(2028, 2, 29)),
    ("veilig_thuis", "2024-02-29", "eenhoofdig", ONE, None, date(2036, 2, 29)),
    ("school", "2009-06-01", None, SELF, None, None),  # 16 already
    ("veilig_thuis", "2012-06-01", None, SELF, None, None),  # 13: never less than enough any more
    ("school", None, None, SELF, None, None),
    ("school", None, None, SELF, "2026-12-31", date(2026, 12, 31)),
    ("school", "1985-03-03", "curatele", ONE, None, None),
]


@pytest.mark.parametrize(("bron", "born", "custody", "giver", "stated", "ends"), ENDS)
def test_a_consent_ends_on_the_birthday_from_which_its_giver_no_longer_suffices(
    bron: str, born: str | None, custody: str | None, giver: str, stated: str | None, ends: date | None
) -> None:
    read = said(bron=bron, geboortedatum=born, gezag=custody, gegevenDoor=giver, geldigTot=stated)
    assert isinstance(read, ConsentDraft) and read.valid_until == ends


@pytest.mark.parametrize(
    ("giver", "given_by"),
    [
        (SELF, GivenBy.SELF),
        (ONE, GivenBy.REPRESENTATIVE),
        (TWO, GivenBy.REPRESENTATIVE),
        (BOTH, GivenBy.BOTH),
        (ALL, GivenBy.BOTH),
    ],
)
def test_what_is_published_says_who_spoke_and_not_how_many(giver: str, given_by: GivenBy) -> None:
    read = said("ingetrokken", gegevenDoor=giver)
    assert isinstance(read, ConsentDraft) and read.given_by is given_by
