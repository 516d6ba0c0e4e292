"""Who might be meant, asked over the network: the same candidates as from files, and never a guess."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from connectors.brp_client import RECOGNISING_FIELDS, BrpApi, Entrance
from connectors.vault import brp_search
from connectors.vault.brp_directory import BrpFiles
from connectors.vault.brp_search import BrpSearch
from connectors.vault.directory import DirectoryDown, TooMany
from signaalbrug.local.brp_server import Folder, StandIn, serving
from tests.support.village import TODAY, Village

BORN = date(1985, 6, 1)


@pytest.fixture
def village() -> Village:
    village = Village()
    for name, family in (("ans", "Ester"), ("bert", "Ester"), ("cor", "Bäcker")):
        naam = {"voornamen": name.title(), "geslachtsnaam": family, "volledigeNaam": f"{name} {family}"}
        village.add(name, "huis" if name == "ans" else "flat", naam=naam)
    return village


@pytest.fixture
def folder(village: Village, tmp_path: Path) -> Path:
    return village.write(tmp_path)


@pytest.fixture
def search(folder: Path) -> Iterator[BrpSearch]:
    with serving(StandIn(Folder(folder))) as url:
        api = BrpApi(Entrance(url, url), lambda: TODAY, RECOGNISING_FIELDS)
        yield BrpSearch(api)
        api.close()


def test_the_network_gives_the_candidates_that_the_files_give(
    search: BrpSearch, folder: Path, village: Village
) -> None:
    files = BrpFiles(folder)
    key = lambda each: each.given_names  # noqa: E731
    for one, other in (
        (search.named("Ester", BORN), files.named("Ester", BORN)),
        (search.at_address("9990AB", "1"), files.at_address("9990AB", "1")),
    ):
        assert sorted(one, key=key) == sorted(other, key=key) and len(one) == 2
    assert search.numbered(village.bsn("cor")) == files.numbered(village.bsn("cor"))
    assert search.numbered(village.bsn("niemand")) is None
    assert search.named("Ester", date(1985, 6, 2)) == []


@pytest.mark.parametrize("number", ["", "0x1", "1 A", "123456", "-1", "١"])
def test_what_is_no_house_number_is_nobodys(search: BrpSearch, number: str) -> None:
    assert search.at_address("9990AB", number) == ()


def test_more_than_can_be_told_apart_is_for_a_human(search: BrpSearch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brp_search, "MOST_FOUND", 1)
    with pytest.raises(TooMany):
        search.named("Ester", BORN)


def test_a_brp_that_is_down_is_waited_for(village: Village, folder: Path) -> None:
    with serving(StandIn(Folder(folder))) as url:
        pass
    search = BrpSearch(BrpApi(Entrance(url, url), lambda: TODAY, RECOGNISING_FIELDS))
    for ask in (
        lambda: search.numbered(village.bsn("ans")),
        lambda: search.named("Ester", BORN),
        lambda: search.at_address("9990AB", "1"),
    ):
        with pytest.raises(DirectoryDown):
            ask()
