"""bad_inputs.md C5 to C8 and C12: ages, households of every size, moves, secrecy, what was not attested."""

import json
from dataclasses import fields, replace

import pytest

from schemas.events.account import Outcome
from schemas.events.alert import Alert
from schemas.events.register import Consent, Membership
from schemas.events.signal import Signal
from schemas.vocabulary import HouseholdRole, OutcomeKind, Protection, Reason, Refusal
from tests.support.deliveries import NUMBERS, Door, arrears, ddas_file
from tests.support.fhir import bundle, consent, referral, written
from tests.support.handovers import handover, handover_file, person
from tests.support.stories import (
    MOLENBUURT,
    NOWHERE_AREA,
    OOSTERDIJK,
    Said,
    absence,
    agreed,
    alerts,
    dawn,
    died,
    joined,
    left,
    open_alerts,
    seen,
    told,
)
from tests.support.stories import arrears as owes
from tests.unit.debt_services.files import csv_file, v09

BORN = {"not born yet": "2030-01-01", "today": "2026-05-01", "130 years ago": "1896-05-01", "in 1700": "1700-01-01"}


def described(source: str, born: str) -> bytes:
    """Somebody without a number, by this source."""
    match source:
        case "debt_services json":
            return ddas_file(arrears(client={"geboortedatum": born, "postcode": "9999ZZ", "huisnummer": "1"}))
        case "debt_services v0.9":
            client = {"Achternaam": "Verzonnen", "Geboortedatum": born, "Postcode": "9999ZZ", "Huisnummer": "1"}
            return json.dumps(v09(arrears(client=client))).encode()
        case "debt_services csv":
            return csv_file({"burgerservicenummer": "", "achternaam": "Verzonnen", "geboortedatum": born})
        case "general_practice fhir":
            patient = {"resourceType": "Patient", "id": "p-1", "name": [{"family": "Verzonnen"}], "birthDate": born}
            about = {"reference": "Patient/p-1"}
            return written(bundle(referral(subject=about), patient, consent(patient=about)))
        case _:
            day = born.replace("-", "")
            return handover_file(handover(person(None, geslachtsnaam="Verzonnen", geboortedatum=day, nummer=1)))


SAYS = (
    "debt_services json",
    "debt_services v0.9",
    "debt_services csv",
    "general_practice fhir",
    "veilig_thuis json",
)


@pytest.mark.parametrize("what", BORN)
@pytest.mark.parametrize("says", SAYS)
def test_c5_of_whom_only_an_impossible_birth_date_is_known_nothing_is_published(says: str, what: str) -> None:
    door = Door()
    taken = door.send(says.split()[0], described(says, BORN[what]))
    expected = {
        *(Refusal.IDENTITY_UNCERTAIN, Refusal.DATE_IN_FUTURE, Refusal.DATE_INVALID),
        *(Refusal.UNBORN, Refusal.CONSENT_NEEDED, Refusal.MAY_NOT_CONSENT),
    }
    assert taken.refused and {each.reason for each in taken.refused} <= expected
    assert not door.log.events(Signal) and not door.log.events(Consent)


def test_c5_no_age_or_birth_date_is_published_so_that_no_rule_can_be_about_it() -> None:
    """The kind says it: the source states it of the day itself, and only then the age is known for certain."""
    names = {each.name for kind in (Signal, Consent) for each in fields(kind)}
    assert not {name for name in names if "birth" in name or "born" in name or "age" in name.split("_")}


FAMILY = (joined("ouder", "huis"), agreed("kind", on=2))
BOTH = (absence("kind", on=10), owes("ouder", on=12))


@pytest.mark.parametrize("birthday", [5, 10, 11, 30])
def test_c5_a_birthday_within_the_window_changes_nothing_about_what_was_seen(birthday: int) -> None:
    """On the eighteenth birthday the register says another role; the signal stays what it was on its day."""
    child = joined("kind", "huis", role=HouseholdRole.CHILD)
    grown = joined("kind", "huis", on=birthday, role=HouseholdRole.ADULT)
    since = replace(grown, since=child.since)
    (before,) = open_alerts(told([*FAMILY, child, *BOTH, dawn(40)])).values()
    (after,) = open_alerts(told([*FAMILY, child, since, *BOTH, dawn(40)])).values()
    assert (before.alert, _kinds(before)) == (after.alert, _kinds(after))


def _kinds(alert: Alert) -> list[str]:
    return sorted(f"{line.source} {line.signal_kind}" for view in alert.views for line in view.lines)


def fates(said: list[Said]) -> set[tuple[OutcomeKind, Reason]]:
    memory = told(said)
    last = {each.signal: each for each in memory.events("outcome.v1") if isinstance(each, Outcome)}
    return {(each.kind, each.reason) for each in last.values()}


def test_c6_the_signal_of_somebody_in_no_household_waits_and_is_not_lost() -> None:
    """Nobody of whom the register is certain: a shelter, an institution, a letter address, a number it lacks."""
    assert fates([agreed("kind", on=2), absence("kind", on=10), dawn(20)]) == {
        (OutcomeKind.WAITING, Reason.NO_HOUSEHOLD)
    }


