"""What a vroegsignaal means: whom it is about, whether it stands, which debt it is, and what may not be in it."""

import json
from datetime import date
from typing import Any

import pytest

from connectors.bsn import Bsn
from connectors.connector import Arrears, Described
from connectors.debt_services.said import KIND_OF, STATUSES
from connectors.manifest import manifest_of
from schemas.vocabulary import Attestation, Mark, VersionKind
from tests.support.deliveries import NUMBERS, arrears, ddas_file
from tests.unit.debt_services.files import drafted, refused, v09

PERSON_09 = {
    "Voorletters": "Z.",
    "Voorvoegsel": "van",
    "Achternaam": "Verzonne\u0301",
    "Geboortedatum": "1986-04-12",
    "Straatnaam": "Nergensstraat",
    "Postcode": "9999 zz",
    "Huisnummer": "12",
    "Huisnummertoevoeging": "A",
    "Plaatsnaam": "Waterrijk",
}


def v12_file(**changes: Any) -> bytes:
    return ddas_file(arrears(**changes))


def v09_file(**changes: Any) -> bytes:
    return json.dumps(v09(arrears(**changes))).encode()


def test_a_number_is_a_bsn_and_an_address_is_a_description() -> None:
    address = {"postcode": "9999 zz", "huisnummer": "12", "geboortedatum": "1986-04-12"}
    assert drafted(v12_file()).whom == Bsn(NUMBERS[0])
    assert drafted(v12_file(client=address)).whom == Described(
        born_on=date(1986, 4, 12), postcode="9999ZZ", house_number="12"
    )


def test_an_older_client_is_described_by_name_address_and_birth_date_without_street_or_place() -> None:
    assert drafted(v09_file(client=PERSON_09)).whom == Described(
        family_name="Verzonn\u00e9",
        prefix="van",
        initials="Z.",
        born_on=date(1986, 4, 12),
        postcode="9999ZZ",
        house_number="12",
        house_suffix="A",
    )


def test_of_an_older_client_with_a_number_the_rest_is_dropped() -> None:
    draft = drafted(v09_file(client=PERSON_09 | {"Burgerservicenummer": NUMBERS[3]}))
    assert draft.whom == Bsn(NUMBERS[3])
    assert draft == drafted(v09_file(client={"Burgerservicenummer": NUMBERS[3]}))


@pytest.mark.parametrize(
    ("client", "fault"),
    [
        ({}, ("bsn_missing", "client")),
        ({"Achternaam": "Verzonnen"}, ("bsn_missing", "client")),
        ({"Geboortedatum": "1986-04-12", "Huisnummer": "1"}, ("bsn_missing", "client")),
        ({"Burgerservicenummer": "", "Plaatsnaam": "Waterrijk"}, ("bsn_missing", "client")),
        ({"Burgerservicenummer": "99999001"}, ("bsn_invalid", "client.Burgerservicenummer")),
        ({"Burgerservicenummer": 999990019}, ("bsn_invalid", "client.Burgerservicenummer")),
        ({"Geboortedatum": "12-04-1986"}, ("date_invalid", "client.Geboortedatum")),
        (PERSON_09 | {"Postcode": "0999ZZ"}, ("field_invalid", "client.Postcode")),
        (PERSON_09 | {"Nationaliteit": "verzonnen"}, ("field_not_allowed", "client")),
        (PERSON_09 | {"Achternaam": None}, ("field_invalid", "client")),
        (PERSON_09 | {"Achternaam": "A\u200bB"}, ("control_character", None)),
    ],
)
def test_an_older_client_that_is_nobody_is_refused(client: dict[str, Any], fault: tuple[str, str]) -> None:
    assert refused(v09_file(client=client)) == [fault]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"bsn": "123456789"}, ("bsn_invalid", "client.burgerservicenummer")),
        ({"bsn": "99999001"}, ("bsn_invalid", "client.burgerservicenummer")),
        ({"client": {"postcode": "99ZZ", "huisnummer": "1"}}, ("field_invalid", "client.postcode")),
        ({"client": {"postcode": "", "huisnummer": ""}}, ("bsn_missing", "client")),
        ({"client": {"postcode": "9999ZZ"}}, ("field_invalid", "client")),
        ({"signaalpartner": {}}, ("field_missing", "signaalpartner.type")),
        ({"signaaldatum": None}, ("field_missing", "signaaldatum")),
        ({"signaaldatum": "2026-05-02"}, ("date_in_future", "signaaldatum")),
        ({"signaaldatum": "2012-06-30"}, ("date_invalid", "signaaldatum")),
        ({"ontstaansdatum": "1949-12-31"}, ("date_invalid", "ontstaansdatum")),
        ({"ontstaansdatum": "2126-05-02"}, ("date_in_future", "ontstaansdatum")),
        ({"bedrag": -1}, ("field_invalid", "bedrag")),
        ({"bedrag": 10**30}, ("field_invalid", "bedrag")),
        ({"bedrag": 12.5}, ("field_invalid", "bedrag")),
        ({"name": " "}, ("field_invalid", "ID")),
        ({"name": "x" * 101}, ("field_invalid", "ID")),
        ({"status": ["\u200b"]}, ("control_character", None)),
        ({"nationaliteit": "verzonnen"}, ("field_not_allowed", None)),
        ({"status": "onbekend"}, ("field_invalid", "status")),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_by_field(changes: dict[str, Any], fault: tuple[str, str]) -> None:
    assert refused(v12_file(**changes)) == [fault]


