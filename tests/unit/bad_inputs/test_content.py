"""bad_inputs.md C9 to C11: text where a code belongs, text that would do something, and what nobody may send."""

import io
import json

import pytest
import structlog

from connectors.connector import RawRecord
from connectors.sources import SOURCES
from schemas.events.delivery import Quarantined
from schemas.sealing import unseal
from schemas.vocabulary import Refusal
from tests.support.deliveries import CONNECTORS, PRIVATE, Door
from tests.unit.bad_inputs.heard import CANARY, leaks, listening, told
from tests.unit.bad_inputs.places import Holder, Place, holders, named, places, samples

#: Names under which only a closed list may stand; of FHIR those that every resource of ours must have.
CODES: dict[str, tuple[str, ...]] = {
    "debt_services": (
        *("type", "status", "crisissignaal", "warmeOverdracht", "resultaat", "gemeentecode", "soort", "crisis"),
        *("bereikt", "dagdeel", "warme_overdracht", "contact_gezocht", "op_schuldhulp_gewezen"),
        *("schriftelijk_herinnerd", "doorgeven_aangeboden"),
    ),
    "school_attendance": (
        *("Verzuimsoort", "StatusMeldingRelatiefVerzuim", "RedenMeldingAfgesloten", "Gemeentecode"),
        *("Vermoedelijke soort verzuim", "Status melding", "Reden melding afgesloten"),
    ),
    "consent_register": ("verklaring", "bron", "doel", "gegevenDoor", "gezag"),
    "general_practice": ("resourceType", "status", "intent", "type"),
    "veilig_thuis": (
        *("vervolg", "vervolgOnderzoek", "grondslag", "betrokkeneGeinformeerd", "bronBeschermd", "rol"),
        *("ingetrokken", "verlengingen", "belEerst", "gemeentecode"),
    ),
    "wijkteam_intake": ("leefgebied", "crisis", "ingetrokken"),
}
CODE_PLACES = tuple(each for source in SOURCES for each in named(source, *CODES[source]))
STORY = f"{CANARY} Jansen, 999990019, depressie"


def refused(door: Door, source: str, content: bytes) -> set[Refusal]:
    return {each.reason for each in door.send(source, content).refused}


def kept(door: Door) -> bytes:
    """What only the holder of the quarantine key can read."""
    return b"".join(unseal(PRIVATE, each.sealed) for each in door.log.events(Quarantined) if each.sealed)


def test_every_name_of_a_code_stands_in_a_sample() -> None:
    for source, names in CODES.items():
        assert {each.path[-1] for each in CODE_PLACES if each.source == source} == set(names)
    assert set(CODES) == set(SOURCES)


@pytest.mark.parametrize("place", CODE_PLACES, ids=lambda place: place.name)
def test_c9_a_story_in_a_field_of_codes_is_refused_and_told_nowhere(place: Place) -> None:
    """Whatever can be mended waits sealed for 30 days; nothing of it is ever said."""
    with listening() as heard:
        door = Door()
        said = told(door, place.source, place.with_value(STORY))
    assert leaks(said + heard.all(), (CANARY, "999990019", "depressie")) == []
    no = {each.reason for each in door.log.events(Quarantined)}
    codes = {Refusal.FIELD_INVALID, Refusal.OUTSIDE_AREA, Refusal.FIELD_NOT_ALLOWED}
    assert no & codes and no <= codes | {Refusal.CONSENT_NEEDED}


@pytest.mark.parametrize(
    "place",
    [each for each in places("general_practice") if each.path[-3:] == ("reasonCode", "coding", "code")],
    ids=lambda place: place.name,
)
@pytest.mark.parametrize("reason", ["P76", "F20.0", "Z12", STORY])
def test_c9_a_diagnosis_where_a_reason_belongs_is_not_even_kept_sealed(place: Place, reason: str) -> None:
    door = Door()
    no = refused(door, place.source, place.with_value(reason))
    assert (Refusal.FIELD_NOT_ALLOWED in no) == (reason != "Z12"), "of a social reason the life domain is taken"
    assert reason.encode() not in kept(door) + door.log.everything()


