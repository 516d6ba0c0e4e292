"""A broker that is not ours: TLS on both sides, SCRAM-SHA-512, and no other way in."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from signaalbrug.local.kafka import QUICK, STARTED_LINE, Kafka, _cluster_id, _environment, _logging
from signaalbrug.local.ports import is_free
from signaalbrug.local.processes import Supervisor
from tests.support.certificates import Ca

USER, PASSWORD = "signaalbrug", "geheim-van-de-proef"
MODULE = "org.apache.kafka.common.security.scram.ScramLoginModule required"


class SecuredKafka(Kafka):
    """The same broker behind a locked door."""

    def __init__(self, folder: Path, supervisor: Supervisor, more: Mapping[str, str] | None = None) -> None:
        super().__init__(folder, supervisor, heap="512m")
        self._more = more or {}
        self.authority = Ca(self.folder / "ca")

    def _write_settings(self) -> Path:
        file = super()._write_settings()
        certificate, key = self.authority.pair("broker")
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
            **self._more,
        }
        file.write_text(text + "".join(f"\n{name}={value}" for name, value in more.items()) + "\n")
        return file

    def _format(self, settings: Path) -> None:
        user = f"SCRAM-SHA-512=[name={USER},password={PASSWORD}]"
        words = ("format", "-t", _cluster_id(), "-c", str(settings), "--add-scram", user)
        command = self._java("-Xmx128m", QUICK, _logging(), main=("kafka.tools.StorageTool", *words))
        subprocess.run(command, env=_environment(), check=True, capture_output=True, timeout=60)

    def remove(self) -> None:
        """Its data goes anyway: an orderly end, in which it waits for itself, would take 19 s."""
        self.kill()
        super().remove()

    def _ready(self) -> bool:
        log = self.log.read_text(encoding="utf-8", errors="replace")
        return STARTED_LINE in log and not is_free(self.ports.broker)

    def settings(self, password: str = PASSWORD) -> dict[str, str]:
        """What a client is told, in librdkafka's names."""
        certificate, key = self.authority.pair("client")
        return {
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": USER,
            "sasl.password": password,
            "ssl.ca.location": str(self.authority.file),
            "ssl.certificate.location": str(certificate),
            "ssl.key.location": str(key),
        }
