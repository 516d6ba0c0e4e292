"""bad_inputs.md C1: a number that is no BSN refuses its row, in every format of every source, unrepaired."""

import pytest

from connectors.bsn import Bsn
from connectors.sources import SOURCES
from schemas.events.delivery import Quarantined
from schemas.events.register import Consent
from schemas.events.signal import Signal
from schemas.sealing import unseal
from schemas.vocabulary import Refusal, Stage
from tests.support.deliveries import PRIVATE, Door
from tests.unit.bad_inputs.heard import leaks, listening, told
from tests.unit.bad_inputs.places import Place, places

_TAILS = (
    *(("burgerservicenummer",), ("Burgerservicenummer",), ("BSN",)),
    ("Persoonsgebonden nummer leerling / deelnemer",),
    *(("patient", "identifier", "value"), ("Patient", "identifier", "value"), ("subject", "identifier", "value")),
)
WHERE = tuple(
    each for source in SOURCES for each in places(source) if any(each.path[-len(tail) :] == tail for tail in _TAILS)
)
NO_BSN = {
    "it fails the elfproef": "999990018",
    "a zero before it was lost": "99990019",
    "ten digits": "9999900190",
    "dots": "9999.90.019",
    "a space inside": "9999 90019",
    "a no-break space inside": "9999\u00a090019",
    "the digits of another script": "٩٩٩٩٩٠٠١٩",
    "wide digits": "９９９９９００１９",
    "a sign": "+99990019",
    "letters": "NL9990019",
    "an exponent": "9.9999e08",
    "the one of forms and examples": "1" * 8 + "0",
}


def sent(place: Place, value: str) -> tuple[Door, list[tuple[int, Refusal]]]:
    door = Door()
    return door, [(each.row, each.reason) for each in door.send(place.source, place.with_value(value)).refused]


def test_every_source_has_a_number_in_every_format() -> None:
    assert {each.source for each in WHERE} == set(SOURCES)
    assert {each.kind for each in WHERE} == {"json", "xml", "csv"}


@pytest.mark.parametrize("place", WHERE, ids=lambda place: place.name)
def test_another_number_that_is_one_is_taken_there(place: Place) -> None:
    """The check that must refuse: it is the number, and nothing else, for which the rows below are refused."""
    _, refused = sent(place, "999990019")
    assert Refusal.BSN_INVALID not in [reason for _, reason in refused]


@pytest.mark.parametrize("what", NO_BSN)
@pytest.mark.parametrize("place", WHERE, ids=lambda place: place.name)
def test_c1_a_number_that_is_no_bsn_is_refused_and_kept_as_it_was_written(place: Place, what: str) -> None:
    door, refused = sent(place, NO_BSN[what])
    assert Refusal.BSN_INVALID in [reason for _, reason in refused]
    kept = [each for each in door.log.events(Quarantined) if each.reason is Refusal.BSN_INVALID]
    assert all(each.stage is Stage.IDENTITY and each.field for each in kept)
    assert any(NO_BSN[what] in unseal(PRIVATE, each.sealed).decode() for each in kept)
    about = {each.row for each in door.log.events(Signal)} | {each.row for each in door.log.events(Consent)}
    assert not about & {row for row, _ in refused}


@pytest.mark.parametrize("place", WHERE, ids=lambda place: place.name)
def test_c1_nothing_but_zeros_is_nobody(place: Place) -> None:
    """Veilig Thuis writes zeros where it knows no number: there it is one that is missing."""
    _, refused = sent(place, "000000000")
    nobody = {Refusal.BSN_MISSING} if place.source == "veilig_thuis" else {Refusal.BSN_INVALID}
    assert nobody <= {reason for _, reason in refused}


@pytest.mark.parametrize("place", WHERE, ids=lambda place: place.name)
def test_c1_spaces_around_a_number_belong_to_the_format_or_refuse_it(place: Place) -> None:
    """In CSV and XML the space around a text is no part of it; in JSON everything between the quotes is."""
    _, refused = sent(place, " 999990019 ")
    fhir = place.source == "general_practice"
    assert (Refusal.BSN_INVALID in [reason for _, reason in refused]) == (place.kind == "json" or fhir)


@pytest.mark.parametrize("place", [each for each in WHERE if each.kind == "json"], ids=lambda place: place.name)
def test_c1_a_number_without_quotes_is_no_text(place: Place) -> None:
    door = Door()
    content = place.with_value("999990019")
    assert content.count(b'"999990019"') >= 1
    unquoted = content.replace(b'"999990019"', b"999990019", 1)
    assert door.send(place.source, unquoted).refused


@pytest.mark.parametrize("place", WHERE, ids=lambda place: place.name)
def test_c1_a_refused_number_is_told_nowhere(place: Place) -> None:
    with listening() as heard:
        said = told(Door(), place.source, place.with_value("999990018"))
    assert leaks(said + heard.all(), ["999990018"]) == []


@pytest.mark.parametrize("what", NO_BSN)
def test_c1_no_such_text_becomes_a_bsn(what: str) -> None:
    assert Bsn.parse(NO_BSN[what]) is None
    assert isinstance(Bsn.parse("999990019"), Bsn)
