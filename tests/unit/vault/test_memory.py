"""The in-memory twin does what the vault does."""

import pytest

from connectors.vault.api import Principal, Vault
from connectors.vault.desk import Ceilings
from connectors.vault.memory import MemoryVault
from tests.unit.vault.contract import CEILING, VaultContract


class InMemory:
    def __init__(self) -> None:
        self.vault = MemoryVault(ceilings=Ceilings(of_source={"small_source": CEILING}))

    def serving(self, principal: Principal) -> Vault:
        return self.vault.serving(principal)

    def reveal_lines(self) -> list[tuple[str, str, str, str]]:
        return [(line.said, line.team, line.user, line.reason) for line in self.vault.store.reveals]


class TestMemoryVault(VaultContract):
    @pytest.fixture
    def vaults(self) -> InMemory:
        return InMemory()
