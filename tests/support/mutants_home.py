"""A pytest plugin: what is tested is the mutated copy, never the checkout that is installed editable."""

import importlib
import os
from pathlib import Path

import pytest
from hypothesis import Phase, settings

HOME = "SIGNAALBRUG_MUTANT_HOME"
PACKAGES = ("schemas", "connectors", "streams", "signaalbrug", "tests")


def strangers(home: Path) -> list[str]:
    """The packages that would be imported from anywhere else than *home*."""
    found = {name: Path(str(importlib.import_module(name).__file__)).resolve() for name in PACKAGES}
    return [f"{name} comes from {path}" for name, path in found.items() if home.resolve() not in path.parents]


def pytest_configure() -> None:
    # nobody reads the smallest example of a mutant
    settings.register_profile("mutants", phases=[Phase.explicit, Phase.generate])
    settings.load_profile("mutants")
    elsewhere = strangers(Path(os.environ[HOME]))
    if elsewhere:
        raise pytest.UsageError(f"not the mutated copy is tested: {'; '.join(elsewhere)}")
