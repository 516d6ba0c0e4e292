"""The search for canaries refuses what it must: each leak here is planted, and found."""

import base64
import hashlib
import logging
from collections.abc import Callable
from dataclasses import replace

import pytest
import structlog
from prometheus_client import REGISTRY, Counter

from connectors.connector import RawRecord, Refused
from connectors.vault.api import VaultDown
from schemas.record import OutRecord
from schemas.vocabulary import Refusal
from tests.support.deliveries import CONNECTORS, Door, Log, arrears, ddas_file
from tests.unit.bad_inputs.heard import CANARY, Heard, forms, leaks, left_by, listening, spoken, told

DEBT = "debt_services"
FILE = ddas_file(arrears("VS-1"))


def record(**changes: object) -> OutRecord:
    return replace(OutRecord("signal.v1", 0, b"key", b"value", ()), **changes)  # type: ignore[arg-type]


RECORDS = {
    "a key": record(key=CANARY.encode()),
    "a value": record(value=b"\x02" + CANARY.encode() + b"\x00"),
    "a header": record(headers=(("ce_source", CANARY.encode()),)),
    "the name of a header": record(headers=((CANARY, b""),)),
    "a topic": record(topic=f"signal-{CANARY}"),
}


@pytest.mark.parametrize("what", RECORDS)
def test_in_a_record(what: str) -> None:
    door = Door()
    door.log.records.append(RECORDS[what])
    assert leaks(left_by(door), [CANARY]) == [CANARY]
    door.log.records.clear()
    assert leaks(left_by(door), [CANARY]) == []


def _ours(door: Door, _: Heard) -> None:
    structlog.get_logger().warning("parked", reason=CANARY)


def _as_event(door: Door, _: Heard) -> None:
    structlog.get_logger().info(f"row {CANARY}")


def _of_a_library(door: Door, _: Heard) -> None:
    logging.getLogger("lxml").debug("parsed %s", CANARY)


def _its_exception(door: Door, _: Heard) -> None:
    logging.getLogger("pydantic").error("failed", exc_info=ValueError(CANARY))


def _printed(door: Door, _: Heard) -> None:
    print(CANARY)  # noqa: T201


@pytest.mark.parametrize("plant", [_ours, _as_event, _of_a_library, _its_exception, _printed])
def test_in_what_is_logged_or_printed(plant: Callable[[Door, Heard], None]) -> None:
    with listening() as heard:
        plant(Door(), heard)
        assert leaks(heard.all(), [CANARY]) == [CANARY]


def test_a_librarys_text_is_heard_by_the_search_and_not_by_an_operator() -> None:
    with listening() as heard:
        logging.getLogger("lxml").warning("parsed %s", CANARY)
    assert CANARY in heard.libraries.getvalue() and CANARY not in heard.output.getvalue()
    assert '"source": "lxml"' in heard.output.getvalue()


def raised(error: BaseException, cause: BaseException | None = None) -> BaseException:
    try:
        try:
            raise cause or KeyError("nothing")
        except BaseException:
            raise error  # noqa: B904 – the context is what is looked for
    except BaseException as caught:
        return caught


def _noted() -> BaseException:
    error = ValueError("broken")
    error.add_note(CANARY)
    return error


def _holding() -> BaseException:
    error = ValueError("broken")
    error.row = CANARY  # type: ignore[attr-defined]
    return error


ERRORS: dict[str, Callable[[], BaseException]] = {
    "its text": lambda: ValueError(f"row {CANARY}"),
    "its parts": lambda: VaultDown(("row", CANARY)),
    "what it came from": lambda: raised(VaultDown(), ValueError(CANARY)),
    "a note": _noted,
    "what it holds": _holding,
    "what was decoded": lambda: UnicodeDecodeError("utf-8", CANARY.encode(), 0, 1, "wrong"),
}


@pytest.mark.parametrize("what", ERRORS)
def test_in_an_error(what: str) -> None:
    assert leaks(spoken(ERRORS[what]()), [CANARY]) == [CANARY]


def test_in_an_error_that_is_raised_from_none_but_still_remembers() -> None:
    def hidden() -> None:
        try:
            int(CANARY)
        except ValueError:
            raise VaultDown from None

    with pytest.raises(VaultDown) as caught:
        hidden()
    assert leaks(spoken(caught.value), [CANARY]) == [CANARY]


def test_in_the_place_that_a_connector_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connector that says what stood there, where it may only say in which field."""
    talks = replace(CONNECTORS[DEBT], normalise=lambda row, _: Refused(row.row, Refusal.FIELD_INVALID, CANARY))
    monkeypatch.setitem(CONNECTORS, DEBT, talks)
    door = Door()
    assert leaks(told(door, DEBT, FILE), [CANARY]) == [CANARY]
    assert leaks(left_by(door), [CANARY]) == [CANARY], "it is published and written down too"


class Showing(RawRecord):
    def __repr__(self) -> str:
        return f"row {self.raw!r}"


def test_in_the_text_of_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [Showing(1, CANARY.encode(), None)]
    shows = replace(
        CONNECTORS[DEBT],
        read=lambda _: iter(rows),
        normalise=lambda row, _: Refused(row.row, Refusal.FIELD_INVALID),
    )
    monkeypatch.setitem(CONNECTORS, DEBT, shows)
    assert leaks(told(Door(), DEBT, FILE), [CANARY]) == [CANARY]


def test_in_an_error_of_the_broker() -> None:
    door = Door()
    door.log = Broken()
    assert leaks(told(door, DEBT, FILE), [CANARY]) == [CANARY]


class Broken(Log):
    def publish(self, records: object) -> None:
        raise ValueError(CANARY)


def test_in_the_label_of_a_metric() -> None:
    counter = Counter("signaalbrug_planted", "A leak", ["name"])
    try:
        counter.labels(CANARY).inc()
        assert leaks(left_by(Door()), [CANARY]) == [CANARY]
    finally:
        REGISTRY.unregister(counter)
    assert leaks(left_by(Door()), [CANARY]) == []


@pytest.mark.parametrize(
    "written",
    [
        CANARY.upper(),
        CANARY[::-1],
        CANARY.encode().hex().upper(),
        base64.b64encode(f"1{CANARY}22".encode()).decode(),
        base64.b64encode(f"22{CANARY}1".encode()).decode(),
        base64.b64encode(f"333{CANARY}".encode()).decode(),
        hashlib.sha256(CANARY.encode()).hexdigest(),
        hashlib.md5(CANARY.encode()).hexdigest(),
    ],
)
def test_in_other_letters(written: str) -> None:
    assert leaks(f"… {written} …", [CANARY]) == [CANARY]


def test_what_only_looks_like_it_is_no_leak() -> None:
    assert leaks("kanarie-7f3b kanarie 7f3a", [CANARY]) == []
    assert len(set(forms(CANARY))) == len(list(forms(CANARY))) - 1, "only what needs no quoting is the same twice"
