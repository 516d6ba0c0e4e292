"""A file that changes under the reader: what came in is accounted for, the rest is another delivery."""

import io

import pytest

from connectors.intake import Changed, take_in
from schemas.events.delivery import Delivery
from schemas.events.signal import Signal
from schemas.vocabulary import DeliveryKind
from tests.support.deliveries import CONNECTORS, Door, arrears, ddas_file, number


def test_a_file_that_changes_halfway_closes_with_what_came_in() -> None:
    door = Door()
    content = ddas_file(*(arrears(f"VS-{n}", number(n)) for n in range(1_200)))
    answers = iter([True, False])
    with pytest.raises(Changed):
        take_in(
            CONNECTORS["debt_services"], io.BytesIO(content), len(content), door.effects(), lambda: next(answers)
        )
    closed = door.log.events(Delivery)[-1]
    assert (closed.kind, closed.rows, closed.accepted) == (DeliveryKind.CLOSED, 500, 500)
    longer = ddas_file(*(arrears(f"VS-{n}", number(n)) for n in range(1_201)))
    taken = door.send("debt_services", longer)
    assert (taken.accepted, len(taken.duplicates)) == (701, 500)
    assert len({each.version for each in door.log.events(Signal)}) == len(door.log.events(Signal)) == 1_201


def test_a_vault_that_is_down_leaves_everything_as_it_was() -> None:
    from connectors.vault.api import VaultDown

    door = Door()

    class Down:
        def open_receipt(self, *_: object) -> None:
            raise VaultDown

    working, door.vault = door.vault, Down()  # type: ignore[assignment]
    with pytest.raises(VaultDown):
        door.send("debt_services", ddas_file(arrears()))
    assert door.log.records == []
    door.vault = working
    assert door.send("debt_services", ddas_file(arrears())).accepted == 1


def test_a_vault_that_goes_down_halfway_is_asked_again_for_the_rest() -> None:
    from connectors.vault.api import VaultDown

    door = Door()
    content = ddas_file(*(arrears(f"VS-{n}", number(n)) for n in range(1_200)))
    working = door.vault

    class Failing:
        """Answers twice."""

        asked = 0

        def __getattr__(self, name: str) -> object:
            if name == "pseudonymise_many":
                self.asked += 1
                if self.asked > 2:
                    raise VaultDown
            return getattr(working, name)

    door.vault = Failing()  # type: ignore[assignment]
    with pytest.raises(VaultDown):
        door.send("debt_services", content)
    assert len(door.log.events(Signal)) == 1_000
    door.vault = working
    taken = door.send("debt_services", content)
    assert (taken.accepted, len(door.log.events(Signal))) == (1_200, 1_200)
