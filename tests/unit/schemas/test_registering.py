"""A release is remembered by its git tag: what it could write stays readable, under the ids it had."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from schemas.lints import Fault
from schemas.registering import check, main, register
from schemas.registry import HERE, known_versions
from schemas.released import release_tags, released_versions
from tests.unit.schemas.mutations import Edit, add, edited, everywhere, remove


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of schemas/ in a repository of its own, without tags."""
    copy = tmp_path / "schemas"
    shutil.copytree(HERE / "avro", copy / "avro")
    shutil.copy(HERE / "registry.json", copy / "registry.json")
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path)
    return copy


def git(repository: Path, *arguments: str) -> None:
    who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(repository), *who, *arguments], check=True, capture_output=True)


def commit(repository: Path) -> None:
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "--allow-empty", "-m", "a state")


def release(folder: Path, tag: str) -> None:
    commit(folder.parent)
    git(folder.parent, "tag", tag)


def write(folder: Path, stem: str, *edits: Edit) -> None:
    (folder / "avro" / f"{stem}.avsc").write_text(json.dumps(edited(stem, *edits)))


def again(folder: Path) -> list[tuple[str, int, int]]:
    rows = register(folder, released_versions(folder.parent))
    return [(row["subject"], row["version"], row["id"]) for row in rows]


MORE = add(name="remark_code", type=["null", "string"], default=None)


def test_without_tags_the_schemas_are_held_against_nothing(folder: Path) -> None:
    assert release_tags(folder.parent) == ()
    assert released_versions(folder.parent) == ()
    assert check(folder, ()) == ()


def test_outside_a_repository_there_are_no_releases(tmp_path: Path) -> None:
    assert released_versions(tmp_path / "nowhere") == ()


def test_the_repository_as_it_stands_may_be_released() -> None:
    assert check() == ()


def test_before_the_first_release_a_change_overwrites_the_version(folder: Path) -> None:
    before = {(v.subject, v.version): v.id for v in known_versions(folder)}
    write(folder, "calendar", remove("day"))
    assert again(folder) == [("calendar.v1-value", 1, before["calendar.v1-value", 1])]
    assert check(folder, ()) == ()


def test_a_file_out_of_step_with_the_registry_is_refused_until_it_is_registered(folder: Path) -> None:
    write(folder, "calendar", MORE)
    with pytest.raises(ValueError, match="schemas register"):
        check(folder, ())
    again(folder)
    assert check(folder, ()) == ()


def test_a_new_version_of_a_released_schema_gets_a_new_id_and_the_old_file_is_kept(folder: Path) -> None:
    release(folder, "v0.1.0")
    ids = [version.id for version in known_versions(folder)]
    write(folder, "consent", MORE)
    assert again(folder) == [("consent.v1-value", 2, max(ids) + 1)]
    assert (folder / "avro/released/consent.1.avsc").exists()
    versions = [v for v in known_versions(folder) if v.subject == "consent.v1-value"]
    assert [(v.version, v.schema) for v in versions] == [(1, edited("consent")), (2, edited("consent", MORE))]
    assert check(folder, released_versions(folder.parent)) == ()
    assert again(folder) == []


def test_one_file_of_five_topics_gives_five_new_versions_under_one_id(folder: Path) -> None:
    release(folder, "v0.1.0")
    write(folder, "signal", MORE)
    new = again(folder)
    assert [(subject.split(".")[0], version) for subject, version, _ in new] == [("signal", 2)] * 5
    assert len({id for _, _, id in new}) == 1
    assert check(folder, released_versions(folder.parent)) == ()


def test_a_new_doc_is_no_new_version(folder: Path) -> None:
    release(folder, "v0.1.0")
    write(folder, "signal", everywhere("Said otherwise"))
    assert again(folder) == []
    assert check(folder, released_versions(folder.parent)) == ()


def test_a_change_that_breaks_a_release_is_refused_after_registering(folder: Path) -> None:
    release(folder, "v0.1.0")
    write(folder, "delivery", remove("rows"))
    again(folder)
    found = check(folder, released_versions(folder.parent))
    assert {(each.where.split("/")[0].strip(), each.fault) for each in found} == {
        ("delivery.v1-value v2", Fault.RESOLUTION)
    }


def test_a_change_is_held_against_every_release_not_only_the_last(folder: Path) -> None:
    release(folder, "v0.1.0")
    write(folder, "consent", remove("valid_until"))
    again(folder)
    release(folder, "v0.2.0")
    write(folder, "consent", remove("valid_until"), add(name="valid_until", type=["null", "string"], default=None))
    again(folder)
    assert [v.version for v in released_versions(folder.parent) if v.subject == "consent.v1-value"] == [1, 2]
    found = check(folder, released_versions(folder.parent))
    assert Fault.TYPE_CHANGED in {each.fault for each in found}


def test_a_released_row_that_is_thrown_away_is_refused(folder: Path) -> None:
    release(folder, "v0.1.0")
    rows = json.loads((folder / "registry.json").read_text())
    (folder / "registry.json").write_text(json.dumps([r for r in rows if r["subject"] != "consent.v1-value"]))
    assert Fault.VERSION_VANISHED in {each.fault for each in check(folder, released_versions(folder.parent))}


def test_an_id_that_changes_its_meaning_between_releases_is_refused(folder: Path) -> None:
    release(folder, "v0.1.0")
    rows = json.loads((folder / "registry.json").read_text())
    rows[0]["id"] += 500
    (folder / "registry.json").write_text(json.dumps(rows))
    release(folder, "v0.2.0")
    with pytest.raises(ValueError, match="was another schema before"):
        released_versions(folder.parent)


def test_a_tag_on_another_branch_is_no_release_of_ours(folder: Path) -> None:
    git(folder.parent, "checkout", "-q", "-b", "side")
    write(folder, "calendar", MORE)
    release(folder, "v9.0.0")
    git(folder.parent, "checkout", "-q", "main")
    commit(folder.parent)
    assert release_tags(folder.parent) == ()


def test_other_tags_are_no_releases(folder: Path) -> None:
    release(folder, "vragen")
    assert release_tags(folder.parent) == ()


def test_a_new_subject_begins_at_version_one_with_the_next_id(folder: Path) -> None:
    rows = json.loads((folder / "registry.json").read_text())
    left = [row for row in rows if row["subject"] != "policy.v1-value"]
    (folder / "registry.json").write_text(json.dumps(left))
    assert again(folder) == [("policy.v1-value", 1, max(row["id"] for row in left) + 1)]


def test_the_command_answers_how_it_went(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert main(["nonsense"]) == 2
    assert "gebruik" in capsys.readouterr().out
