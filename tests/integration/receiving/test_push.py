"""A delivery by HTTPS: 202 after the broker has it, one receipt however often it is sent, and nobody unknown."""

import gzip
import hashlib
import secrets
import socket
import ssl
import zlib
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from schemas.transport import Cluster
from signaalbrug.local.processes import wait_until
from tests.integration.intake.support import RunningIntake, connect
from tests.integration.receiving.support import Front, levering, running_front
from tests.support.certificates import OIN, Ca
from tests.support.deliveries import arrears, ddas_file
from tests.support.topics import count
from tests.support.vault_process import RunningVault

pytestmark = pytest.mark.integration
DEBT, SIGNALS, JSON = "debt_services", "signal.debt-services.v1", {"Content-Type": "application/json"}


def test_what_was_answered_with_202_is_on_the_log_and_sent_again_gets_the_same_receipt(
    front: Front, partner: httpx2.Client, log: Cluster
) -> None:
    body, before = levering(2), count(log, SIGNALS)
    said = partner.post(f"{front.url}/{DEBT}", content=body, headers=JSON)
    assert (said.status_code, said.json()["aangenomen"], said.json()["rijen"]) == (202, 2, 2)
    assert count(log, SIGNALS) == before + 2
    again = partner.post(f"{front.url}/{DEBT}", content=body, headers=JSON)
    assert (again.status_code, again.json()) == (202, said.json())
    assert count(log, SIGNALS) == before + 2
    asked = partner.get(f"{front.url}/{DEBT}/{said.json()['kenmerk']}")
    assert (asked.status_code, asked.json()) == (200, said.json())


def test_a_refused_row_is_told_by_number_reason_and_place_and_never_by_value(
    front: Front, partner: httpx2.Client
) -> None:
    body = ddas_file(arrears(secrets.token_hex(8)), arrears(secrets.token_hex(8), "999990018"))
    said = partner.post(f"{front.url}/{DEBT}", content=body, headers=JSON).json()
    assert [(each["rij"], each["reden"]) for each in said["geweigerd"]] == [(2, "bsn_invalid")]
    assert "999990018" not in str(said) + front.logs()


def test_what_the_sender_states_of_count_and_hash_must_hold(
    front: Front, partner: httpx2.Client, log: Cluster
) -> None:
    body, before = levering(), count(log, SIGNALS)
    digest = {"Content-Digest": f"sha-256=:{b64encode(hashlib.sha256(body).digest()).decode()}:"}
    wrong = {"Content-Digest": f"sha-256=:{b64encode(hashlib.sha256(b'x').digest()).decode()}:"}
    assert partner.post(f"{front.url}/{DEBT}", content=body, headers=JSON | wrong).status_code == 400
    few = partner.post(f"{front.url}/{DEBT}", content=body, headers=JSON | digest | {"Aantal-Rijen": "2"})
    assert few.json()["toestand"] == "geweigerd"
    assert [each["reden"] for each in few.json()["geweigerd"]] == ["manifest"]
    assert count(log, SIGNALS) == before
    body = levering()
    assert (
        partner.post(f"{front.url}/{DEBT}", content=body, headers=JSON | {"Aantal-Rijen": "1"}).json()["aangenomen"]
        == 1
    )


def test_a22_a_stranger_gets_nowhere_and_leaves_nothing(
    front: Front, intake: RunningIntake, tmp_path: Path, log: Cluster
) -> None:
    body, address, before = levering(), f"{front.url}/{DEBT}", count(log, SIGNALS)
    other = Ca(tmp_path / "other", "andere-ca")
    assert front.client().post(address, content=body, headers=JSON).status_code == 401
    wrong_oin = front.client(front.ca.pair("vreemd", "00000099000000009000"))
    assert wrong_oin.post(address, content=body, headers=JSON).status_code == 403
    school = front.client(front.ca.pair("school", "00000099000000003000"))
    assert school.post(address, content=body, headers=JSON).status_code == 403
    for pair in (other.pair("zelf", OIN), front.ca.pair("oud", OIN, days=-1)):
        with pytest.raises(httpx2.TransportError):
            front.client(pair).post(address, content=body, headers=JSON)
    pair = front.ca.pair("partner-oud", OIN)
    with pytest.raises(httpx2.TransportError):
        front.client(pair, ssl.TLSVersion.TLSv1_1).post(address, content=body, headers=JSON)
    assert count(log, SIGNALS) == before
    assert front.client(pair, ssl.TLSVersion.TLSv1_2).post(address, content=body, headers=JSON).status_code == 202
    assert intake.lying(DEBT, "in") == []
    assert '"status": 403' in front.logs()


