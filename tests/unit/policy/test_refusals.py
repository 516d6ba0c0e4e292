"""A policy that is not right never takes effect: loading it names the file, the line and what is wrong."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from streams.policy.load import HERE, PolicyRefused, load_bundle

CONVENANT, ROUTING, RULE = "convenant.toml", "routing.toml", "rules/school_and_debt.toml"


@dataclass(frozen=True)
class Wrong:
    """One replacement in one file of the real policy, and what must be said of it."""

    story: str
    file: str
    old: str
    new: str
    why: str
    at: str | None = None


GROUND = 'id = "wgs-3-1-b"'
CASES = (
    Wrong("no TOML", CONVENANT, 'version = "2026.1"', "version = ", "geen geldige TOML", "version = "),
    Wrong("a source that does not exist", CONVENANT, 'source = "debt_services"', 'source = "police"', "source"),
    Wrong("a signal kind that does not exist", CONVENANT, '"arrears_rent"', '"arrears_gold"', "kinds", "kinds ="),
    Wrong("a basis that is no basis", CONVENANT, 'basis = "statutory"', 'basis = "convenience"', "basis"),
    Wrong("a law that does not exist", CONVENANT, 'law = "wgs"', 'law = "common_sense"', "law"),
    Wrong("a retention without end", CONVENANT, "retention_days = 183", "retention_days = 99999", "retention_days"),
    Wrong("a retention of nothing", CONVENANT, "retention_days = 183", "retention_days = 0", "retention_days"),
    Wrong("no kinds at all", CONVENANT, 'kinds = ["wellbeing_referral"]', "kinds = []", "kinds", "kinds = []"),
    Wrong("an unknown key", CONVENANT, GROUND, GROUND + "\nsecret = true", "secret", "secret = true"),
    Wrong("a ground twice", CONVENANT, 'id = "lpw-toestemming"', GROUND, "komt twee keer voor"),
    Wrong("a ground without a law", CONVENANT, 'law = "wgs"\n', "", "law"),
    Wrong("a day that does not exist", CONVENANT, "2021-01-01", "2021-02-30", "TOML"),
    Wrong("a rung that is too high", CONVENANT, '"life_domain"', '"everything"', "rungs"),
    Wrong("an id with capitals", CONVENANT, GROUND, 'id = "WGS"', "id", 'id = "WGS"'),
    Wrong("an area for a team that is not there", ROUTING, 'team = "wijkteam-zuid"', 'team = "wijkteam-west"',
          "onbekend team", 'team = "wijkteam-west"'),
    Wrong("a team twice", ROUTING, 'id = "wijkteam-oost"', 'id = "wijkteam-noord"', "komt twee keer voor"),
    Wrong("an area twice", ROUTING, "BU99900102", "BU99900101", "komt twee keer voor"),
    Wrong("an area that is no area", ROUTING, "BU99900102", "Lage Weide", "code", 'code = "Lage Weide"'),
    Wrong("a contact of a source that does not exist", ROUTING, 'source = "veilig_thuis"', 'source = "x"',
          "source"),
    Wrong("an unknown key in the routing", ROUTING, 'version = "2026.1"', 'version = "2026.1"\nfax = 1',
          "fax", "fax = 1"),
    Wrong("a window without days", RULE, "window_days = 60", "window_days = 0", "window_days"),
    Wrong("an urgency that does not exist", RULE, '"this_week"', '"yesterday"', "urgency", "urgency ="),
    Wrong("a sector that does not exist", RULE, 'sectors = ["education", "debt"]', 'sectors = ["origin"]',
          "sectors"),
    Wrong("an input that no rule may have", RULE, "crisis_only = false", 'crisis_only = false\nnationality = "x"',
          "nationality", "nationality ="),
    Wrong("a text with an unknown field", RULE, "{regel}", "{score}", "sjabloon", "why ="),
    Wrong("a text with an open brace", RULE, "{regel}", "{", "sjabloon", "why ="),
    Wrong("a rule that its own example contradicts", RULE, "window_days = 60", "window_days = 61",
          "voorbeeld klopt niet: de 61e dag is te laat"),
    Wrong("an example that lies", RULE, "matches = true", "matches = false",
          "voorbeeld klopt niet: een kind verzuimt"),
    Wrong("a theme with a space", RULE, 'theme = "school_and_debt"', 'theme = "school and debt"', "theme",
          "theme ="),
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the policy as it stands."""
    copy = tmp_path / "policy"
    shutil.copytree(HERE, copy, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    return copy


def refused(folder: Path) -> PolicyRefused:
    with pytest.raises(PolicyRefused) as caught:
        load_bundle(folder)
    return caught.value


def test_the_policy_as_it_stands_loads(folder: Path) -> None:
    assert load_bundle(folder) == load_bundle()


@pytest.mark.parametrize("wrong", CASES, ids=lambda wrong: wrong.story)
def test_a_policy_is_refused_for(folder: Path, wrong: Wrong) -> None:
    file = folder / wrong.file
    text = file.read_text(encoding="utf-8")
    assert wrong.old in text
    file.write_text(text.replace(wrong.old, wrong.new, 1), encoding="utf-8")
    error = refused(folder)
    assert error.file == file
    assert wrong.why in error.why
    lines = file.read_text(encoding="utf-8").splitlines()
    assert 1 <= error.line <= len(lines)
    assert str(error).startswith(f"{file}:{error.line}: ")
    if wrong.at is not None:
        assert lines[error.line - 1].startswith(wrong.at), lines[error.line - 1]


def test_the_line_is_that_of_the_second_ground_when_the_second_is_wrong(folder: Path) -> None:
    file = folder / CONVENANT
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('basis = "consent"', 'basis = "hope"', 1), encoding="utf-8")
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[refused(folder).line - 1] == 'basis = "hope"'


def test_the_line_of_a_lying_example_is_where_it_begins(folder: Path) -> None:
    file = folder / RULE
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("window_days = 60", "window_days = 61"), encoding="utf-8")
    line = refused(folder).line
    following = file.read_text(encoding="utf-8").splitlines()[line - 1 :]
    assert following[0] == "[[example]]"
    assert following[1] == 'story = "de 61e dag is te laat"'


def test_two_rules_under_one_name_are_refused(folder: Path) -> None:
    text = (folder / RULE).read_text(encoding="utf-8")
    (folder / "rules/zz_copy.toml").write_text(text, encoding="utf-8")
    error = refused(folder)
    assert error.file.name == "zz_copy.toml"
    assert "komt twee keer voor" in error.why


def test_a_rule_needs_two_examples(folder: Path) -> None:
    text = (folder / RULE).read_text(encoding="utf-8")
    (folder / RULE).write_text(text[: text.index("[[example]]", text.index("[[example]]") + 1)], encoding="utf-8")
    assert "example" in refused(folder).why


def test_what_is_refused_is_said_without_the_value(folder: Path) -> None:
    file = folder / CONVENANT
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('source = "debt_services"', 'source = "999990019"', 1), encoding="utf-8")
    assert "999990019" not in refused(folder).why
