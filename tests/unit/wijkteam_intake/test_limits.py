"""What connector.toml says of a source is what its connector keeps to."""

from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from connectors.consent_register import way_in as consent_register
from connectors.general_practice import way_in as general_practice
from connectors.manifest import manifest_of
from connectors.veilig_thuis import way_in as veilig_thuis
from connectors.wijkteam_intake import way_in as wijkteam_intake


@pytest.mark.parametrize("source", [consent_register, general_practice, veilig_thuis, wijkteam_intake])
def test_every_limit_of_the_manifest_is_that_of_the_connector(
    monkeypatch: pytest.MonkeyPatch, source: ModuleType
) -> None:
    agreed: dict[str, Any] = {"largest_file": 1_000, "suffixes": (".json",), "most_per_person": 3}
    monkeypatch.setattr(source, "manifest_of", lambda name: replace(manifest_of(name), **agreed))
    connector = source.way_in("9990")
    assert {name: getattr(connector, name) for name in agreed} == agreed
