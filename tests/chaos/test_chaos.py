"""A tenth of the chaos run, as part of every test run; `make chaos` is the whole of it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chaos.plan import TENTH
from tests.chaos.run import run

pytestmark = [pytest.mark.integration, pytest.mark.chaos]
SIGNALS, SEED = 500, 20_264


@pytest.mark.parametrize("delivery", ["faust", "native"])
def test_nothing_is_lost_or_doubled_whatever_dies(
    delivery: str, tmp_path: Path, figures: Callable[[str], None]
) -> None:
    outcome = run(SEED, delivery, SIGNALS, TENTH, print, tmp_path / "state")
    for name, figure in outcome.figures.items():
        figures(f"{name}: {figure}")
    assert [str(finding) for each in outcome.checked for finding in each.findings] == []
    assert len(outcome.checked) >= 15 and outcome.holds
