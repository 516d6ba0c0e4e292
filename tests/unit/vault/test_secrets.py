"""Keys and tokens: refused when open to others, never printed."""

import json
from pathlib import Path

import pytest

from connectors.vault.api import Principal
from connectors.vault.keys import Keys, UnusableSecrets
from connectors.vault.principals import Callers, with_every_token, write_secrets
from tests.unit.vault.contract import ANNA, BRAM, digits


def test_each_principal_is_known_by_its_own_token_and_nobody_by_another(tmp_path: Path) -> None:
    tokens = write_secrets(tmp_path / "keys.json", tmp_path / "tokens.json")
    callers = Callers.read(tmp_path / "tokens.json")
    assert {callers.whose(token) for token in tokens.values()} == set(Principal)
    assert callers.whose("") is None and callers.whose("geraden") is None
    written = (tmp_path / "tokens.json").read_text()
    assert not any(token in written for token in tokens.values())


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.chmod(0o644),
        lambda path: path.unlink(),
        lambda path: path.write_text("{"),
        lambda path: path.write_text(json.dumps({"index": "00", "sealing": "00", "sources": "00"})),
        lambda path: path.write_text(json.dumps(dict.fromkeys(("index", "sealing", "sources"), "aa" * 32))),
    ],
    ids=["readable by others", "missing", "no JSON", "too short", "one key for all"],
)
def test_a_key_file_that_cannot_be_trusted_ends_the_start(tmp_path: Path, spoil) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "keys.json"
    write_secrets(path, tmp_path / "tokens.json")
    assert Keys.read(path)
    spoil(path)
    with pytest.raises(UnusableSecrets) as refused:
        Keys.read(path)
    assert refused.value.code == 2


@pytest.mark.parametrize(
    "content",
    [{"intake": "aa"}, {"intake": "a", "registers": "a", "wijkteam": "b", "rights": "c"}],
    ids=["a principal is missing", "two share one"],
)
def test_a_token_file_that_is_not_one_token_each_ends_the_start(tmp_path: Path, content: dict[str, str]) -> None:
    path = tmp_path / "tokens.json"
    write_secrets(tmp_path / "keys.json", path)
    path.write_text(json.dumps(content))
    with pytest.raises(UnusableSecrets):
        Callers.read(path)


def test_index_and_seal_hold_no_digits_and_another_key_opens_nothing() -> None:
    keys, others = Keys.fresh(), Keys.fresh()
    assert keys.index_of(ANNA) == keys.index_of(ANNA) != keys.index_of(BRAM)
    assert keys.index_of(ANNA) != others.index_of(ANNA)
    sealed = keys.seal_bsn(ANNA)
    assert keys.unseal_bsn(sealed) == ANNA and sealed != keys.seal_bsn(ANNA)
    assert digits(ANNA).encode() not in sealed
    with pytest.raises(Exception, match=r"^sealed$"):
        others.unseal(sealed)
    assert "key" not in repr(keys) and keys.index[1].hex() not in repr(keys)


def test_a_folder_of_an_earlier_release_gets_the_token_it_lacks_and_the_others_keep_theirs(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    tokens = {name.value: token for name, token in write_secrets(tmp_path / "keys.json", path).items()}
    lacking = {name: token for name, token in tokens.items() if name != "identity"}
    mended = with_every_token(path, lacking)
    assert {name: mended[name] for name in lacking} == lacking and mended["identity"] != tokens["identity"]
    callers = Callers.read(path)
    assert {callers.whose(token) for token in mended.values()} == set(Principal)
    assert callers.whose(tokens["identity"]) is None
