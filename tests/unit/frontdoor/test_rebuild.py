"""Every exit 6 names one command, and that command exists and says what to do."""

import ast
import re
from pathlib import Path

import pytest

from connectors.registers_process import REPAIR as OF_REGISTERS
from connectors.wijkteam.process import REPAIR as OF_FEED
from schemas.following import rebuild_command
from schemas.rebuilding import Gap, Rebuilt, gap_between
from signaalbrug.commands import rebuild as verb
from signaalbrug.commands.rebuild import NAMES, rebuild
from signaalbrug.refusing import Unwilling
from streams.runtime.rebuilding import went_on_at
from streams.runtime.restoring import repair_of
from streams.trail.process import REPAIR as OF_TRAIL

ROOT = Path(__file__).parents[3]


def test_every_exit_6_names_a_rebuild_that_exists() -> None:
    named = [OF_REGISTERS, OF_FEED, OF_TRAIL, *map(repair_of, ("person", "household")), rebuild_command("intake")]
    assert sorted(named) == sorted(rebuild_command(name) for name in NAMES)


def test_nobody_writes_another_repair() -> None:
    """A repair is said by `rebuild_command`; a text of one's own could name what does not exist."""
    found = set()
    for path in [*(ROOT / "schemas").glob("*.py"), *ROOT.glob("connectors/**/*.py"), *ROOT.glob("streams/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= set(re.findall(r"signaalbrug (?:repair|rebuild)[^`\n]*", node.value))
    assert found <= {"signaalbrug rebuild ", "signaalbrug rebuild person|household"}


def test_what_cannot_be_rebuilt_is_refused_with_what_can() -> None:
    with pytest.raises(Unwilling) as refused:
        rebuild("vault", False)
    assert refused.value.repair == "signaalbrug rebuild person|household|trail|feed|registers|intake"


def test_without_environment_and_state_folder_it_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SIGNAALBRUG_BROKER", raising=False)
    monkeypatch.setenv("SIGNAALBRUG_STATE", str(tmp_path / "nowhere"))
    with pytest.raises(Unwilling, match="SIGNAALBRUG_BROKER is not set") as refused:
        rebuild("person", True)
    assert refused.value.repair == "signaalbrug up"


def test_the_end_says_what_comes_next() -> None:
    assert verb._end("feed", 0, False) == "feed fits the log again; start its process"
    assert "ask for what was missed (docs/runbooks/rebuild.md)" in verb._end("feed", 2, False)
    assert (ROOT / "docs/runbooks/rebuild.md").exists()
    dry = verb._end("feed", 2, True)
    assert dry == "nothing was changed; stop the process first, then signaalbrug rebuild feed"


def test_a_gap_is_told_by_topic_partition_and_offsets() -> None:
    missed = Gap("alert.v1", 3, expected=10, first=25, end=90)
    assert str(missed) == "alert.v1 partition 3: offsets 10 to 24 are missed for ever (15)"
    cut = Gap("alert.v1", 3, expected=10, first=0, end=4)
    assert str(cut) == "alert.v1 partition 3: the log ends at 4, the books were at 10"
    told = list(Rebuilt("feed", 2, (missed, cut)).lines())
    assert told == ["feed: 2 forgotten that no longer stand on their topic", str(missed), str(cut)]


@pytest.mark.parametrize(
    ("expected", "first", "end", "is_gap", "place"),
    [(10, 0, 90, False, 10), (10, 10, 10, False, 10), (10, 11, 90, True, 11), (10, 0, 9, True, 0)],
)
def test_a_step_goes_on_where_the_log_has_it(expected: int, first: int, end: int, is_gap: bool, place: int) -> None:
    assert (gap_between("consent.v1", 0, expected, first, end) is not None) == is_gap
    assert went_on_at("consent.v1", expected, first, end) == place


def test_team_decisions_of_a_log_that_was_cut_are_not_decided_twice() -> None:
    assert went_on_at("team-decision.v1", 10, 0, 9) == 9
    assert went_on_at("team-decision.v1", 10, 11, 90) == 11
