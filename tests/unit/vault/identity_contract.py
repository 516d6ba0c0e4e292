"""What every vault does with a description: one text, run in memory and behind a socket."""

from __future__ import annotations

import pytest

from connectors.connector import Described
from connectors.vault.api import Denial, Doubt, Principal, QuestionStatus
from schemas.identity import PersonPseudonym
from tests.support.brp_people import STRANGER, WHO, described, nameless
from tests.unit.vault.contract import Vaults, asked_about, denied, known, looked_up, opened

AT_HOME = nameless(born="", postcode="9990AB", house_number="7")
PUPIL = nameless(born="", school_number="100000001")


def who(vaults: Vaults, *persons: Described, content: str = "beschreven") -> list[PersonPseudonym | None]:
    receipt = opened(vaults, content).id
    return vaults.serving(Principal.INTAKE).identify_many(receipt, persons)


class IdentityContract:
    """Subclasses give the fixture `vaults`, whose BRP is that of `brp_people.py`."""

    def test_who_is_certain_gets_the_pseudonym_that_their_number_gets(self, vaults: Vaults) -> None:
        anna, fatima = known(vaults, WHO["anna"], WHO["fatima"])
        found = who(vaults, nameless(born="1985-02-02", postcode="9990AE", house_number="3"), described(), AT_HOME)
        assert found == [fatima, anna, None]
        assert who(vaults) == []

    def test_who_was_never_seen_before_gets_one_pseudonym_however_they_are_described(self, vaults: Vaults) -> None:
        first, second = who(vaults, described(), described(family_name="BERG, van der", prefix=""))
        assert first == second is not None
        registers = vaults.serving(Principal.REGISTERS)
        assert registers.resolve_many(looked_up(vaults).id, [first]) == [WHO["anna"]]

    def test_one_description_is_asked_once_however_it_is_spelled(self, vaults: Vaults) -> None:
        doubtful = described(family_name="Bergh"), described(family_name="BERGH", postcode="9990 aa")
        who(vaults, *doubtful, doubtful[0])
        who(vaults, *doubtful, content="later")
        (asked,) = vaults.serving(Principal.IDENTITY).identity_questions()
        assert (asked.doubt, asked.source, asked.status) == (
            Doubt.NAME_DIFFERS,
            "debt_services",
            QuestionStatus.OPEN,
        )

    def test_a_list_says_nothing_of_the_person_and_a_look_is_written_down_first(self, vaults: Vaults) -> None:
        question = asked_about(vaults, AT_HOME)
        desk = vaults.serving(Principal.IDENTITY)
        assert "9990AB" not in repr(desk.identity_questions())
        shown = desk.identity_show(question, "a.desk", "levering van 3 mei")
        assert shown.described == AT_HOME
        assert {each.bsn for each in shown.candidates} == {WHO["sam"], WHO["sara"]}
        assert "9990AB" not in repr(shown)
        denied(Denial.UNKNOWN_QUESTION, lambda: desk.identity_show("0" * 32, "a.desk", "zomaar"))
        denied(Denial.REASON_MISSING, lambda: desk.identity_show(question, "a.desk", " "))
        denied(Denial.INVALID, lambda: desk.identity_show(question, "", "navraag"))
        assert vaults.identity_lines() == [
            ("asked", "a.desk", "levering van 3 mei"),
            ("shown", "a.desk", "levering van 3 mei"),
            ("asked", "a.desk", "zomaar"),
        ]

    def test_two_who_say_the_same_decide_and_a_later_delivery_finds_it(self, vaults: Vaults) -> None:
        question = asked_about(vaults, AT_HOME)
        desk = vaults.serving(Principal.IDENTITY)
        choice = [each.bsn for each in desk.identity_show(question, "a.desk", "x").candidates].index(
            WHO["sara"]
        ) + 1
        assert desk.identity_pick(question, "a.desk", choice) is QuestionStatus.PROPOSED
        assert who(vaults, AT_HOME) == [None]
        denied(Denial.SAME_USER, lambda: desk.identity_pick(question, "a.desk", choice))
        assert desk.identity_name(question, "b.desk", WHO["sara"]) is QuestionStatus.DECIDED
        assert who(vaults, AT_HOME, content="opnieuw") == known(vaults, WHO["sara"])
        denied(Denial.ANSWERED, lambda: desk.identity_pick(question, "c.desk", choice))
        assert [said for said, user, _ in vaults.identity_lines() if user != "a.desk"] == ["decided"]

    def test_two_who_differ_open_the_question_again(self, vaults: Vaults) -> None:
        question = asked_about(vaults, AT_HOME)
        desk = vaults.serving(Principal.IDENTITY)
        desk.identity_name(question, "a.desk", WHO["sara"])
        denied(Denial.NOT_THE_SAME, lambda: desk.identity_name(question, "b.desk", WHO["sam"]))
        (asked,) = desk.identity_questions()
        assert asked.status is QuestionStatus.OPEN
        assert who(vaults, AT_HOME) == [None]

    def test_nobody_is_named_whom_the_register_does_not_know(self, vaults: Vaults) -> None:
        question = asked_about(vaults, AT_HOME)
        desk = vaults.serving(Principal.IDENTITY)
        denied(Denial.UNKNOWN_PERSON, lambda: desk.identity_name(question, "a.desk", STRANGER))
        for beyond in (0, 3, -1):
            denied(Denial.UNKNOWN_PERSON, lambda beyond=beyond: desk.identity_pick(question, "a.desk", beyond))

    def test_what_is_dismissed_stays_nobody(self, vaults: Vaults) -> None:
        question = asked_about(vaults, AT_HOME)
        desk = vaults.serving(Principal.IDENTITY)
        denied(Denial.REASON_MISSING, lambda: desk.identity_dismiss(question, "a.desk", "vrije tekst over iemand"))
        desk.identity_dismiss(question, "a.desk", "nobody_fits")
        assert who(vaults, AT_HOME) == [None]
        assert [each.status for each in desk.identity_questions()] == [QuestionStatus.DISMISSED]
        denied(Denial.ANSWERED, lambda: desk.identity_name(question, "b.desk", WHO["sam"]))

    def test_a_schools_number_is_nobody_until_it_was_decided(self, vaults: Vaults) -> None:
        question = asked_about(vaults, PUPIL)
        desk = vaults.serving(Principal.IDENTITY)
        assert desk.identity_show(question, "a.desk", "x").doubt is Doubt.SCHOOL_NUMBER
        for user in ("a.desk", "b.desk"):
            desk.identity_name(question, user, WHO["sam"])
        assert who(vaults, PUPIL, content="opnieuw") == known(vaults, WHO["sam"])
        assert who(vaults, nameless(born="", school_number="100000002")) == [None]

    def test_an_erased_person_takes_along_what_was_decided(self, vaults: Vaults) -> None:
        question = asked_about(vaults, PUPIL)
        desk = vaults.serving(Principal.IDENTITY)
        for user in ("a.desk", "b.desk"):
            desk.identity_name(question, user, WHO["sam"])
        (sam,) = known(vaults, WHO["sam"])
        vaults.serving(Principal.RIGHTS).erase(sam)
        assert desk.identity_questions() == []
        assert who(vaults, PUPIL) == [None]

    def test_without_an_open_receipt_nobody_is_recognised_and_nothing_is_asked(self, vaults: Vaults) -> None:
        intake, receipt = vaults.serving(Principal.INTAKE), opened(vaults, "dicht").id
        intake.close_receipt(receipt)
        denied(Denial.NO_OPEN_RECEIPT, lambda: intake.identify_many(receipt, [AT_HOME]))
        assert vaults.serving(Principal.IDENTITY).identity_questions() == []

    @pytest.mark.parametrize("many", [1, 45])
    def test_many_descriptions_are_answered_in_their_order(self, vaults: Vaults, many: int) -> None:
        (anna,) = known(vaults, WHO["anna"])
        assert who(vaults, *[AT_HOME, described()] * many) == [None, anna] * many
