"""An advice or a report by the police cannot be published: not by any delivery that holds one, in any place."""

import inspect
import io
import json
import os
import typing
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from connectors.connector import Delivered, RawRecord, Refused, SignalDraft
from connectors.intake import take_in
from connectors.veilig_thuis import model
from connectors.veilig_thuis.codes import FOLLOWS, LISTS
from connectors.veilig_thuis.normalise import normalise
from schemas.events.delivery import Quarantined
from schemas.events.signal import Signal
from schemas.vocabulary import Refusal
from tests.support.deliveries import CONNECTORS, NOW, NUMBERS, Door
from tests.support.handovers import handover, handover_file, person

SEED = int(os.environ.get("SIGNAALBRUG_SEED", "20261128"))
ADVICE, POLICE = Refusal.ADVICE_RECORD, Refusal.POLICE_SOURCE

TRAITS = [
    ({"meldingnummer": "AD90001"}, ADVICE),
    ({"meldingnummer": " ad90001 "}, ADVICE),
    ({"meldingnummer": "AD-90001"}, ADVICE),
    ({"adviesnummer": "90001"}, ADVICE),
    ({"adviezen": []}, ADVICE),
    ({"Advies": ""}, ADVICE),
    ({"vervolg": "03"}, ADVICE),
    ({"vervolg": 3}, ADVICE),
    ({"vervolg": " 3 "}, ADVICE),
    ({"vervolg": ["02", "03"]}, ADVICE),
    ({"hoedanigheid": "01"}, POLICE),
    ({"hoedanigheidMelder": 1}, POLICE),
    ({"hoedanigheidMelder": ["08", "01"]}, POLICE),
    ({"melder": "Politie Testregio"}, POLICE),
    ({"melder": {"hoedanigheid": {"code": "01"}}}, POLICE),
    ({"melder": {"soort": "politie"}}, POLICE),
    ({"vervolg": {"code": "03"}}, ADVICE),
    ({"zaak": {"zaaknummer": ["AD90001"]}}, ADVICE),
]


def test_no_type_of_the_connector_has_a_place_for_an_advice_a_cause_or_a_reporter() -> None:
    fields = {*model.Overdracht.model_fields, *model.Betrokkene.model_fields}
    lists = ("advies", "aanleiding", "aard", "hoedanigheid", "melder", "uitkomst", "contact")
    assert not [name for name in fields if any(part in name.casefold() for part in lists)]
    assert not [name for name in SignalDraft.__dataclass_fields__ if any(part in name for part in lists)]
    assert set(LISTS["vervolg_melding"]) - {"03"} == FOLLOWS
    loose = [each for each in typing.get_type_hints(model.Overdracht).values() if each in (Any, object, dict)]
    assert loose == [] and 'extra="forbid"' in inspect.getsource(model)


@pytest.mark.parametrize(("trait", "expected"), TRAITS, ids=str)
@pytest.mark.parametrize("beside", [False, True])
def test_the_whole_delivery_is_refused_and_nothing_of_it_is_kept(
    trait: dict[str, Any], expected: Refusal, beside: bool
) -> None:
    door = Door()
    bad = handover(**trait)
    taken = door.send(
        "veilig_thuis", handover_file(*([handover(meldingnummer="ML90002"), bad] if beside else [bad]))
    )
    assert [(each.row, each.reason) for each in taken.refused] == [(0, expected)]
    (kept,) = door.log.events(Quarantined)
    assert kept.sealed == b"" and door.log.events(Signal) == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"AD90001|06|15\n", ADVICE),
        (b"ML90001|01|01|20260312|08|02|OZ90001|999990020|20180501|V\nAD90001|06|15\n", ADVICE),
        (b"ML90001|01|01|20260312|08|03||999990020|20180501|V\n", ADVICE),
        (b"ML90001|01|01|20260312|01|02|OZ90001|999990020|20180501|V\n", POLICE),
    ],
)
def test_a_record_of_the_protocol_is_refused_for_what_it_is(content: bytes, expected: Refusal) -> None:
    taken = Door().send("veilig_thuis", content)
    assert [(each.row, each.reason) for each in taken.refused] == [(0, expected)]


