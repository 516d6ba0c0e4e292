"""The front, a vault, an intake, a broker and a database: everything real."""

from __future__ import annotations

import itertools
import json
import secrets
import ssl
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh
import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from signaalbrug.local.ports import free_ports
from signaalbrug.local.processes import answers
from tests.integration.intake.support import RunningIntake
from tests.support.certificates import OIN, Ca, Pair
from tests.support.deliveries import arrears, ddas_file, number
from tests.support.vault_process import program

ISSUER, AUDIENCE = "https://toegang.waterrijk.example", "signaalbrug"
CALLERS = f"""
[[leverancier]]
naam = "partner"
bronnen = ["debt_services"]
oin = "{OIN}"
client = "partner-client"
sleutels = [{{keys}}]

[[leverancier]]
naam = "school"
bronnen = ["school_attendance"]
oin = "00000099000000003000"

[toegang]
uitgever = "{ISSUER}"
ontvanger = "{AUDIENCE}"
sleutels = "jwks.json"
"""


_NOBODY_YET = itertools.count()


def levering(rows: int = 1) -> bytes:
    """A levering that nobody sent before, each row about somebody nobody spoke of."""
    return ddas_file(*(arrears(secrets.token_hex(8), number(next(_NOBODY_YET))) for _ in range(rows)))


@dataclass
class Front:
    """A running front and the words to speak to it."""

    intake: RunningIntake
    name: str
    environment: dict[str, str]
    ca: Ca
    key: ECKey
    log: Path

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.environment['SIGNAALBRUG_PUSH_PORT']}/v1/leveringen"

    @property
    def sftp_port(self) -> int:
        return int(self.environment["SIGNAALBRUG_SFTP_PORT"])

    def start(self) -> None:
        port = self.environment["SIGNAALBRUG_OPERATIONS_PORT"]
        self.intake.servers.supervisor.start(
            self.name,
            program("signaalbrug.receiving_told"),
            env=self.environment,
            log=self.log,
            ready=lambda: answers(f"http://127.0.0.1:{port}/-/ready"),
        )

    def stop(self) -> None:
        self.intake.servers.supervisor.stop(self.name)

    def client(self, pair: Pair | None = None, newest: ssl.TLSVersion | None = None) -> httpx2.Client:
        """A client that trusts the front, and shows this certificate."""
        context = ssl.create_default_context(cafile=str(self.ca.file))
        if pair is not None:
            context.load_cert_chain(*map(str, pair))
        if newest is not None:
            context.set_ciphers("ALL:@SECLEVEL=0")  # so that it is the front, and not we, who finds it too old
            with warnings.catch_warnings(action="ignore"):
                context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, newest
        return httpx2.Client(verify=context, timeout=40, trust_env=False)

    def token(self, **changes: Any) -> str:
        """A token of the authority, as the partner's client would get it."""
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "exp": int(time.time()) + 600,
            "client_id": "partner-client",
            "scope": "leveringen",
        } | changes
        return jwt.encode({"alg": "ES256", "kid": "een"}, claims, self.key)

    def logs(self) -> str:
        return "".join(path.read_text() for path in self.log.parent.glob(f"{self.log.name}*"))


@contextmanager
def running_front(intake: RunningIntake, folder: Path, ssh_key: str, **settings: str) -> Iterator[Front]:
    """A front before this intake, started."""
    ca = Ca(folder / "ca")
    key = ECKey.generate_key("P-256", {"kid": "een"})
    (folder / "jwks.json").write_text(json.dumps(KeySet([key]).as_dict(private=False)))
    (folder / "leveranciers.toml").write_text(CALLERS.replace("{keys}", f'"{ssh_key}"' if ssh_key else ""))
    host_key = folder / "ssh_host_key"
    host_key.write_bytes(asyncssh.generate_private_key("ssh-ed25519").export_private_key())
    host_key.chmod(0o600)
    certificate, secret = ca.pair("front")
    operations, push, sftp = map(str, free_ports(3))
    environment = {
        **{
            name: intake.environment[name]
            for name in (
                "SIGNAALBRUG_DATABASE",
                "SIGNAALBRUG_VAULT_SOCKET",
                "SIGNAALBRUG_VAULT_TOKEN",
                "SIGNAALBRUG_DROP",
            )
        },
        "SIGNAALBRUG_STATE": str(folder / "front"),
        "SIGNAALBRUG_CALLERS": str(folder / "leveranciers.toml"),
        "SIGNAALBRUG_OPERATIONS_PORT": operations,
        "SIGNAALBRUG_PUSH_PORT": push,
        "SIGNAALBRUG_TLS_CERTIFICATE": str(certificate),
        "SIGNAALBRUG_TLS_KEY": str(secret),
        "SIGNAALBRUG_TLS_AUTHORITIES": str(ca.file),
        "SIGNAALBRUG_SFTP_PORT": sftp,
        "SIGNAALBRUG_SFTP_HOST_KEY": str(host_key),
        **settings,
    }
    front = Front(intake, f"front-{secrets.token_hex(4)}", environment, ca, key, folder / "front.log")
    front.start()
    try:
        yield front
    finally:
        front.stop()