@pytest.mark.parametrize("people", [1, 2, 15, 25])
def test_c6_a_household_of_any_size_that_the_register_did_derive_is_one_household(people: int) -> None:
    more = [joined(f"bewoner {n}", "huis") for n in range(people - 2)]
    who = "kind" if people == 1 else "ouder"
    everybody: list[Said] = [joined("kind", "huis"), *([joined("ouder", "huis")] if people > 1 else []), *more]
    memory = told([*everybody, agreed("kind", on=2), absence("kind", on=10), owes(who, on=12), dawn(20)])
    assert len(open_alerts(memory)) == 1
    assert len({each.household for each in alerts(memory)}) == 1


def test_c6_two_in_one_building_who_are_no_household_are_never_taken_together() -> None:
    apart = [joined("kind", "kamer 1"), joined("ouder", "kamer 2"), agreed("kind", on=2)]
    assert open_alerts(told([*apart, *BOTH, dawn(20)])) == {}


def test_c7_a_child_at_two_addresses_is_told_of_to_both_and_each_hears_of_its_own() -> None:
    two: list[Said] = [
        *(joined("kind", "huis"), joined("moeder", "huis"), joined("kind", "kade", area=OOSTERDIJK)),
        *(joined("vader", "kade", area=OOSTERDIJK), agreed("kind", on=2), absence("kind", on=10)),
    ]
    memory = told([*two, owes("moeder", on=12), owes("vader", on=12), dawn(20)])
    found = open_alerts(memory).values()
    assert len(found) == 2 and len({each.team for each in found}) == 2
    for each in found:
        debts = {line for view in each.views for line in view.lines if "debt" in str(line.source)}
        assert len(each.signals) == 2 and len(debts) >= 1


def test_c7_who_leaves_between_signal_and_alert_is_told_of_to_the_new_team_alone() -> None:
    went: list[Said] = [
        *(joined("kind", "huis"), joined("ouder", "huis"), agreed("kind", on=2), absence("kind", on=10)),
        *(left("kind", "huis", on=15), joined("kind", "kade", on=15, area=OOSTERDIJK)),
        *(left("ouder", "huis", on=15), joined("ouder", "kade", on=15, area=OOSTERDIJK)),
    ]
    memory = told([*went, owes("ouder", on=16), dawn(20)])
    stays = told([joined("kind", "huis"), joined("ouder", "huis"), agreed("kind", on=2), *BOTH, dawn(20)])
    ((new,), (old,)) = open_alerts(memory).values(), open_alerts(stays).values()
    assert new.team != old.team and {each.team for each in alerts(memory)} == {new.team}


@pytest.mark.parametrize("area", [MOLENBUURT, OOSTERDIJK, NOWHERE_AREA])
def test_c8_a_secret_address_changes_nothing_of_what_is_told_to_whom(area: str) -> None:
    """No address is on any topic: the team follows from the area, and nothing finer than the area is told."""
    home = [joined("kind", "huis", area=area), joined("ouder", "huis", area=area)]
    secret = [replace(each, protections=(Protection.SECRECY,)) for each in home]
    one, other = (told([*who, agreed("kind", on=2), *BOTH, dawn(20)]) for who in (home, secret))
    assert seen(one) == seen(other)
    named = {each.name for kind in (Alert, Membership) for each in fields(kind)}
    assert not {name for name in named if "address" in name or "postcode" in name or "street" in name}
    assert all(len(each.area) == len(area) for each in alerts(other))


def test_c12_what_was_not_attested_and_what_lies_in_no_area_are_told_apart() -> None:
    home = [joined("kind", "huis"), joined("ouder", "huis"), agreed("kind", on=2), absence("kind", on=10)]
    silent = replace(owes("ouder", on=12), attestations=())
    assert (OutcomeKind.DENIED, Reason.ATTESTATION_MISSING) in fates([*home, silent, dawn(20)])
    away = [joined("kind", "x", area=NOWHERE_AREA), joined("ouder", "x", area=NOWHERE_AREA), agreed("kind", on=2)]
    assert {reason for _, reason in fates([*away, *BOTH, dawn(20)])} == {Reason.NO_TEAM}


@pytest.mark.parametrize("municipality", ["0363", "9991"])
def test_c12_a_file_of_another_municipality_is_refused_whole(municipality: str) -> None:
    door = Door()
    taken = door.send("debt_services", ddas_file(arrears(bsn=NUMBERS[0]), municipality=municipality))
    assert [(each.row, each.reason) for each in taken.refused] == [(0, Refusal.OUTSIDE_AREA)]
    assert not door.log.events(Signal)


def test_c3_who_died_is_in_no_alert_and_one_that_stood_ends() -> None:
    """In whichever order the death and the signals come."""
    home = [joined("kind", "huis"), joined("ouder", "huis"), agreed("kind", on=2)]
    assert len(open_alerts(told([*home, *BOTH, dawn(20)]))) == 1
    for when in ([died("ouder", on=14), *BOTH], [*BOTH, died("ouder", on=14)]):
        memory = told([*home, *when, dawn(20)])
        said = {(each.kind, each.reason) for each in memory.events("outcome.v1") if isinstance(each, Outcome)}
        assert open_alerts(memory) == {} and (OutcomeKind.DENIED, Reason.PERSON_DIED) in said