MARK = "m3rkteken"
INJECTIONS = {
    "markup, SQL, templates and formulas": (
        f"=1+1<script>{MARK}</script>'\";DROP TABLE x;--{{{{7*7}}}}${{jndi:ldap://x}}%s%n"
    ),
    "another line of a log": f'{MARK}\r\n{{"event": "delivery_taken", "source": "{MARK}"}}',
    "a terminal": f"{MARK}\x1b[2J\x1b]0;{MARK}\x07",
}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("what", INJECTIONS)
def test_c10_text_that_would_do_something_somewhere_does_nothing_here(source: str, what: str) -> None:
    """Taken or refused: not a letter of it is on a topic, in the books, in a metric, an error or a log."""
    with listening() as heard:
        for place in places(source):
            door = Door()
            said = told(door, source, place.with_value(INJECTIONS[what]))
            assert leaks(said, [MARK]) == [], place.name
            assert door.log.records, "it has an outcome"
    assert MARK not in heard.all()


@pytest.mark.parametrize("source", SOURCES)
def test_c10_after_all_of_them_the_next_good_file_is_taken(source: str) -> None:
    door, good = Door(), samples(source)[-1].read_bytes()
    for what in INJECTIONS.values():
        for place in places(source)[:10]:
            door.send(source, place.with_value(what))
    taken = door.send(source, good)
    assert taken.status == "accepted" and taken.refused == ()
    assert taken.accepted + len(taken.duplicates) == taken.rows > 0


@pytest.mark.parametrize("what", INJECTIONS)
def test_c10_a_line_of_the_log_stays_one_line_whatever_stands_in_it(what: str) -> None:
    with listening() as heard:
        structlog.get_logger().warning("parked", reason=INJECTIONS[what])
    (line,) = heard.output.getvalue().splitlines()
    assert json.loads(line)["event"] == "parked" and "\x1b" not in line


NOT_ALLOWED = ("nationaliteit", "geboorteland", "religie", "strafblad")
#: What connector.toml drops as a whole, unread: a name more or less within it is dropped along.
DROPPED = frozenset(
    {
        *("aanleverende_organisatie", "contactpersoonen", "IdentificatieOnderwijsinstelling"),
        *("note", "policyRule", "request"),
    }
)


def _dropped(holder: Holder) -> bool:
    return bool(DROPPED & set(holder.path)) or holder.path[-2:] == ("Practitioner", "name")


ALL_HOLDERS = tuple(each for source in SOURCES for each in holders(source))


@pytest.mark.parametrize("holder", ALL_HOLDERS, ids=lambda holder: holder.name)
def test_c11_what_nobody_agreed_to_is_refused_and_kept_nowhere(holder: Holder) -> None:
    name = NOT_ALLOWED[len(holder.name) % len(NOT_ALLOWED)]
    content = holder.with_field(name, CANARY)
    assert CANARY.encode() in content and name.encode() in content
    door = Door()
    with listening() as heard:
        said = told(door, holder.source, content)
    assert leaks(said + heard.all(), [CANARY]) == []
    assert CANARY.encode() not in kept(door)
    no = {each.reason for each in door.log.events(Quarantined)}
    if _dropped(holder):
        assert no == set()
        rows = list(CONNECTORS[holder.source].read(io.BytesIO(content)))
        assert not any(CANARY.encode() in row.raw for row in rows if isinstance(row, RawRecord))
    else:
        assert Refusal.FIELD_NOT_ALLOWED in no


def test_c11_every_source_refuses_one_in_its_rows() -> None:
    refusing = {each.source for each in ALL_HOLDERS if not _dropped(each)}
    assert refusing == set(SOURCES)
    assert sum(map(_dropped, ALL_HOLDERS)) < 15, "few are dropped unread"