def test_a22_a_revoked_certificate_is_refused(intake: RunningIntake, tmp_path: Path) -> None:
    with running_front(intake, tmp_path, "") as front:
        good, gone = front.ca.pair("goed", OIN), front.ca.pair("ingetrokken", OIN)
        front.stop()
        front.environment["SIGNAALBRUG_TLS_REVOKED"] = str(front.ca.revoked(gone[0]))
        front.start()
        assert front.client(good).post(f"{front.url}/{DEBT}", content=levering(), headers=JSON).status_code == 202
        with pytest.raises(httpx2.TransportError):
            front.client(gone).post(f"{front.url}/{DEBT}", content=levering(), headers=JSON)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 202),
        ({"exp": 1}, 401),
        ({"iss": "https://elders.example"}, 401),
        ({"aud": "een ander"}, 401),
        ({"client_id": "onbekend"}, 403),
        ({"scope": "lezen"}, 403),
    ],
)
def test_a_token_of_the_agreed_issuer_for_us_with_the_right_scope_counts(
    front: Front, changes: dict[str, object], status: int
) -> None:
    headers = JSON | {"Authorization": f"Bearer {front.token(**changes)}"}
    said = front.client().post(f"{front.url}/{DEBT}", content=levering(), headers=headers)
    assert said.status_code == status


def test_a_token_that_nobody_signed_or_somebody_else_did_does_not_count(front: Front) -> None:
    head, claims, _ = front.token().split(".")
    unsigned = b64encode(b'{"alg":"none"}').decode().rstrip("=")
    none = f"{unsigned}.{claims}."
    for token in (none, f"{head}.{claims}.{'A' * 86}", "geen token"):
        headers = JSON | {"Authorization": f"Bearer {token}"}
        assert front.client().post(f"{front.url}/{DEBT}", content=b"{}", headers=headers).status_code == 401


def test_a16_a_packed_bomb_is_stopped_while_it_is_unpacked(front: Front, partner: httpx2.Client) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(b"0" * 1_000_000) for _ in range(200)) + packer.flush()
    headers = JSON | {"Content-Encoding": "gzip"}
    assert partner.post(f"{front.url}/{DEBT}", content=bomb, headers=headers).status_code == 413
    for packed in ("br", "zstd", "gzip, gzip"):
        refused = partner.post(f"{front.url}/{DEBT}", content=b"x", headers=JSON | {"Content-Encoding": packed})
        assert refused.status_code == 415
    good = partner.post(f"{front.url}/{DEBT}", content=gzip.compress(levering()), headers=headers)
    assert (good.status_code, good.json()["aangenomen"]) == (202, 1)
    half = gzip.compress(levering())[:-9]
    assert partner.post(f"{front.url}/{DEBT}", content=half, headers=headers).status_code == 400
    archive = partner.post(f"{front.url}/{DEBT}", content=gzip.compress(levering()), headers=JSON)
    assert (archive.status_code, "archief" in archive.json()["detail"]) == (400, True)


def deliveries(intake: RunningIntake) -> int:
    with connect(intake.environment["SIGNAALBRUG_DATABASE"]) as books:
        found = books.execute("select count(*) from delivery").fetchone()
    assert found is not None
    return int(found[0])


@contextmanager
def wired(front: Front) -> Iterator[ssl.SSLSocket]:
    """A socket that shows the partner's certificate."""
    context = ssl.create_default_context(cafile=str(front.ca.file))
    context.load_cert_chain(*map(str, front.ca.pair("partner", OIN)))
    address = ("127.0.0.1", int(front.environment["SIGNAALBRUG_PUSH_PORT"]))
    with (
        socket.create_connection(address, timeout=20) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as wire,
    ):
        yield wire


def raw(front: Front, *sent: bytes) -> bytes:
    """What such a socket hears."""
    with wired(front) as wire:
        for piece in sent:
            wire.sendall(piece)
        heard = b""
        while piece := wire.recv(65_536):
            heard += piece
        return heard


