"""The demonstration's numbers are what the log says, neither more nor less."""

from datetime import UTC, datetime

from schemas.events.delivery import Delivery, RefusedRow
from schemas.following import Arrived
from schemas.identity import ReceiptId
from schemas.vocabulary import DeliveryKind, Refusal
from signaalbrug.demo.figures import Figures, figures
from signaalbrug.demo.log import arrived_in
from streams.runtime.memory import Memory
from tests.support.stories import absence, agreed, arrears, codec, dawn, joined, named, told, withdrew


def counted(arrived: list[Arrived]) -> Figures:
    return figures(arrived, codec())


def family() -> list[object]:
    return [
        joined("kind", into="huis"),
        joined("ouder", into="huis"),
        agreed("kind"),
        absence("kind", on=3),
        arrears("ouder", on=5),
    ]


def run(*said: object) -> Memory:
    return told([*said, dawn(10)])  # type: ignore[list-item]


def test_a_used_pair_of_signals_counts_twice_and_its_alert_once() -> None:
    seen = counted(arrived_in(run(*family())))
    assert dict(seen.fates) == {("used", "in_open_alert"): 2}
    assert seen.alerts == 1
    assert dict(seen.open_now) == {"wijkteam-noord": 1}


def test_a_withdrawn_consent_turns_the_fate_of_its_signal() -> None:
    seen = counted(arrived_in(run(*family(), withdrew("kind", on=6))))
    assert dict(seen.fates) == {("denied", "consent_withdrawn"): 1, ("kept_no_match", "no_rule_matched"): 1}
    assert seen.alerts == 1
    assert dict(seen.open_now) == {}


def test_a_signal_without_a_household_waits() -> None:
    seen = counted(arrived_in(run(arrears("iemand", on=5))))
    assert dict(seen.fates) == {("waiting", "no_household"): 1}


def test_decisions_on_use_are_counted_by_ground_and_reason() -> None:
    seen = counted(arrived_in(run(joined("kind", into="huis"), absence("kind", on=3))))
    assert {(allowed, reason) for allowed, _, reason in seen.decisions} == {(False, "never_asked")}


def test_rows_are_those_of_closed_deliveries() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    receipt = ReceiptId(named("receipt", "levering"))

    def delivery(kind: DeliveryKind, accepted: int) -> Delivery:
        refused = (RefusedRow(2, Refusal.BSN_INVALID, "BSN"),) if accepted else ()
        again = (4,) if accepted else ()
        return Delivery(kind, receipt, "debt_services", "0" * 64, 10, at, at, 4, accepted, again, refused)

    memory = Memory()
    memory.publish(delivery(DeliveryKind.OPENED, 0), delivery(DeliveryKind.CLOSED, 2))
    seen = counted(arrived_in(memory))
    assert dict(seen.accepted) == {"debt_services": 2}
    assert dict(seen.duplicates) == {"debt_services": 1}
    assert dict(seen.refused) == {("debt_services", "bsn_invalid"): 1}