@pytest.mark.parametrize(("trait", "expected"), TRAITS, ids=str)
def test_a_row_that_was_kept_is_not_redriven_either(trait: dict[str, Any], expected: Refusal) -> None:
    row = {name: value for name, value in handover(**trait).items() if name != "betrokkenen"}
    refused = normalise("9990", RawRecord(1, b"raw", row | {"betrokkene": person()}), NOW.date())
    assert isinstance(refused, Refused) and (refused.reason, refused.raw) == (expected, b"")


@pytest.mark.parametrize(("trait", "expected"), TRAITS, ids=str)
def test_a_row_that_got_past_the_reader_is_not_published_and_not_kept(
    trait: dict[str, Any], expected: Refusal
) -> None:
    row = {name: value for name, value in handover(**trait).items() if name != "betrokkenen"}
    record = RawRecord(1, b"what it said", row | {"betrokkene": person()})
    connector = replace(
        CONNECTORS["veilig_thuis"], delivered=lambda file: Delivered(None), read=lambda file: iter([record])
    )
    door = Door()
    taken = take_in(connector, io.BytesIO(b"x"), 1, door.effects())
    assert [(each.row, each.reason) for each in taken.refused] == [(1, expected)]
    (kept,) = door.log.events(Quarantined)
    assert kept.sealed == b"" and door.log.events(Signal) == []


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text("ab01", max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "rol", "aard"]), inner, max_size=2)
    ),
    max_leaves=4,
)
PLACES = st.sampled_from(["head", "person", "deep", "alone"])


@st.composite
def deliveries(draw: st.DrawFn) -> bytes:
    """Good hand-overs and one that holds an advice or a police source, at any place, among anything."""
    trait, _ = draw(st.sampled_from(TRAITS))
    extra = draw(st.dictionaries(st.sampled_from(["vtContact", "x", "gemeentecode"]), JUNK, max_size=1))
    match draw(PLACES):
        case "head":
            bad = handover(**(extra | trait))
        case "person":
            bad = handover(person() | trait, **extra)
        case "deep":
            bad = handover(**(extra | {"x": [{"y": trait}]}))
        case _:
            bad = {**extra, **trait}
    good = [handover(person(NUMBERS[n]), meldingnummer=f"ML9100{n}") for n in range(draw(st.integers(0, 3)))]
    at = draw(st.integers(0, len(good)))
    mixed = [*good[:at], bad, *good[at:]]
    return json.dumps(mixed if good else draw(st.sampled_from([bad, [bad]]))).encode()


@seed(SEED)
@settings(max_examples=150, deadline=None, database=None, print_blob=True, suppress_health_check=list(HealthCheck))
@given(content=deliveries())
def test_no_input_that_holds_an_advice_or_a_police_source_publishes_anything(content: bytes) -> None:
    door = Door()
    taken = door.send("veilig_thuis", content)
    assert taken.status == "refused" and door.log.events(Signal) == []
    assert {each.reason for each in taken.refused} <= {ADVICE, POLICE}
    assert all(each.sealed == b"" for each in door.log.events(Quarantined))


def test_without_the_trait_the_same_delivery_is_published() -> None:
    """The property above could not fail otherwise."""
    door = Door()
    door.send("veilig_thuis", handover_file(handover(), handover(person(NUMBERS[0]), meldingnummer="ML90002")))
    assert len(door.log.events(Signal)) == 2


def test_a_contact_that_names_the_police_is_dropped_unread() -> None:
    door = Door()
    door.send("veilig_thuis", handover_file(handover(vtContact={"melder": "politie", "advies": "AD90001"})))
    assert len(door.log.events(Signal)) == 1


def test_what_only_looks_like_one_is_refused_as_a_row_alone() -> None:
    door = Door()
    taken = door.send(
        "veilig_thuis", handover_file(handover(melder={"soort": "overig"}), handover(meldingnummer="ML2"))
    )
    assert [(each.row, each.reason) for each in taken.refused] == [(1, Refusal.FIELD_NOT_ALLOWED)]
    assert len(door.log.events(Signal)) == 1
