"""What may not leave the connector does not: numbers, names, free text, telephones; and no row can be matched."""

import hashlib
import hmac
import io
import itertools
import json

import pytest

from connectors.connector import RawRecord
from connectors.json_events import canonical
from connectors.sources import SOURCES
from schemas.events.delivery import Quarantined
from schemas.events.register import Consent
from schemas.events.signal import Signal
from schemas.scrubbing import leaked_numbers
from tests.support.deliveries import (
    CONNECTORS,
    NUMBERS,
    Door,
    arrears,
    consent_file,
    ddas_file,
    duo_file,
    melding,
    number,
    statement,
)
from tests.support.fhir import bundle, consent, referral, written
from tests.support.handovers import handover, handover_file

CANARY = "kanarie-7f3a"
FREE_TEXT = (
    f"<VermoedelijkeReden>{CANARY} is ziek thuis</VermoedelijkeReden>"
    f"<DoorSchoolOndernomenActie>{CANARY} gebeld</DoorSchoolOndernomenActie>"
    f"<ActieDoorGemeenteGewenst>N</ActieDoorGemeenteGewenst><Toelichting>{CANARY}</Toelichting>"
    f"<GegevensMelder><NaamMelder>{CANARY}</NaamMelder><TelefoonnummerMelder>0612345678</TelefoonnummerMelder>"
    f"</GegevensMelder><TelefoonnummerOuderOfDeelnemer><Abonneenummer>0612345678</Abonneenummer>"
    f"</TelefoonnummerOuderOfDeelnemer><AfwijkendAdres><Straatnaam>{CANARY}</Straatnaam></AfwijkendAdres>"
)


def files() -> dict[str, bytes]:
    """Every source, with canaries and numbers wherever they can stand, in good rows and bad."""
    return {
        "school_attendance": duo_file(
            melding(NUMBERS[0], NUMBERS[1], extra=FREE_TEXT), melding("2", NUMBERS[2], "V1", extra=FREE_TEXT)
        ),
        "debt_services": ddas_file(
            arrears(f"VS-{NUMBERS[3]}-{CANARY}", NUMBERS[3]),
            arrears("VS-2", NUMBERS[4], **{f"{CANARY} {NUMBERS[4]}": NUMBERS[4]}),
            arrears("VS-3", NUMBERS[5], status=CANARY),
        ),
        "consent_register": consent_file(statement(f"TS-{NUMBERS[0]}"), statement("TS-2", doel=CANARY)),
        "general_practice": written(
            bundle(
                referral(f"sr-{NUMBERS[6]}-{CANARY}", note=[{"text": f"{CANARY} is ziek"}]),
                referral("sr-2", NUMBERS[7], bodySite=[{"text": CANARY}]),
                consent(),
            )
        ),
        "veilig_thuis": handover_file(
            handover(vtContact={"naam": CANARY, "telefoonnummer": "0612345678"}),
            handover(meldingnummer="ML90002", vervolg=CANARY),
        ),
        "wijkteam_intake": consent_file(worry("IN-2026-1"), worry("IN-2026-2", leefgebied=f"{CANARY} is ziek")),
    }


def worry(name: str, **changes: object) -> dict[str, object]:
    """One line of the intake of a wijkteam."""
    return {
        "id": name,
        "burgerservicenummer": NUMBERS[2],
        "gezienOp": "2026-03-12",
        "leefgebied": "wonen",
        "crisis": False,
        "vastgelegdOp": "2026-03-12T10:00:00+01:00",
    } | changes


def test_every_source_is_here() -> None:
    assert set(files()) == set(SOURCES)


def test_no_number_or_canary_leaves_in_any_byte(capfd: pytest.CaptureFixture[str]) -> None:
    door = Door()
    for source, content in files().items():
        taken = door.send(source, content)
        assert taken.accepted and taken.refused, source
        assert CANARY not in repr(taken)
    left = door.log.everything()
    for secret in (CANARY, "0612345678", "ziek", *NUMBERS):
        assert secret.encode() not in left and secret.encode().hex().encode() not in left
    for record in door.log.records:
        texts = [record.key.decode(), *(value.decode() for _, value in record.headers)]
        assert not [found for text in texts for found in leaked_numbers(text)]
    assert capfd.readouterr() == ("", "")


def test_the_check_for_canaries_finds_one_that_is_planted() -> None:
    door = Door()
    door.send("debt_services", files()["debt_services"])
    door.log.records[0] = type(door.log.records[0])("delivery.v1", 0, CANARY.encode(), None, ())
    assert CANARY.encode() in door.log.everything()