def test_every_fault_of_a_row_is_named_once() -> None:
    row = arrears(" ", "123456789", bedrag=-1, signaaldatum="2026-05-02", signaalpartner={})
    assert refused(ddas_file(row)) == [
        ("bsn_invalid", "client.burgerservicenummer"),
        ("field_invalid", "ID"),
        ("field_missing", "signaalpartner.type"),
        ("date_in_future", "signaaldatum"),
        ("field_invalid", "bedrag"),
    ]


@pytest.mark.parametrize("status", sorted(STATUSES))
def test_a_signal_stands_or_is_withdrawn_by_its_status(status: str) -> None:
    stands = status in {"Inwoner al bekend bij schuldhulpverlening", "Nog niet opgepakt", "Opgepakt"}
    draft = drafted(v12_file(status=status))
    assert draft.kind is (VersionKind.REPORTED if stands else VersionKind.WITHDRAWN)
    assert draft.repeated is (status == "Niet opgepakt: herhaalde melding")


@pytest.mark.parametrize("status", ["Opgepakt", "Inwoner al bekend bij schuldhulpverlening"])
def test_a_status_that_the_older_version_does_not_know_is_refused_in_it(status: str) -> None:
    client = {"Burgerservicenummer": NUMBERS[0]}
    assert refused(v09_file(client=client, status=status)) == [("field_invalid", "status")]


def test_every_kind_of_partner_has_a_kind_of_signal_and_an_agreement() -> None:
    for partner, kind in KIND_OF.items():
        draft = drafted(v12_file(signaalpartner={"type": partner}))
        assert draft.signal_kind is kind
        assert draft.attestations == frozenset(Attestation) - {Attestation.UNKNOWN}


def test_crisis_and_a_warm_handover_are_told() -> None:
    draft = drafted(v12_file(crisissignaal=True, warmeOverdracht=True))
    assert (draft.crisis, draft.marks) == (True, {Mark.WARM_HANDOVER})
    plain = drafted(v12_file(crisissignaal=None, warmeOverdracht=None))
    assert (plain.crisis, plain.marks) == (False, frozenset())


def test_a_debt_is_known_by_its_kind_of_partner_and_its_first_day() -> None:
    assert drafted(v12_file()).arrears == Arrears("Huur/2026-01-28", 640)


@pytest.mark.parametrize(
    "changes", [{"bedrag": None}, {"ontstaansdatum": None}, {"signaalpartner": {"type": "Overige"}}]
)
def test_of_a_debt_without_amount_day_or_known_creditor_nobody_can_say_that_it_is_a_repeat(
    changes: dict[str, Any],
) -> None:
    assert drafted(v12_file(**changes)).arrears is None


def test_no_value_of_a_person_is_in_the_text_of_a_draft_or_a_refusal() -> None:
    address = {"postcode": "9999ZZ", "huisnummer": "12"}
    said = repr(drafted(v12_file(client=address))) + repr(drafted(v09_file(client=PERSON_09)))
    assert not any(value in said for value in ("9999ZZ", "640", "Verzonn", "VS-1", "1986"))


def test_what_is_taken_and_dropped_is_the_whole_of_the_client_of_both_versions() -> None:
    said = manifest_of("debt_services")
    named = {name.partition(".")[2].lower() for name in said.takes | said.drops if name.startswith("client.")}
    known = {"burgerservicenummer", "geslachtsaanduiding", "geboortedatum", *map(str.lower, PERSON_09)}
    assert named == known
