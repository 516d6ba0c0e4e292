"""Every alert rule fires on a series that it must see and is silent on one that it must not."""

import subprocess
from pathlib import Path

import pytest
import yaml

from signaalbrug.local.state import CHECKOUT
from tests.unit.frontdoor.test_prometheus import promtool

FOLDER = CHECKOUT / "deploy" / "prometheus"
RULES = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"][0]["rules"]
FILES = {path.name: yaml.safe_load(path.read_text()) for path in sorted(FOLDER.glob("*_test.yml"))}
TESTS = [test for file in FILES.values() for test in file["tests"]]


def said_by(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [promtool(), "test", "rules", *(path.name for path in folder.glob("*_test.yml"))],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_rules_do_what_their_tests_say() -> None:
    said = said_by(FOLDER)
    assert said.returncode == 0, said.stdout + said.stderr


def cases_of(alert: str) -> dict[str, dict[str, object]]:
    """The test files, each with what it asks of this alert alone."""
    about = {
        name: [
            test | {"alert_rule_test": [case for case in test["alert_rule_test"] if case["alertname"] == alert]}
            for test in file["tests"]
        ]
        for name, file in FILES.items()
    }
    kept = {name: [test for test in tests if test["alert_rule_test"]] for name, tests in about.items()}
    return {name: FILES[name] | {"tests": tests} for name, tests in kept.items() if tests}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_a_rule_that_never_fires_or_always_does_is_found(rule: dict[str, str], tmp_path: Path) -> None:
    for name, file in cases_of(rule["alert"]).items():
        (tmp_path / name).write_text(yaml.safe_dump(file))
    for expression, holds in ((rule["expr"], True), ("vector(0) > 1", False), ("vector(1)", False)):
        alone = {"groups": [{"name": "alone", "rules": [rule | {"expr": expression}]}]}
        (tmp_path / "alerts.yml").write_text(yaml.safe_dump(alone))
        said = said_by(tmp_path)
        assert (said.returncode == 0) is holds, (expression, said.stdout + said.stderr)


def test_every_rule_is_tested_both_ways_and_has_a_page() -> None:
    fires, silent = set(), set()
    for each in (case for test in TESTS for case in test["alert_rule_test"]):
        (fires if each["exp_alerts"] else silent).add(each["alertname"])
    names = {rule["alert"] for rule in RULES}
    assert len(names) == 9 and fires == silent == names
    for rule in RULES:
        page = CHECKOUT / rule["annotations"]["runbook"]
        assert page.read_text().startswith(f"# {rule['alert']}\n")


def test_prometheus_loads_the_rules() -> None:
    assert yaml.safe_load((FOLDER / "prometheus.yml").read_text())["rule_files"] == ["alerts.yml"]
