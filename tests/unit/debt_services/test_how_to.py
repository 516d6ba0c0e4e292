"""What the how-to shows is what the connector takes, and it tells what to do about every refusal."""

import re
from pathlib import Path

import connectors
from connectors.debt_services.csv_lines import ATTESTED, PROFILE
from connectors.debt_services.said import KIND_OF, WITHDRAWN
from connectors.manifest import manifest_of
from tests.unit.debt_services.files import drafted

TEXT = (Path(connectors.__file__).parents[1] / "docs/how_to/connect_debt_services.md").read_text()


def test_its_example_is_accepted_with_all_that_was_done() -> None:
    (example,) = re.findall(r"```\n(kenmerk;.*?)```", TEXT, re.DOTALL)
    assert drafted(example.encode()).attestations == frozenset(ATTESTED.values())


def test_it_names_every_column_every_kind_every_withdrawal_and_every_refusal() -> None:
    days = {f"{name}_op" for name in ATTESTED}
    for name in (PROFILE.required | PROFILE.optional | frozenset(KIND_OF) | WITHDRAWN) - days:
        assert f"`{name}`" in TEXT, name
    for reason in manifest_of("debt_services").refuses:
        assert f"`{reason.value}`" in TEXT, reason