def test_what_is_published_of_a_melding_does_not_change_with_its_free_text() -> None:
    door = Door()
    door.send("school_attendance", duo_file(melding(mutated="2026-04-02T08:00:00.0")))
    taken = door.send("school_attendance", duo_file(melding(mutated="2026-04-03T08:00:00.0", extra=FREE_TEXT)))
    assert taken.duplicates == (1,)


def test_draft_and_row_show_nothing_when_printed() -> None:
    for source, content in files().items():
        connector = CONNECTORS[source]
        for row in connector.read(io.BytesIO(content)):
            said = repr(row) + (
                repr(connector.normalise(row, Door().now.date())) if isinstance(row, RawRecord) else ""
            )
            assert CANARY not in said and not any(bsn in said for bsn in NUMBERS)


def _guesses(row: dict[str, object], bsn: str) -> list[bytes]:
    """Everything that somebody with the sample could hash: the id, the row, its parts."""
    whole = row | {"client": {"burgerservicenummer": bsn}}
    plain = [
        bsn,
        str(row["ID"]),
        f"{row['ID']}{bsn}",
        f"{bsn}{row['ID']}",
        f"{row['ID']}|{bsn}",
        f"{bsn}|{row['ID']}",
    ]
    written = [canonical(whole), canonical(row), json.dumps(whole).encode(), json.dumps(row).encode()]
    return [*map(str.encode, plain), *written]


def test_nobody_matches_a_row_with_the_sample_and_all_test_numbers() -> None:
    """Source  rules.md 1: the signal topic, the sample without its BSN column, and all 9999… numbers."""
    door = Door()
    rows = [arrears(f"VS-{n}", bsn) for n, bsn in enumerate(NUMBERS)]
    door.send("debt_services", ddas_file(*rows))
    signals = door.log.events(Signal)
    published = {value for each in signals for value in (each.signal, each.version, each.person, each.row_hash)}
    published |= {each.content_hash for each in signals}
    numbers = [f"9999{n:05d}" for n in range(90_000, 90_100)]
    keys = [b"", b"signaalbrug", b"debt_services", signals[0].receipt.encode()]
    tried = 0
    for row, bsn in itertools.product([{**row, "client": None} for row in rows], numbers):
        for guess in _guesses(row, bsn):
            digests = [hashlib.sha256(guess).hexdigest(), hashlib.md5(guess).hexdigest()]
            digests += [hmac.new(key, guess, hashlib.sha256).hexdigest() for key in keys]
            for digest in digests:
                tried += 1
                assert not {digest, digest[:32]} & published
    assert tried > 40_000


def test_the_linkability_test_finds_a_row_when_the_key_is_known() -> None:
    """The check that must refuse: with the source's key the same guesses do match."""
    door = Door()
    rows = [arrears(f"VS-{n}", bsn) for n, bsn in enumerate(NUMBERS)]
    door.send("debt_services", ddas_file(*rows))
    published = {each.signal for each in door.log.events(Signal)}
    key = door.vault.source_key("debt_services")
    matched = {
        hmac.new(key, guess, hashlib.sha256).hexdigest()[:32]
        for row in rows
        for guess in _guesses(row, "999990019")
    }
    assert published <= matched


def test_the_same_row_in_two_deliveries_has_two_hashes() -> None:
    door = Door()
    for day in (2, 3):
        door.send("debt_services", ddas_file(arrears("VS-1", "123456789"), stated=f"2026-04-0{day}T08:00:00Z"))
    hashes = [each.content_hash for each in door.log.events(Quarantined)]
    assert len(set(hashes)) == 2


def test_signal_ids_of_two_sources_do_not_meet() -> None:
    door = Door()
    door.send("debt_services", ddas_file(arrears("1", number(0))))
    door.send("school_attendance", duo_file(melding("1", number(0))))
    door.send("consent_register", consent_file(statement("1", number(0))))
    door.send("general_practice", written(bundle(referral("1"), consent("1"))))
    door.send("wijkteam_intake", consent_file(worry("1", burgerservicenummer=number(0))))
    names = {each.signal for each in door.log.events(Signal)} | {each.consent for each in door.log.events(Consent)}
    persons = {each.person for each in (*door.log.events(Signal), *door.log.events(Consent))}
    assert len(names) == 6 and len(persons) == 1