HEAD = b"POST /v1/leveringen/debt_services HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


def test_a20_a_length_that_is_stated_twice_or_lies_gives_no_receipt(front: Front, intake: RunningIntake) -> None:
    twice = HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    assert b" 400 " in raw(front, twice).split(b"\r\n")[0]
    two_lengths = HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"
    assert b" 400 " in raw(front, two_lengths).split(b"\r\n")[0]
    short = HEAD + b"Content-Length: 2\r\nConnection: close\r\n\r\n{}GET / HTTP/1.1\r\n\r\n"
    assert raw(front, short).count(b"HTTP/1.1 ") == 1
    assert intake.lying(DEBT, "in") == []


def test_a20_chunked_without_a_length_is_served_and_a_head_that_never_comes_is_cut_off(front: Front) -> None:
    body = levering()
    chunked = HEAD + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (
        len(body),
        body,
    )
    assert b" 202 " in raw(front, chunked).split(b"\r\n")[0]
    assert raw(front, HEAD) == b""
    second = raw(front, b"GET /v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n", HEAD)
    assert (second.count(b"HTTP/1.1 200 "), second.count(b"HTTP/1.1 ")) == (1, 1)


def test_a20_where_nothing_is_a_body_is_not_waited_for(front: Front) -> None:
    nowhere = HEAD.replace(DEBT.encode(), b"a/b/c/d") + b"Content-Length: 1000\r\n\r\n{"
    assert b" 404 " in raw(front, nowhere).split(b"\r\n")[0]


def test_a21_a_connection_that_breaks_after_the_commit_costs_nothing(
    front: Front, intake: RunningIntake, partner: httpx2.Client, log: Cluster
) -> None:
    body, before, known = levering(), count(log, SIGNALS), deliveries(intake)
    with wired(front) as wire:
        wire.sendall(HEAD + b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        assert wait_until(lambda: count(log, SIGNALS) == before + 1, 30)  # and its answer is never read
    said = partner.post(f"{front.url}/{DEBT}", content=body, headers=JSON)
    assert (said.status_code, said.json()["aangenomen"], count(log, SIGNALS)) == (202, 1, before + 1)
    assert deliveries(intake) == known + 1


def test_a_vault_that_is_down_makes_the_answer_503_with_when_to_come_back(
    front: Front, partner: httpx2.Client, vault: RunningVault, intake: RunningIntake
) -> None:
    vault.kill()
    try:
        said = partner.post(f"{front.url}/{DEBT}", content=levering(), headers=JSON)
        assert (said.status_code, said.headers["retry-after"]) == (503, "10")
        assert intake.lying(DEBT, "in") == []
    finally:
        vault.start()


def test_a20_a_body_that_trickles_in_is_ended(intake: RunningIntake, tmp_path: Path) -> None:
    with running_front(intake, tmp_path, "", SIGNAALBRUG_PUSH_BODY_SECONDS="1") as front:
        begun = HEAD + b"Content-Length: 1000\r\n\r\n{"
        assert b" 408 " in raw(front, begun).split(b"\r\n")[0]
        assert list((tmp_path / "front" / "spool").iterdir()) == []


def test_a23_too_many_at_once_are_told_when_to_come_back_and_nothing_is_lost(
    intake: RunningIntake, log: Cluster, tmp_path: Path
) -> None:
    before, bodies = count(log, SIGNALS), [levering() for _ in range(24)]
    with running_front(intake, tmp_path, "", SIGNAALBRUG_PUSH_MOST_AT_ONCE="4") as front:
        client = front.client(front.ca.pair("partner", OIN))

        def until_taken(body: bytes) -> list[int]:
            said: list[int] = []
            while not said or said[-1] != 202:
                answer = client.post(f"{front.url}/{DEBT}", content=body, headers=JSON)
                said.append(answer.status_code)
                assert answer.status_code == 202 or answer.headers["retry-after"] == "10"
            return said

        with ThreadPoolExecutor(12) as pool:
            told = [status for said in pool.map(until_taken, bodies) for status in said]
    assert (set(told), told.count(202)) == ({202, 429}, 24)
    assert count(log, SIGNALS) == before + 24
