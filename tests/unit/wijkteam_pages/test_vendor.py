"""The vendored files are those of the lock, and no other."""

import shutil
from pathlib import Path

import pytest

from connectors.wijkteam.static.vendor import refresh
from connectors.wijkteam.templates.environment import STATIC, STYLES, static


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(refresh.FOLDER, tmp_path / "vendor"))


def test_every_vendored_file_has_the_hash_of_the_lock() -> None:
    assert refresh.differing() == ()


def test_a_changed_file_is_refused(copy: Path) -> None:
    with (copy / "utrecht-button.css").open("a") as file:
        file.write("/* */")
    assert refresh.differing(copy) == ("utrecht-button.css",)


def test_a_missing_file_and_a_file_that_nobody_locked_are_refused(copy: Path) -> None:
    (copy / "utrecht-link.css").unlink()
    (copy / "extra.js").write_text("1")
    assert refresh.differing(copy) == ("extra.js", "utrecht-link.css")


def test_every_file_has_a_licence_whose_text_lies_beside_it() -> None:
    texts = {entry.licence for entry in refresh.read_lock() if entry.file.startswith("licences/")}
    assert {entry.licence for entry in refresh.read_lock()} == texts == {"EUPL-1.2", "OFL-1.1"}


def test_every_style_that_a_page_asks_for_is_there_and_every_locked_style_is_used() -> None:
    assert all((STATIC / style).is_file() for style in STYLES)
    locked = {f"vendor/{entry.file}" for entry in refresh.read_lock() if entry.file.endswith(".css")}
    assert locked == {style for style in STYLES if style.startswith("vendor/")}


def test_a_pointer_to_a_source_map_is_taken_out() -> None:
    assert refresh.cleaned(b"a{}\n/*# sourceMappingURL=a.css.map */\n", "a.css") == b"a{}\n"
    assert refresh.cleaned(b"a()\n//# sourceMappingURL=a.js.map\n", "a.js") == b"a()\n"


def test_the_address_of_a_file_changes_with_its_content() -> None:
    assert static("signaalbrug.css").startswith("/static/signaalbrug.css?v=")
    assert len({static(style).split("v=")[1] for style in STYLES}) == len(STYLES)


def test_no_file_of_ours_names_a_host() -> None:
    for file in STATIC.rglob("*"):
        if file.suffix in {".css", ".js"} and file.name != "voorbeeld-theme.css":
            assert "//" not in file.read_text("utf-8").replace("// ", ""), file.name
