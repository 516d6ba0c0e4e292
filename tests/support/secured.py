"""A broker that is not ours: TLS on both sides, SCRAM-SHA-512, and no other way in."""

import datetime
import ipaddress
import subprocess
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from signaalbrug.local.kafka import STARTED_LINE, Kafka, _cluster_id, _environment, _logging
from signaalbrug.local.ports import is_free
from signaalbrug.local.processes import Supervisor

USER, PASSWORD = "signaalbrug", "geheim-van-de-proef"
MODULE = "org.apache.kafka.common.security.scram.ScramLoginModule required"


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Authority:
    """A certificate authority that lives as long as its test."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self._key = folder, ec.generate_private_key(ec.SECP256R1())
        self._subject = _name("proef-ca")
        self.file = folder / "ca.pem"
        own = self._signed(self._subject, self._key, authority=True)
        self.file.write_bytes(own.public_bytes(serialization.Encoding.PEM))

    def certificate(self, name: str) -> tuple[Path, Path]:
        """Files of a certificate for 127.0.0.1 and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate, secret = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        certificate.write_bytes(self._signed(_name(name), key).public_bytes(serialization.Encoding.PEM))
        secret.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return certificate, secret

    def _signed(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, authority: bool = False
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(address, critical=False)
            .sign(self._key, hashes.SHA256())
        )


class SecuredKafka(Kafka):
    """The same broker behind a locked door."""

    def __init__(self, folder: Path, supervisor: Supervisor) -> None:
        super().__init__(folder, supervisor, heap="512m")
        self.authority = Authority(self.folder / "ca")

    def _write_settings(self) -> Path:
        file = super()._write_settings()
        certificate, key = self.authority.certificate("broker")
        both = self.folder / "broker.both.pem"
        both.write_bytes(key.read_bytes() + certificate.read_bytes())
        text = file.read_text()
        text = text.replace("listeners=PLAINTEXT://", "listeners=SASL_SSL://")
        text = text.replace("inter.broker.listener.name=PLAINTEXT", "inter.broker.listener.name=SASL_SSL")
        text = text.replace("map=PLAINTEXT:PLAINTEXT", "map=SASL_SSL:SASL_SSL")
        more = {
            "sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
            "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": (
                f'{MODULE} username="{USER}" password="{PASSWORD}";'
            ),
            "listener.name.sasl_ssl.ssl.client.auth": "required",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": both,
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": self.authority.file,
        }
        file.write_text(text + "".join(f"\n{name}={value}" for name, value in more.items()) + "\n")
        return file

    def _format(self, settings: Path) -> None:
        user = f"SCRAM-SHA-512=[name={USER},password={PASSWORD}]"
        words = ("format", "-t", _cluster_id(), "-c", str(settings), "--add-scram", user)
        command = self._java("-Xmx128m", _logging(), main=("kafka.tools.StorageTool", *words))
        subprocess.run(command, env=_environment(), check=True, capture_output=True, timeout=60)

    def _ready(self) -> bool:
        log = self.log.read_text(encoding="utf-8", errors="replace")
        return STARTED_LINE in log and not is_free(self.ports.broker)

    def settings(self, password: str = PASSWORD) -> dict[str, str]:
        """What a client is told, in librdkafka's names."""
        certificate, key = self.authority.certificate("client")
        return {
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": USER,
            "sasl.password": password,
            "ssl.ca.location": str(self.authority.file),
            "ssl.certificate.location": str(certificate),
            "ssl.key.location": str(key),
        }
