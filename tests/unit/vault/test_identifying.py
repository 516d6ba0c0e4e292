"""The manual queue around its edges: outages, too many, answers that meet, 30 days, and the deskworker's screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from connectors.bsn import Bsn
from connectors.vault.api import Denial, Doubt, Principal, QuestionStatus, VaultDown
from connectors.vault.brp_directory import candidate_of
from connectors.vault.brp_search import BrpSearch
from connectors.vault.described import described_into, described_out
from connectors.vault.directory import Candidate, DirectoryDown, TooMany
from connectors.vault.identifying import QUESTIONS_KEPT
from connectors.vault.identity_desk import DOUBTS, STATUSES, NoNumber, listed, named, shown
from connectors.vault.in_force import under_keys
from connectors.vault.keys import Generation, KeyRing, Keys
from connectors.vault.memory import MemoryVault
from connectors.vault.names import spellings
from connectors.vault.process import VaultSettings, _directory
from connectors.vault.store import Moved
from schemas.doors import settings_from
from tests.support.brp_people import PEOPLE, STRANGER, WHO, described, nameless
from tests.unit.vault.contract import asked_about, denied, digits, opened

EVERYBODY = [found for each in PEOPLE if (found := candidate_of(each)) is not None]
AT_HOME = nameless(born="", postcode="9990AB", house_number="7")


class Register:
    """A directory that can be down, or find too many, and counts what it is asked."""

    def __init__(self) -> None:
        self.trouble: Exception | None = None
        self.known: Sequence[Candidate] = EVERYBODY
        self.asked: list[str] = []

    def _answer(self, asked: str) -> Sequence[Candidate]:
        self.asked.append(asked)
        if self.trouble is not None:
            raise self.trouble
        return self.known

    def numbered(self, bsn: Bsn) -> Candidate | None:
        return next((each for each in self._answer("numbered") if each.bsn == bsn), None)

    def named(self, family_name: str, born_on: date) -> Sequence[Candidate]:
        return [each for each in self._answer(f"named {family_name}") if each.born_on == born_on]

    def at_address(self, postcode: str, house_number: str) -> Sequence[Candidate]:
        return [each for each in self._answer("at_address") if each.postcode == postcode]


class Vaults:
    def __init__(self) -> None:
        self.now, self.register = datetime(2026, 5, 1, 9, tzinfo=UTC), Register()
        self.vault = MemoryVault(lambda: self.now, directory=self.register)

    def serving(self, principal: Principal) -> Any:
        return self.vault.serving(principal)

    def reveal_lines(self) -> list[tuple[str, str, str, str]]:
        return []

    def identity_lines(self) -> list[tuple[str, str, str]]:
        return [(line.said, line.user, line.reason) for line in self.vault.store.identities]

    def who(self, person: Any) -> Any:
        return self.serving(Principal.INTAKE).identify_many(opened(self).id, [person])

    @property
    def desk(self) -> Any:
        return self.serving(Principal.IDENTITY)


def test_a_register_that_is_down_stops_the_delivery_and_asks_nobody() -> None:
    vaults = Vaults()
    vaults.register.trouble = DirectoryDown()
    with pytest.raises(VaultDown):
        vaults.who(described())
    assert vaults.desk.identity_questions() == []
    vaults.register.trouble = None
    question = asked_about(vaults, AT_HOME)
    vaults.register.trouble = DirectoryDown()
    with pytest.raises(VaultDown):
        vaults.desk.identity_name(question, "a.desk", WHO["sam"])


def test_more_than_can_be_told_apart_are_several() -> None:
    vaults = Vaults()
    vaults.register.trouble = TooMany()
    question = asked_about(vaults, described())
    found = vaults.desk.identity_show(question, "a.desk", "x")
    assert (found.doubt, found.candidates) == (Doubt.SEVERAL, ())


def test_a_question_answers_itself_when_the_register_was_mended() -> None:
    vaults = Vaults()
    vaults.register.known = ()
    asked_about(vaults, described())
    vaults.register.known = EVERYBODY
    assert vaults.who(described()) != [None]
    assert vaults.desk.identity_questions() == []


def test_what_was_asked_again_is_answered_by_what_the_register_says_now() -> None:
    vaults = Vaults()
    vaults.register.known = ()
    question = asked_about(vaults, AT_HOME)
    vaults.register.known = EVERYBODY
    assert vaults.who(AT_HOME) == [None]
    assert len(vaults.desk.identity_show(question, "a.desk", "x").candidates) == 2


def test_of_a_number_only_the_number_is_asked_and_of_a_double_name_either_half() -> None:
    vaults = Vaults()
    vaults.who(described(number=WHO["anna"]))
    assert vaults.register.asked == ["numbered"]
    vaults.register.asked.clear()
    vaults.who(nameless(family_name="El Amrani-de Vries", given_names="Fatima", born="1985-02-02"))
    assert vaults.register.asked == [
        *("named Amrani-de Vries", "named El Amrani-de Vries"),
        *("named Amrani", "named El Amrani", "named Vries", "named de Vries"),
    ]


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Ünal", ["Ünal"]),
        ("van der Berg", ["Berg", "van der Berg"]),
        ("Berg, van der", ["Berg"]),
        ("v.d. Berg", ["Berg", "v.d. Berg"]),
        ("Jansen-Smit", ["Jansen-Smit", "Jansen", "Smit"]),
        ("-", ["-"]),
    ],
)
def test_the_register_is_asked_in_the_letters_of_the_source(written: str, asked: list[str]) -> None:
    assert list(spellings(written)) == asked


def test_two_answers_that_meet_are_one() -> None:
    vaults = Vaults()
    question = asked_about(vaults, AT_HOME)
    store = vaults.vault.store
    before = store.question(question)
    assert before is not None
    vaults.desk.identity_dismiss(question, "a.desk", "nobody_fits")
    assert store.generation is not None and store.answer(before, before, store.generation) is False
    store.unask(question)
    assert [each.status for each in vaults.desk.identity_questions()] == [QuestionStatus.DISMISSED]


def test_after_30_days_nothing_is_left_of_a_question_or_its_answer() -> None:
    vaults = Vaults()
    asked_about(vaults, AT_HOME)
    vaults.now += timedelta(days=1)
    question = asked_about(vaults, described(family_name="Bergh"))
    vaults.desk.identity_dismiss(question, "a.desk", "nobody_fits")
    store, asked = vaults.vault.store, vaults.now - timedelta(days=1)
    assert store.forget_questions(asked) == 0
    assert store.forget_questions(asked + timedelta(seconds=1)) == 1
    assert [each.question for each in vaults.desk.identity_questions()] == [question]
    assert store.forget_questions(vaults.now + timedelta(seconds=1)) == 1 and QUESTIONS_KEPT.days == 30


def test_the_screen_shows_no_number_and_takes_one_that_is_typed() -> None:
    vaults = Vaults()
    question = asked_about(vaults, AT_HOME)
    (line,) = listed(vaults.desk.identity_questions())
    assert line == f"{question}  2026-05-01  debt_services  geen geboortedatum  open"
    seen = "\n".join(shown(vaults.desk.identity_show(question, "a.desk", "x")))
    assert "beschreven: 9990AB 7" in seen and "1: Sam Ünal, 2010-03-01, 9990AB 7" in seen
    assert not any(digits(each.bsn) in seen for each in EVERYBODY)
    with pytest.raises(NoNumber):
        named(vaults.desk, question, "a.desk", "12345678")
    assert named(vaults.desk, question, "a.desk", f" {digits(WHO['sam'])}\n") is QuestionStatus.PROPOSED
    denied(Denial.UNKNOWN_PERSON, lambda: named(vaults.desk, question, "b.desk", digits(STRANGER)))


def test_a_partner_and_a_doubt_of_the_register_are_shown() -> None:
    vaults = Vaults()
    vaults.register.known = [each for each in EVERYBODY if each.bsn in (WHO["fatima"], WHO["piet"])]
    question = asked_about(
        vaults, nameless(family_name="Niemand", born="1940-04-04", postcode="9990AE", house_number="3")
    )
    seen = "\n".join(shown(vaults.desk.identity_show(question, "a.desk", "x")))
    assert "partner de Vries" in seen and "in onderzoek of opgeschort" in seen
    numbered = asked_about(vaults, described(number=STRANGER, school_number="1"))
    assert "met een BSN, met een onderwijsnummer" in "\n".join(
        shown(vaults.desk.identity_show(numbered, "a.desk", "x"))
    )


def test_every_doubt_and_status_has_its_words() -> None:
    assert set(DOUBTS) == set(Doubt) and set(STATUSES) == set(QuestionStatus)


@pytest.mark.parametrize("spoil", [{"born_on": "gisteren"}, {"family_name": 1}, {"number": "12345678"}])
def test_a_description_that_is_none_is_refused_without_its_words(spoil: dict[str, Any]) -> None:
    assert described_into(described_out(described())) == described()
    with pytest.raises((ValueError, TypeError)) as refused:
        described_into({**described_out(described()), **spoil})
    assert "Berg" not in str(refused.value)


def test_keys_that_change_time_after_time_are_an_outage() -> None:
    keys = Keys.fresh()

    def never(_: Keys) -> None:
        raise Moved(Generation())

    with pytest.raises(VaultDown):
        under_keys(KeyRing(keys), never)


VAULT = {f"SIGNAALBRUG_VAULT_{name}": "x" for name in ("DATABASE", "SOCKET", "KEYS", "TOKENS")}
URLS = {"SIGNAALBRUG_BRP_URL": "https://x", "SIGNAALBRUG_BRP_HOMES_URL": "https://y"}


@pytest.mark.parametrize(
    ("more", "kind"), [({}, "Nobody"), ({"SIGNAALBRUG_BRP": "/tmp"}, "BrpFiles"), (URLS, BrpSearch.__name__)]
)
def test_the_settings_say_who_is_asked(more: dict[str, str], kind: str) -> None:
    assert type(_directory(settings_from({**VAULT, **more}, VaultSettings))).__name__ == kind


def test_a_register_that_is_half_set_ends_the_start() -> None:
    half = {"SIGNAALBRUG_BRP_URL": "https://x"}
    with pytest.raises(SystemExit) as refused:
        _directory(settings_from({**VAULT, **half}, VaultSettings))
    assert refused.value.code == 2
