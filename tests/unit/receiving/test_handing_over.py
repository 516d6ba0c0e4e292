"""A file before the loop: once, under its receipt, with what its sender counted; else it is not taken."""

import gzip
from pathlib import Path
from typing import NoReturn

import pytest

from connectors.files import IN, prepare
from connectors.manifest_file import SUFFIX, Sidecar, sidecar_in
from connectors.receiving.handing_over import HandingOver, NotTaken, Stated
from connectors.receiving.spool import spooling
from connectors.vault.api import Principal
from connectors.vault.memory import MemoryVault
from schemas.identity import ReceiptId

SOURCE = "debt_services"


@pytest.fixture
def handing(tmp_path: Path) -> HandingOver:
    prepare(tmp_path / "drop", (SOURCE,))

    def no_database() -> NoReturn:
        raise AssertionError

    return HandingOver(tmp_path / "drop", MemoryVault().serving(Principal.INTAKE), no_database, frozenset({"telt"}))


def hand(handing: HandingOver, folder: Path, content: bytes, stated: Stated, source: str = SOURCE) -> ReceiptId:
    with spooling(folder, 1_000) as spooled:
        spooled.write(content)
        return handing.hand(source, ".json", spooled, stated)


def lying(folder: Path) -> set[str]:
    return {each.name for each in (folder / "drop" / SOURCE / IN).iterdir()}


def test_a_file_lies_under_its_receipt_once_however_often_it_is_handed_over(
    handing: HandingOver, tmp_path: Path
) -> None:
    receipts = {hand(handing, tmp_path, b"{}", Stated()) for _ in range(2)}
    assert lying(tmp_path) == {f"{receipt}.json" for receipt in receipts}
    assert len(receipts) == 1


def test_what_was_counted_lies_beside_it_as_the_loop_reads_it(handing: HandingOver, tmp_path: Path) -> None:
    receipt = hand(handing, tmp_path, b"{}", Stated(rows=3))
    beside = tmp_path / "drop" / SOURCE / IN / f"{receipt}.json{SUFFIX}"
    with spooling(tmp_path, 10) as spooled:
        spooled.write(b"{}")
        assert sidecar_in(beside.read_bytes()) == Sidecar(3, spooled.sha256)


@pytest.mark.parametrize(
    ("content", "source", "code"),
    [
        (b"PK\x03\x04 een zip", SOURCE, "archive"),
        (gzip.compress(b"{}"), SOURCE, "archive"),
        (b"{}", "telt", "overview"),
    ],
)
def test_what_has_no_receipt_that_can_be_told_is_not_taken(
    handing: HandingOver, tmp_path: Path, content: bytes, source: str, code: str
) -> None:
    with pytest.raises(NotTaken) as told:
        hand(handing, tmp_path, content, Stated(), source)
    assert (told.value.code, lying(tmp_path)) == (code, set())
