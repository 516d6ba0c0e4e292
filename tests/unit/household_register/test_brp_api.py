"""The BRP over the network: asked by its own contract, for no more than needed, and waited for when it is down."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from connectors.brp import BrpAnswers, BrpDown, identity
from connectors.brp_client import (
    HOUSEHOLD_FIELDS,
    MOST_NUMBERS,
    REVEAL_FIELDS,
    BrpApi,
    BrpDoor,
    Entrance,
    brp_of,
)
from connectors.bsn import digits_of
from connectors.household_register.derive import World, places
from connectors.household_register.read import look_around
from signaalbrug.local import brp_server
from signaalbrug.local.brp_server import Answer, Refused, StandIn, serving
from tests.support.brp_door import KEY, Door
from tests.support.certificates import Ca
from tests.support.village import MUNICIPALITY, TODAY, Village, areas, house


@pytest.fixture
def village() -> Village:
    village = Village().add("moeder", "huis").add("vader", "kade")
    village.add("kind", "huis", 2014, parents=["moeder", "vader"], custody=["moeder", "vader"])
    return village.add("buurman", "huis", geheimhoudingPersoonsgegevens=True).add("bakker", "boerderij")


@pytest.fixture
def door(village: Village) -> Door:
    return Door(village)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "sleutel"
    path.write_text(KEY + "\n", encoding="ascii")
    return path


@pytest.fixture
def url(door: Door) -> Iterator[str]:
    with serving(door) as url:
        yield url


@pytest.fixture
def brp(url: str, key_file: Path) -> Iterator[BrpApi]:
    api = BrpApi(Entrance(url, url + "/", key_file), lambda: TODAY)
    yield api
    api.close()


def test_a_person_and_a_home_are_what_the_files_say(brp: BrpApi, village: Village, tmp_path: Path) -> None:
    files = BrpAnswers(village.write(tmp_path / "brp"))
    for asker in (brp, files):
        world = look_around(asker, map(village.bsn, ("kind", "bakker")), lambda _: frozenset())
        seen = World(*world, TODAY, MUNICIPALITY, areas().of)
        found = places(seen, village.bsn("kind"))
        assert not isinstance(found, str)
        members = [{name for name, bsn in village.numbers.items() if bsn in place.group.members} for place in found]
        assert members == [{"moeder", "kind"}, {"vader"}]
    assert look_around(brp, [village.bsn("kind")], lambda _: frozenset()) == look_around(
        files, [village.bsn("kind")], lambda _: frozenset()
    )


def test_no_more_is_asked_than_the_purpose_needs(brp: BrpApi, door: Door, village: Village) -> None:
    person = brp.person(village.bsn("buurman"))
    assert person is not None and person["geheimhoudingPersoonsgegevens"] is True and "naam" not in person
    assert brp.home(house("huis")) is not None
    persons, home = door.asked
    assert tuple(persons["fields"]) == HOUSEHOLD_FIELDS
    assert (home["type"], home["peildatum"]) == ("BewoningMetPeildatum", TODAY.isoformat())


def test_who_is_shown_to_a_team_needs_only_the_fields_of_showing(
    url: str, key_file: Path, village: Village
) -> None:
    api = BrpApi(Entrance(url, url, key_file), lambda: TODAY, REVEAL_FIELDS)
    person = api.person(village.bsn("buurman"))
    assert person is not None and "ouders" not in person
    whole = identity(village.persons["buurman"])
    assert identity(person) == whole and whole.secrecy
    api.close()


def test_a_hundred_numbers_are_five_questions(brp: BrpApi, door: Door) -> None:
    for number in range(100):
        door.village.add(f"inwoner {number}", "flat")
    numbers = [door.village.bsn(f"inwoner {number}") for number in range(100)]
    assert set(brp.people([*numbers, *numbers])) == set(numbers)
    assert [len(each["burgerservicenummer"]) for each in door.asked] == [MOST_NUMBERS] * 5


def test_whom_the_brp_does_not_know_is_not_there(brp: BrpApi, door: Door, village: Village) -> None:
    known, unknown = village.bsn("moeder"), village.bsn("niemand")
    assert set(brp.people([known, unknown])) == {known}
    assert brp.person(unknown) is None and brp.home(house("tehuis")) is not None
    door.asked.clear()
    for nonsense in ("0" * 16, "../../etc/passwd", "1" * 15):
        assert brp.home(nonsense) is None
    assert door.asked == []


def test_an_answer_about_somebody_else_is_nobody(brp: BrpApi, door: Door, village: Village) -> None:
    door.instead = lambda: {"personen": [village.persons["bakker"], {"burgerservicenummer": 7}, "x"]}
    assert brp.people([village.bsn("moeder")]) == {}
    door.instead = lambda: {"bewoningen": [village.home(house("flat"))]}
    assert brp.home(house("huis")) is None


def test_a_search_by_name_and_by_address_gives_numbers_and_nothing_else(
    brp: BrpApi, door: Door, village: Village
) -> None:
    for name, family in (("moeder", "Ester"), ("vader", "Ester"), ("bakker", "Bäcker")):
        village.says(name, naam={"geslachtsnaam": family, "volledigeNaam": f"{name} {family}"})
    assert set(brp.named("ester", date(1985, 6, 1))) == {village.bsn("moeder"), village.bsn("vader")}
    assert brp.named("Ester", date(1985, 6, 2)) == []
    assert brp.at_address("9990 aa", 1) == [village.bsn(name) for name in ("moeder", "kind", "buurman")]
    assert {tuple(each["fields"]) for each in door.asked} == {("burgerservicenummer",)}


def test_a_died_person_is_not_found_by_searching_and_is_by_number(brp: BrpApi, village: Village) -> None:
    died = {"datum": {"type": "Datum", "datum": "2026-02-01", "langFormaat": "1 februari 2026"}}
    village.says("bakker", overlijden=died)
    assert brp.at_address("9990AC", 1) == []
    assert brp.person(village.bsn("bakker")) is not None


def _refusing(status: int, code: str) -> Callable[[], Answer]:
    def refuse() -> Answer:
        raise Refused(status, code, "De vraag over 999990019 wordt geweigerd.")

    return refuse


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (400, "paramsValidation", "400:paramsValidation"),
        (401, "authentication", "401:authentication"),
        (403, "autorisation", "403:autorisation"),
        (429, "tooManyRequests", "429:tooManyRequests"),
        (500, "serverError", "500:serverError"),
        (503, "notAvailable", "503:notAvailable"),
        (503, "over 999990019", "503"),
        (302, "elders", "302:elders"),
    ],
)
def test_a_refusal_is_waited_out_and_says_its_code_and_nothing_of_the_question(
    brp: BrpApi, door: Door, village: Village, status: int, code: str, said: str
) -> None:
    door.instead = _refusing(status, code)
    for ask in (lambda: brp.person(village.bsn("moeder")), lambda: brp.home(house("huis"))):
        with pytest.raises(BrpDown) as down:
            ask()
        assert down.value.code == str(down.value) == said
        assert down.value.__cause__ is None and "99999" not in repr(down.value)


@pytest.mark.parametrize("answer", [b"", b"geen json", b"[]", b"[" * 100_000, b'"' + b"x" * 1_000_001 + b'"'])
def test_an_answer_that_cannot_be_read_is_waited_out(
    brp: BrpApi, door: Door, village: Village, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    door.instead = dict
    monkeypatch.setattr(brp_server, "json", SimpleNamespace(dumps=lambda *_, **__: answer.decode()))
    with pytest.raises(BrpDown) as down:
        brp.home(house("huis"))
    assert down.value.code == ("too_large" if len(answer) > 1_000_000 else "unreadable")


def test_a_brp_that_is_not_there_is_waited_for(village: Village) -> None:
    with serving(Door(village)) as url:
        pass
    api = BrpApi(Entrance(url, url), lambda: TODAY)
    with pytest.raises(BrpDown, match="ConnectError"):
        api.person(village.bsn("moeder"))
    api.close()


def test_without_the_key_nothing_is_told(url: str, village: Village) -> None:
    api = BrpApi(Entrance(url, url), lambda: TODAY)
    with pytest.raises(BrpDown, match="401:authentication"):
        api.person(village.bsn("moeder"))
    api.close()


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"brp_url": "http://brp.example"},
        {"brp": Path("brp"), "brp_url": "http://brp.example", "brp_homes_url": "http://brp.example"},
        {"brp_url": "https://brp.example", "brp_homes_url": "https://brp.example", "brp_key_file": Path("/weg")},
        {"brp_url": "https://brp.example", "brp_homes_url": "https://brp.example", "brp_authority": Path("/weg")},
    ],
)
def test_settings_that_mean_no_brp_or_two_end_the_process(
    settings: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        brp_of(BrpDoor(**settings), lambda: TODAY, HOUSEHOLD_FIELDS)
    assert ended.value.code == 2 and "BRP" in capsys.readouterr().out


def test_settings_choose_between_a_folder_and_the_network(url: str, key_file: Path) -> None:
    assert isinstance(brp_of(BrpDoor(brp=Path("brp")), lambda: TODAY, HOUSEHOLD_FIELDS), BrpAnswers)
    network = BrpDoor(brp_url=url, brp_homes_url=url, brp_key_file=key_file)
    assert isinstance(brp_of(network, lambda: TODAY, HOUSEHOLD_FIELDS), BrpApi)


def test_no_number_is_ever_part_of_an_address(
    brp: BrpApi, village: Village, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    brp.person(village.bsn("moeder"))
    assert digits_of(village.bsn("moeder")) not in caplog.text


def test_with_a_certificate_of_our_own_the_door_opens_and_without_one_it_does_not(
    village: Village, tmp_path: Path
) -> None:
    authority = Ca(tmp_path)
    theirs, ours = authority.pair("brp"), authority.pair("gemeente")
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(authority.file))
    tls.load_cert_chain(*theirs)
    tls.verify_mode = ssl.CERT_REQUIRED
    with serving(StandIn(Door(village)), tls=tls) as url:
        known = BrpApi(Entrance(url, url, None, *ours, authority.file), lambda: TODAY)
        stranger = BrpApi(Entrance(url, url, authority=authority.file), lambda: TODAY)
        impostor = BrpApi(Entrance(url, url, None, *ours), lambda: TODAY)
        assert known.person(village.bsn("moeder")) is not None
        for other in (stranger, impostor):
            with pytest.raises(BrpDown):
                other.person(village.bsn("moeder"))
        for api in (known, stranger, impostor):
            api.close()
