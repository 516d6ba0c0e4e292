"""A registry that is not ours gives ids and never trust; when it goes away, who is warm goes on (P15, B2, B8)."""

import json
import os
import struct
import subprocess
import sys
from typing import Any

import httpx2
import pytest

from schemas.codec import Codec, NotDecoded, codec_from
from schemas.registry import RegistryDown, RegistryUnusable, known_versions
from schemas.registry_server import Objected, RegistryServer, ServerSettings
from schemas.vocabulary import Refusal
from signaalbrug.local.apicurio import Apicurio
from signaalbrug.local.state import CHECKOUT
from tests.support.stories import agreed

pytestmark = pytest.mark.integration
CONSENT = "consent.v1"
BOMB = {"type": "record", "name": "Bomb", "fields": [{"name": "next", "type": ["null", "Bomb"], "default": None}]}


def of(apicurio: Apicurio) -> RegistryServer:
    return RegistryServer(ServerSettings(registry=apicurio.url))


def post(apicurio: Apicurio, subject: str, schema: Any) -> httpx2.Response:
    body = {"schemaType": "AVRO", "schema": json.dumps(schema)}
    return httpx2.post(f"{apicurio.url}/subjects/{subject}/versions", json=body, trust_env=False)


def framed(id: int, value: bytes) -> bytes:
    return struct.pack(">bI", 0, id) + value[5:]


def calendar(apicurio: Apicurio) -> subprocess.CompletedProcess[str]:
    """A cold start of a real process, whose broker nobody has to reach."""
    words = ("run", "calendar", "--broker", "127.0.0.1:9", "--registry", apicurio.url)
    return subprocess.run(
        [sys.executable, "-m", "signaalbrug", *words],
        env={"PATH": os.defpath, "SIGNAALBRUG_OPERATIONS_PORT": "0"},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_process_registers_nothing_and_says_what_is_missing(apicurio: Apicurio) -> None:
    refused = calendar(apicurio)
    assert refused.returncode == 4, refused.stderr
    assert "kent alert.v1-value version 1 niet. Herstel: signaalbrug schemas publish" in refused.stderr
    assert httpx2.get(f"{apicurio.url}/subjects", trust_env=False).json() == []


def test_published_twice_is_published_once_and_every_id_is_the_servers_own(apicurio: Apicurio) -> None:
    first = [(v.subject, id, new) for v, id, new in of(apicurio).publish(known_versions())]
    again = [(v.subject, id, new) for v, id, new in of(apicurio).publish(known_versions())]
    assert len(first) == len(known_versions()) and all(new for *_, new in first)
    assert again == [(subject, id, False) for subject, id, _ in first]
    codec = codec_from({"SIGNAALBRUG_REGISTRY": apicurio.url})
    assert codec.schema_ids(CONSENT) == {id for subject, id, _ in first if subject == f"{CONSENT}-value"}
    assert codec.decode(CONSENT, codec.encode(CONSENT, agreed("a"))) == agreed("a")
    assert Codec().decode(CONSENT, codec.encode(CONSENT, agreed("a"))) == NotDecoded(Refusal.SCHEMA_NOT_ALLOWED)


def test_b2_an_id_is_judged_before_a_byte_is_decoded(apicurio: Apicurio, monkeypatch: pytest.MonkeyPatch) -> None:
    codec = Codec(of(apicurio))
    value = codec.encode(CONSENT, agreed("a"))
    bomb = post(apicurio, "bomb-value", BOMB).json()["id"]
    monkeypatch.setattr("fastavro.schemaless_reader", lambda *_: pytest.fail("decoded"))
    of_another = next(iter(codec.schema_ids("alert.v1")))
    for id in (bomb, of_another, 999_999):
        assert codec.decode(CONSENT, framed(id, value)) == NotDecoded(Refusal.SCHEMA_NOT_ALLOWED)


def test_b8_the_registry_refuses_what_breaks_history(apicurio: Apicurio) -> None:
    version = next(each for each in known_versions() if each.subject == f"{CONSENT}-value")
    more = [*version.schema["fields"], {"name": "obligatory", "type": "string"}]
    assert post(apicurio, version.subject, version.schema | {"fields": more}).status_code == 409
    broken = type(version)(version.subject, 2, 0, version.schema | {"fields": more}, "f")
    with pytest.raises(Objected):
        list(of(apicurio).publish([broken]))


def test_p15_warm_goes_on_unknown_waits_and_cold_does_not_start(apicurio: Apicurio) -> None:
    codec = Codec(of(apicurio))
    value = codec.encode(CONSENT, agreed("a"))
    apicurio.kill()
    try:
        assert codec.decode(CONSENT, value) == agreed("a") and codec.encode(CONSENT, agreed("a")) == value
        with pytest.raises(RegistryDown):
            codec.decode(CONSENT, framed(999_998, value))
        refused = calendar(apicurio)
        assert refused.returncode == 4 and "antwoordt niet (RegistryDown:ConnectError)" in refused.stderr
        assert "Traceback" not in refused.stderr and "127.0.0.1" not in refused.stderr
    finally:
        apicurio.restart()
    assert codec.decode(CONSENT, framed(999_998, value)) == NotDecoded(Refusal.SCHEMA_NOT_ALLOWED)


@pytest.mark.parametrize("status", [500, 404, 200, 401])
def test_an_answer_that_is_no_registrys_is_an_outage_and_never_absence(status: int) -> None:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(status, json={"detail": "elsewhere"}))
    server = RegistryServer(ServerSettings(registry="http://elsewhere"))
    server._http = httpx2.Client(transport=transport, base_url="http://elsewhere")
    with pytest.raises(RegistryDown):
        server.meaning(7)


def test_a_start_without_an_answer_is_exit_4_and_moves_nothing() -> None:
    with pytest.raises(RegistryUnusable) as ended:
        codec_from({"SIGNAALBRUG_REGISTRY": "http://127.0.0.1:9"})
    assert ended.value.code == 4
