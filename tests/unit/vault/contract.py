"""What every vault does, in memory or behind a socket: one text, run on both."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from typing import Any, Protocol

import pytest
from stdnum.nl import bsn as rules

from connectors.bsn import Bsn, digits_of
from connectors.connector import Described
from connectors.vault.api import MAY, Denial, Principal, Receipt, Vault, VaultRefused
from schemas.identity import PersonPseudonym, ReceiptId, TeamId
from tests.support.brp_people import WHO, described, nameless

NOORD, OOST = TeamId("wijkteam-noord"), TeamId("wijkteam-oost")
NOBODY = PersonPseudonym("0" * 32)
CEILING = 40


def bsns(count: int, start: int = 999_000_000) -> list[Bsn]:
    """Invented persons: 999… and the elfproef."""
    found: list[Bsn] = []
    while len(found) < count:
        if rules.is_valid(str(start)):
            found.append(Bsn(str(start)))
        start += 1
    return found


ANNA, BRAM, CATO = bsns(3)


class Vaults(Protocol):
    """A vault as each principal sees it; the source `small_source` has a daily ceiling of CEILING persons."""

    def serving(self, principal: Principal) -> Vault: ...

    def reveal_lines(self) -> list[tuple[str, str, str, str]]:
        """(said, team, user, reason) of every line, in order."""
        ...

    def identity_lines(self) -> list[tuple[str, str, str]]:
        """(said, user, reason) of every line, in order."""
        ...


def sha(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def opened(vaults: Vaults, content: str = "een bestand", source: str = "debt_services") -> Receipt:
    return vaults.serving(Principal.INTAKE).open_receipt(source, sha(content), 10)


def looked_up(vaults: Vaults, content: str = "een opzoeking") -> Receipt:
    return vaults.serving(Principal.REGISTERS).open_receipt("household_register", sha(content), 10)


def known(vaults: Vaults, *persons: Bsn) -> list[PersonPseudonym]:
    return vaults.serving(Principal.INTAKE).pseudonymise_many(opened(vaults).id, persons)


def asked_about(vaults: Vaults, person: Described) -> str:
    """The question that this description becomes."""
    before = {each.question for each in vaults.serving(Principal.IDENTITY).identity_questions()}
    receipt = opened(vaults, "zonder nummer").id
    assert vaults.serving(Principal.INTAKE).identify_many(receipt, [person]) == [None]
    questions = vaults.serving(Principal.IDENTITY).identity_questions()
    return next(each.question for each in questions if each.question not in before)


def denied(code: Denial, call: Callable[[], Any]) -> None:
    with pytest.raises(VaultRefused) as refused:
        call()
    assert refused.value.code == code


class VaultContract:
    """Subclasses give the fixture `vaults`."""

    def test_the_same_content_is_the_same_receipt_whenever_it_is_asked(self, vaults: Vaults) -> None:
        intake = vaults.serving(Principal.INTAKE)
        first, again = opened(vaults, "x"), opened(vaults, "x")
        assert (first.status, again.status) == ("opened", "resumed")
        assert (again.id, again.key, again.opened_at, again.file_hash) == (
            first.id,
            first.key,
            first.opened_at,
            first.file_hash,
        )
        intake.close_receipt(first.id)
        assert opened(vaults, "x").status == "closed"
        assert len(first.key) == 32 and len(first.file_hash) == 64
        other = opened(vaults, "x", "school_attendance")
        assert other.status == "opened" and other.file_hash != first.file_hash and other.id != first.id

    def test_a_person_has_one_random_pseudonym(self, vaults: Vaults) -> None:
        intake, receipt = vaults.serving(Principal.INTAKE), opened(vaults)
        first = intake.pseudonymise_many(receipt.id, [ANNA, BRAM, ANNA])
        again = intake.pseudonymise_many(opened(vaults, "later").id, [BRAM, ANNA])
        assert first == [again[1], again[0], again[1]]
        assert len(set(first)) == 2 and all(len(each) == 32 for each in first)
        assert intake.pseudonymise_many(receipt.id, []) == []

    def test_only_what_is_known_is_found_and_looking_makes_nothing(self, vaults: Vaults) -> None:
        (anna,) = known(vaults, ANNA)
        registers, receipt = vaults.serving(Principal.REGISTERS), looked_up(vaults)
        assert registers.find_many(receipt.id, [BRAM, ANNA]) == [None, anna]
        assert registers.find_many(receipt.id, [BRAM]) == [None]
        assert registers.resolve_many(receipt.id, [anna, NOBODY]) == [ANNA, None]

    def test_without_an_open_receipt_there_is_no_answer(self, vaults: Vaults) -> None:
        intake, registers = vaults.serving(Principal.INTAKE), vaults.serving(Principal.REGISTERS)
        (anna,) = known(vaults, ANNA)
        unknown = ReceiptId("f" * 32)
        closed = opened(vaults, "dicht")
        intake.close_receipt(closed.id)
        for receipt in (unknown, closed.id, looked_up(vaults).id):
            denied(Denial.NO_OPEN_RECEIPT, lambda receipt=receipt: intake.pseudonymise_many(receipt, [ANNA]))
        for receipt in (unknown, opened(vaults).id):
            denied(Denial.NO_OPEN_RECEIPT, lambda receipt=receipt: registers.resolve_many(receipt, [anna]))
            denied(Denial.NO_OPEN_RECEIPT, lambda receipt=receipt: registers.find_many(receipt, [ANNA]))
        denied(Denial.NO_OPEN_RECEIPT, lambda: registers.close_receipt(opened(vaults).id))

    def test_501_persons_are_too_many_and_500_are_not(self, vaults: Vaults) -> None:
        intake, receipt = vaults.serving(Principal.INTAKE), opened(vaults)
        many = bsns(501)
        assert len(set(intake.pseudonymise_many(receipt.id, many[:500]))) == 500
        denied(Denial.TOO_MANY, lambda: intake.pseudonymise_many(receipt.id, many))

    def test_a_source_has_a_daily_ceiling_and_another_is_not_touched_by_it(self, vaults: Vaults) -> None:
        intake = vaults.serving(Principal.INTAKE)
        small = opened(vaults, source="small_source")
        intake.pseudonymise_many(small.id, bsns(CEILING - 1))
        denied(Denial.CEILING, lambda: intake.pseudonymise_many(small.id, bsns(2)))
        intake.pseudonymise_many(small.id, [ANNA])
        another = opened(vaults, "ander bestand", "small_source")
        denied(Denial.CEILING, lambda: intake.pseudonymise_many(another.id, [ANNA]))
        intake.pseudonymise_many(opened(vaults).id, bsns(2))

    def test_two_intakes_that_meet_give_each_person_one_pseudonym(self, vaults: Vaults) -> None:
        many = bsns(300)
        answers: list[list[PersonPseudonym]] = []
        start = threading.Barrier(4)

        def take_in(number: int) -> None:
            intake, receipt = vaults.serving(Principal.INTAKE), opened(vaults, f"bestand {number}")
            mine = many if number % 2 else many[::-1]
            start.wait()
            said = intake.pseudonymise_many(receipt.id, mine)
            answers.append(said if number % 2 else said[::-1])

        threads = [threading.Thread(target=take_in, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert len(answers) == 4 and all(each == answers[0] for each in answers)
        assert len(set(answers[0])) == 300

    def test_each_principal_may_make_its_own_calls_and_no_other(self, vaults: Vaults) -> None:
        (anna,) = known(vaults, ANNA)
        question = asked_about(vaults, nameless(born="", postcode="9990AA", house_number="12"))
        other = asked_about(vaults, nameless(born="", postcode="9990AB", house_number="7"))
        receipts = {Principal.INTAKE: opened(vaults), Principal.REGISTERS: looked_up(vaults)}
        (token,) = vaults.serving(Principal.WIJKTEAM).team_tokens(NOORD, [anna])
        refused = 0
        for principal in Principal:
            vault = vaults.serving(principal)
            source = "household_register" if principal is Principal.REGISTERS else "debt_services"
            receipt = receipts.get(principal, receipts[Principal.INTAKE]).id
            calls: dict[str, Callable[[], Any]] = {
                "open_receipt": lambda v=vault, s=source: v.open_receipt(s, sha("nieuw"), 1),
                "receipt_key": lambda v=vault, r=receipt: v.receipt_key(r),
                "source_key": lambda v=vault, s=source: v.source_key(s),
                "pseudonymise_many": lambda v=vault, r=receipt: v.pseudonymise_many(r, [ANNA]),
                "identify_many": lambda v=vault, r=receipt: v.identify_many(r, [described()]),
                "resolve_many": lambda v=vault, r=receipt: v.resolve_many(r, [anna]),
                "find_many": lambda v=vault, r=receipt: v.find_many(r, [ANNA]),
                "close_receipt": lambda v=vault, r=receipt: v.close_receipt(r),
                "team_tokens": lambda v=vault: v.team_tokens(NOORD, [anna]),
                "reveal": lambda v=vault: v.reveal(NOORD, "g.jansen", token, "gesprek voorbereiden"),
                "find_to_erase": lambda v=vault: v.find_to_erase(ANNA),
                "may_erase": lambda v=vault: v.may_erase(anna),
                "erase": lambda v=vault: v.erase(NOBODY),
                "identity_questions": lambda v=vault: v.identity_questions(),
                "identity_show": lambda v=vault, q=question: v.identity_show(q, "a.desk", "navraag"),
                "identity_pick": lambda v=vault, q=question: v.identity_pick(q, "a.desk", 1),
                "identity_name": lambda v=vault, q=question: v.identity_name(q, "b.desk", WHO["anna"]),
                "identity_dismiss": lambda v=vault, q=other: v.identity_dismiss(q, "a.desk", "nobody_fits"),
            }
            assert set(calls) == set(MAY)
            for name, call in calls.items():
                if principal in MAY[name]:
                    call()
                else:
                    denied(Denial.NOT_ALLOWED, call)
                    refused += 1
        assert refused == len(Principal) * len(MAY) - sum(map(len, MAY.values()))

    def test_the_registers_do_not_speak_for_a_source_nor_the_intake_for_the_register(self, vaults: Vaults) -> None:
        intake, registers = vaults.serving(Principal.INTAKE), vaults.serving(Principal.REGISTERS)
        denied(Denial.NOT_ALLOWED, lambda: registers.open_receipt("debt_services", sha("x"), 1))
        denied(Denial.NOT_ALLOWED, lambda: intake.open_receipt("household_register", sha("x"), 1))
        denied(Denial.NOT_ALLOWED, lambda: registers.source_key("debt_services"))
        denied(Denial.INVALID, lambda: intake.open_receipt("../etc", sha("x"), 1))
        denied(Denial.INVALID, lambda: intake.open_receipt("debt_services", b"kort", 1))

    def test_a_receipt_gives_its_key_to_whom_it_belongs_also_when_it_is_closed(self, vaults: Vaults) -> None:
        intake, receipt = vaults.serving(Principal.INTAKE), opened(vaults)
        intake.close_receipt(receipt.id)
        assert intake.receipt_key(receipt.id) == receipt.key
        denied(Denial.NO_OPEN_RECEIPT, lambda: intake.receipt_key(looked_up(vaults).id))
        denied(Denial.NO_OPEN_RECEIPT, lambda: intake.receipt_key(ReceiptId("f" * 32)))

    def test_every_source_has_its_own_steady_key(self, vaults: Vaults) -> None:
        intake = vaults.serving(Principal.INTAKE)
        school = intake.source_key("school_attendance")
        assert school == intake.source_key("school_attendance") != intake.source_key("debt_services")
        assert len(school) == 32

    def test_a_team_has_its_own_token_for_a_person_and_sees_nobody_by_another_teams(self, vaults: Vaults) -> None:
        wijkteam = vaults.serving(Principal.WIJKTEAM)
        anna, bram = known(vaults, ANNA, BRAM)
        north, east = wijkteam.team_tokens(NOORD, [anna, bram]), wijkteam.team_tokens(OOST, [anna])
        assert wijkteam.team_tokens(NOORD, [bram, anna]) == north[::-1]
        assert len({*north, *east, anna, bram}) == 5
        assert wijkteam.reveal(NOORD, "g.jansen", north[0], "gesprek") == ANNA
        denied(Denial.UNKNOWN_TOKEN, lambda: wijkteam.reveal(NOORD, "g.jansen", east[0], "gesprek"))
        denied(Denial.UNKNOWN_TOKEN, lambda: wijkteam.reveal(NOORD, "g.jansen", anna, "gesprek"))

    def test_who_wanted_to_see_a_name_is_written_down_before_the_answer_is_sought(self, vaults: Vaults) -> None:
        wijkteam = vaults.serving(Principal.WIJKTEAM)
        (token,) = wijkteam.team_tokens(NOORD, known(vaults, ANNA))
        wijkteam.reveal(NOORD, "g.jansen", token, "gesprek")
        denied(Denial.UNKNOWN_TOKEN, lambda: wijkteam.reveal(NOORD, "p.smit", "geen", "zomaar"))
        denied(Denial.REASON_MISSING, lambda: wijkteam.reveal(NOORD, "g.jansen", token, "  "))
        assert vaults.reveal_lines() == [
            ("asked", NOORD, "g.jansen", "gesprek"),
            ("answered", NOORD, "g.jansen", "gesprek"),
            ("asked", NOORD, "p.smit", "zomaar"),
            ("unknown_token", NOORD, "p.smit", "zomaar"),
        ]

    def test_the_rights_desk_finds_only_whom_there_is_a_row_about(self, vaults: Vaults) -> None:
        desk = vaults.serving(Principal.RIGHTS)
        (anna,) = known(vaults, ANNA)
        assert (desk.find_to_erase(ANNA), desk.find_to_erase(CATO)) == (anna, None)
        assert (desk.may_erase(anna), desk.may_erase(NOBODY)) == (True, False)
        desk.erase(anna)
        assert (desk.find_to_erase(ANNA), desk.may_erase(anna)) == (None, False)

    def test_an_erased_person_is_nobody_and_comes_back_as_somebody_else(self, vaults: Vaults) -> None:
        wijkteam, registers = vaults.serving(Principal.WIJKTEAM), vaults.serving(Principal.REGISTERS)
        before, bram = known(vaults, ANNA, BRAM)
        (token,) = wijkteam.team_tokens(NOORD, [before])
        for _ in range(2):
            vaults.serving(Principal.RIGHTS).erase(before)
        receipt = looked_up(vaults).id
        assert registers.find_many(receipt, [ANNA, BRAM]) == [None, bram]
        assert registers.resolve_many(receipt, [before]) == [None]
        denied(Denial.UNKNOWN_TOKEN, lambda: wijkteam.reveal(NOORD, "g.jansen", token, "gesprek"))
        (nowhere,) = wijkteam.team_tokens(NOORD, [before])
        denied(Denial.UNKNOWN_TOKEN, lambda: wijkteam.reveal(NOORD, "g.jansen", nowhere, "gesprek"))
        (after,) = known(vaults, ANNA)
        assert after != before


def digits(person: Bsn) -> str:
    return digits_of(person)
