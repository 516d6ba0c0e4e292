"""The in-memory twin does what the vault does."""

from pathlib import Path

import pytest

from connectors.vault.api import Principal, Vault
from connectors.vault.brp_directory import directory_of
from connectors.vault.desk import Ceilings
from connectors.vault.memory import MemoryVault
from tests.support.brp_people import written
from tests.unit.vault.contract import CEILING, VaultContract
from tests.unit.vault.identity_contract import IdentityContract


class InMemory:
    def __init__(self, brp: Path | None = None) -> None:
        ceilings = Ceilings(of_source={"small_source": CEILING})
        self.vault = MemoryVault(ceilings=ceilings, directory=directory_of(brp))

    def serving(self, principal: Principal) -> Vault:
        return self.vault.serving(principal)

    def reveal_lines(self) -> list[tuple[str, str, str, str]]:
        return [(line.said, line.team, line.user, line.reason) for line in self.vault.store.reveals]

    def identity_lines(self) -> list[tuple[str, str, str]]:
        return [(line.said, line.user, line.reason) for line in self.vault.store.identities]


@pytest.fixture
def vaults(tmp_path: Path) -> InMemory:
    return InMemory(written(tmp_path))


class TestMemoryVault(VaultContract):
    """The whole contract."""


class TestIdentitiesInMemory(IdentityContract):
    """The whole contract of identities."""
