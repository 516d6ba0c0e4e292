"""Certificates as PKIoverheid gives them, from an authority that lives as long as its test."""

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

OIN = "00000099000000002000"
Pair = tuple[Path, Path]


class Ca:
    """An authority; every certificate lies in its folder."""

    def __init__(self, folder: Path, name: str = "proef-ca") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self._key = folder, ec.generate_private_key(ec.SECP256R1())
        self._subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.file = folder / "ca.pem"
        own = self._signed(self._subject, self._key, 2, authority=True)
        self.file.write_bytes(own.public_bytes(serialization.Encoding.PEM))

    def pair(self, name: str, oin: str | None = None, days: int = 2) -> Pair:
        """Files of a certificate for 127.0.0.1 and its key; negative days: it has expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
        if oin is not None:
            names.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, oin))
        made = self._signed(x509.Name(names), key, days)
        certificate, secret = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        plain = serialization.NoEncryption()
        form = serialization.PrivateFormat.PKCS8
        secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
        return certificate, secret

    def revoked(self, *certificates: Path) -> Path:
        """A list of what is revoked, in the authority's file."""
        now = datetime.datetime.now(datetime.UTC)
        made = x509.CertificateRevocationListBuilder().issuer_name(self._subject)
        made = made.last_update(now - datetime.timedelta(hours=1)).next_update(now + datetime.timedelta(days=1))
        for each in certificates:
            number = x509.load_pem_x509_certificate(each.read_bytes()).serial_number
            one = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(now)
            made = made.add_revoked_certificate(one.build())
        file = self.folder / "crl.pem"
        file.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        return file

    def _signed(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, days: int, authority: bool = False
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=5))
            .not_valid_after(now + datetime.timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(address, critical=False)
            .sign(self._key, hashes.SHA256())
        )
