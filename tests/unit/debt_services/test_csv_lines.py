"""A line of a small partner's CSV means what the same vroegsignaal means, and nothing in it is guessed."""

import io
from dataclasses import replace
from datetime import date

import pytest

from connectors.connector import Described, Refused
from connectors.debt_services.csv_lines import ATTESTED
from schemas.vocabulary import Attestation, Refusal, VersionKind
from tests.support.deliveries import NUMBERS, arrears, ddas_file
from tests.unit.debt_services.files import CONNECTOR, csv_file, drafted, refused


def test_a_line_means_what_the_same_vroegsignaal_means() -> None:
    same = {"crisissignaal": True, "warmeOverdracht": True}
    assert drafted(csv_file({"crisis": "ja", "warme_overdracht": "ja"})) == drafted(
        ddas_file(arrears("H-1", **same))
    )


@pytest.mark.parametrize("cut", range(1, 6))
def test_a_file_that_was_cut_off_in_its_last_amount_is_used_for_nothing(cut: int) -> None:
    lines = ["kenmerk;soort;signaaldatum;burgerservicenummer;bedrag", f"H-1;Huur;2026-03-05;{NUMBERS[0]};1250"]
    whole = "".join(f"{line}\r\n" for line in lines).encode()
    said = CONNECTOR.delivered(io.BytesIO(whole[:-cut]))
    assert isinstance(said, Refused) and (said.reason, said.field) == (Refusal.SYNTAX, "rij[1]")


def test_the_smallest_line_has_a_number_a_kind_and_a_day() -> None:
    draft = drafted(f"kenmerk;soort;signaaldatum;burgerservicenummer\nH-1;Huur;2026-03-05;{NUMBERS[0]}\n".encode())
    full = drafted(csv_file({}))
    assert draft == replace(full, arrears=None, attestations=frozenset())


@pytest.mark.parametrize(("column", "attestation"), ATTESTED.items())
def test_what_was_not_done_is_not_attested(column: str, attestation: Attestation) -> None:
    every = frozenset(ATTESTED.values())
    assert drafted(csv_file({column: "ja", f"{column}_op": "2026-02-10"})).attestations == every
    assert drafted(csv_file({column: "nee"})).attestations == every - {attestation}
    assert drafted(csv_file({column: ""})).attestations == every - {attestation}


def test_a_person_without_a_number_is_described() -> None:
    person = {
        "burgerservicenummer": "",
        "achternaam": "Verzonnen",
        "voorvoegsel": "van",
        "voorletters": "Z.",
        "geboortedatum": "1986-04-12",
        "postcode": "9999ZZ",
        "huisnummer": "12",
        "huisnummertoevoeging": "A",
    }
    assert drafted(csv_file(person)).whom == Described(
        family_name="Verzonnen",
        prefix="van",
        initials="Z.",
        born_on=date(1986, 4, 12),
        postcode="9999ZZ",
        house_number="12",
        house_suffix="A",
    )


def test_a_line_may_take_its_signal_back() -> None:
    draft = drafted(csv_file({"status": "Persoon is geen inwoner (meer) in de gemeente"}))
    assert draft.kind is VersionKind.WITHDRAWN


@pytest.mark.parametrize("formula", ["=1+1", "+31", "-1", "@SUM(1)", '"=HYPERLINK(""x"")"'])
def test_a_formula_is_a_name_like_any_other(formula: str) -> None:
    assert drafted(csv_file({"kenmerk": formula})).source_id == formula.strip('"').replace('""', '"')


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"bedrag": "640,50"}, ("field_invalid", "bedrag")),
        ({"bedrag": "1.250"}, ("field_invalid", "bedrag")),
        ({"bedrag": "-5"}, ("field_invalid", "bedrag")),
        ({"bedrag": "٦٤٠"}, ("field_invalid", "bedrag")),
        ({"bedrag": "999999999"}, ("field_invalid", "bedrag")),
        ({"signaaldatum": "05-03-2026"}, ("date_invalid", "signaaldatum")),
        ({"signaaldatum": "2026-02-30"}, ("date_invalid", "signaaldatum")),
        ({"signaaldatum": ""}, ("field_missing", "signaaldatum")),
        ({"ontstaansdatum": "2026-06-01"}, ("date_in_future", "ontstaansdatum")),
        ({"soort": ""}, ("field_missing", "soort")),
        ({"soort": "huur"}, ("field_invalid", "soort")),
        ({"status": "weg"}, ("field_invalid", "status")),
        ({"crisis": "Ja!"}, ("field_invalid", "crisis")),
        ({"warme_overdracht": "1"}, ("field_invalid", "warme_overdracht")),
        ({"kenmerk": ""}, ("field_invalid", "kenmerk")),
        ({"burgerservicenummer": "99999001"}, ("bsn_invalid", "burgerservicenummer")),
        ({"burgerservicenummer": ""}, ("bsn_missing", "burgerservicenummer")),
        ({"achternaam": "Verzonnen"}, ("field_not_allowed", "achternaam")),
        ({"contact_gezocht_op": "2026-06-01"}, ("date_in_future", "contact_gezocht_op")),
        ({"contact_gezocht_op": "gisteren"}, ("date_invalid", "contact_gezocht_op")),
        ({"contact_gezocht": "nee", "contact_gezocht_op": "2026-02-10"}, ("field_invalid", "contact_gezocht")),
        ({"kenmerk": "H\u200b-1"}, ("control_character", None)),
    ],
)
def test_a_line_that_cannot_be_used_is_refused_by_column(changes: dict[str, str], fault: tuple[str, str]) -> None:
    assert refused(csv_file(changes)) == [fault]


def test_every_column_at_fault_is_named() -> None:
    changes = {"bedrag": "1.250", "signaaldatum": "gisteren", "soort": "huur", "achternaam": "V", "postcode": "x"}
    assert refused(csv_file(changes)) == [
        ("field_invalid", "soort"),
        ("date_invalid", "signaaldatum"),
        ("field_invalid", "bedrag"),
        ("field_not_allowed", "achternaam"),
        ("field_not_allowed", "postcode"),
    ]
