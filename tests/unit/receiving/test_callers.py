"""Who may deliver is a file that is read once: what cannot be true in it stops the start."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from connectors.receiving.callers import Callers, Stranger, UnusableCallers
from tests.support.certificates import OIN, Ca

SOURCES = frozenset({"debt_services", "school_attendance"})
PARTNER = f'[[leverancier]]\nnaam = "partner"\nbronnen = ["debt_services"]\noin = "{OIN}"\n'


def read(folder: Path, text: str) -> Callers:
    file = folder / "leveranciers.toml"
    file.write_text(text)
    return Callers.read(file, SOURCES)


def der(pair: tuple[Path, Path]) -> bytes:
    return x509.load_pem_x509_certificate(pair[0].read_bytes()).public_bytes(Encoding.DER)


def test_a_certificate_speaks_for_who_has_its_oin_and_for_nobody_else(tmp_path: Path) -> None:
    callers, ca = read(tmp_path, PARTNER), Ca(tmp_path / "ca")
    assert callers.by_certificate(der(ca.pair("partner", OIN))).sources == {"debt_services"}
    for stranger in (ca.pair("ander", "00000099000000009000"), ca.pair("partner-zonder-oin")):
        with pytest.raises(Stranger) as told:
            callers.by_certificate(der(stranger))
        assert told.value.status == 403


def test_what_is_no_certificate_is_of_nobody(tmp_path: Path) -> None:
    with pytest.raises(Stranger) as told:
        read(tmp_path, PARTNER).by_certificate(b"geen certificaat")
    assert told.value.status == 403


def test_without_an_issuer_no_token_counts(tmp_path: Path) -> None:
    with pytest.raises(Stranger) as told:
        read(tmp_path, PARTNER).by_token("iets")
    assert told.value.status == 401


@pytest.mark.parametrize(
    "text",
    [
        "geen toml [",
        "",
        PARTNER + PARTNER,
        PARTNER + PARTNER.replace('"partner"', '"ander"'),
        PARTNER.replace(OIN, "123"),
        PARTNER.replace(OIN, OIN.replace("2", "٢")),
        PARTNER.replace("debt_services", "onbekend"),
        PARTNER.replace('["debt_services"]', "[]"),
        PARTNER + 'vrij = "veld"\n',
        PARTNER + 'sleutels = ["geen sleutel"]\n',
        PARTNER + '[toegang]\nuitgever = "a"\nontvanger = "b"\nsleutels = "er-is-niets.json"\n',
    ],
)
def test_a_file_that_cannot_be_meant_so_stops_the_start_without_telling_what_stands_in_it(
    tmp_path: Path, text: str
) -> None:
    with pytest.raises(UnusableCallers) as told:
        read(tmp_path, text)
    assert told.value.code == 2
    assert OIN not in str(told.value)
