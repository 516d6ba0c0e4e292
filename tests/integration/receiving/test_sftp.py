"""A delivery by SFTP: put under a name on .part, renamed, taken in; half a file never; nothing else is possible."""

import asyncio
import gzip
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncssh
import pytest

from schemas.transport import Cluster
from signaalbrug.local.processes import wait_until
from tests.integration.intake.support import RunningIntake
from tests.integration.receiving.support import Front, levering
from tests.support.topics import count

pytestmark = pytest.mark.integration
DEBT, SIGNALS = "debt_services", "signal.debt-services.v1"
Said = Callable[[asyncssh.SFTPClient], Awaitable[None]]


@asynccontextmanager
async def session(front: Front, key: asyncssh.SSHKey, name: str = "partner") -> AsyncIterator[asyncssh.SFTPClient]:
    async with (
        asyncssh.connect(
            "127.0.0.1", front.sftp_port, username=name, client_keys=[key], known_hosts=None, config=None
        ) as connection,
        connection.start_sftp_client() as client,
    ):
        yield client


def in_session(front: Front, key: asyncssh.SSHKey, said: Said) -> None:
    async def run() -> None:
        async with session(front, key) as client:
            await said(client)

    asyncio.run(run())


async def put(client: asyncssh.SFTPClient, path: str, content: bytes) -> None:
    async with client.open(path, "wb") as file:
        await file.write(content)


def test_a_renamed_file_is_taken_in_and_its_receipt_can_be_read(
    front: Front, intake: RunningIntake, ssh_key: asyncssh.SSHKey, log: Cluster
) -> None:
    before, told = count(log, SIGNALS), []

    async def deliver(client: asyncssh.SFTPClient) -> None:
        await put(client, "/debt_services/jan de vries.json.part", levering())
        await client.rename("/debt_services/jan de vries.json.part", "/debt_services/jan de vries.json")
        async with client.open("/debt_services/jan de vries.json.ontvangst.json", "rb") as file:
            told.append(json.loads(await file.read())["kenmerk"])

    in_session(front, ssh_key, deliver)
    assert wait_until(lambda: count(log, SIGNALS) == before + 1, 30)
    assert wait_until(lambda: any(told[0] in path.name for path in intake.lying(DEBT, "done")), 30)
    assert "vries" not in front.logs() + intake.logs()


def test_a_file_that_was_not_renamed_when_the_connection_ended_is_forgotten(
    front: Front, intake: RunningIntake, ssh_key: asyncssh.SSHKey, log: Cluster
) -> None:
    before = count(log, SIGNALS)

    async def half(client: asyncssh.SFTPClient) -> None:
        await put(client, "/debt_services/half.json.part", levering()[:-20])
        file = await client.open("/debt_services/open.json.part", "wb")
        await file.write(b"{")

    in_session(front, ssh_key, half)
    spool = front.log.parent / "front" / "spool"
    assert wait_until(lambda: list(spool.iterdir()) == [], 10)
    in_session(front, ssh_key, lambda client: _renamed_too_late(client))
    assert count(log, SIGNALS) == before
    assert intake.lying(DEBT, "in") == []


async def _renamed_too_late(client: asyncssh.SFTPClient) -> None:
    with pytest.raises(asyncssh.SFTPNoSuchFile):
        await client.rename("/debt_services/half.json.part", "/debt_services/half.json")


def test_a_manifest_that_does_not_fit_stops_the_rename(
    front: Front, ssh_key: asyncssh.SSHKey, log: Cluster
) -> None:
    before, content = count(log, SIGNALS), levering()

    async def deliver(client: asyncssh.SFTPClient) -> None:
        for sha256, fits in ((hashlib.sha256(b"x"), False), (hashlib.sha256(content), True)):
            said = json.dumps({"rijen": 1, "sha256": sha256.hexdigest()}).encode()
            await put(client, "/debt_services/a.json.part", content)
            await put(client, "/debt_services/a.json.manifest.json", said)
            if fits:
                await client.rename("/debt_services/a.json.part", "/debt_services/a.json")
            else:
                with pytest.raises(asyncssh.SFTPFailure):
                    await client.rename("/debt_services/a.json.part", "/debt_services/a.json")

    in_session(front, ssh_key, deliver)
    assert wait_until(lambda: count(log, SIGNALS) == before + 1, 30)


@pytest.mark.parametrize(
    "attempt",
    [
        lambda client: put(client, "/debt_services/a.json", b"{}"),
        lambda client: put(client, "/school_attendance/a.xml.part", b"<a/>"),
        lambda client: put(client, "/debt_services/../../etc/x.part", b"x"),
        lambda client: put(client, "/x.part", b"x"),
        lambda client: client.mkdir("/debt_services/map"),
        lambda client: client.symlink("/etc/passwd", "/debt_services/link"),
        lambda client: client.open("/debt_services/in", "rb"),
        lambda client: client.open("/etc/passwd", "rb"),
        lambda client: client.remove("/debt_services/in"),
        lambda client: client.link("/etc/passwd", "/debt_services/link"),
        lambda client: client.readlink("/etc/mtab"),
        lambda client: client.statvfs("/etc"),
    ],
    ids=[
        *("plain-put", "other-source", "traversal", "root", "mkdir", "symlink", "read", "passwd", "remove"),
        *("link", "readlink", "statvfs"),
    ],
)
def test_nothing_else_can_be_done(front: Front, ssh_key: asyncssh.SSHKey, attempt: Said) -> None:
    async def tried(client: asyncssh.SFTPClient) -> None:
        with pytest.raises(asyncssh.SFTPError):
            await attempt(client)

    in_session(front, ssh_key, tried)


def test_nobody_reaches_a_file_of_this_machine_by_its_rights(
    front: Front, ssh_key: asyncssh.SSHKey, tmp_path: Path
) -> None:
    ours = tmp_path / "van ons"
    ours.write_text("blijft zoals het is")
    ours.chmod(0o600)
    before = ours.stat()

    async def change(client: asyncssh.SFTPClient) -> None:
        for follow in (True, False):
            await client.chmod(str(ours), 0o777, follow_symlinks=follow)
            await client.utime(str(ours), (1, 1), follow_symlinks=follow)

    in_session(front, ssh_key, change)
    after = ours.stat()
    assert (after.st_mode, after.st_mtime) == (before.st_mode, before.st_mtime)


def test_what_is_still_written_to_and_an_archive_are_not_taken(
    front: Front, intake: RunningIntake, ssh_key: asyncssh.SSHKey, log: Cluster
) -> None:
    before, content = count(log, SIGNALS), levering()

    async def deliver(client: asyncssh.SFTPClient) -> None:
        async with client.open("/debt_services/a.json.part", "wb") as file:
            await file.write(content)
            with pytest.raises(asyncssh.SFTPFailure):
                await client.rename("/debt_services/a.json.part", "/debt_services/a.json")
        await put(client, "/debt_services/b.zip.part", gzip.compress(content))
        with pytest.raises(asyncssh.SFTPFailure):
            await client.rename("/debt_services/b.zip.part", "/debt_services/b.zip")
        assert intake.lying(DEBT, "in") == []
        await client.rename("/debt_services/a.json.part", "/debt_services/a.json")

    in_session(front, ssh_key, deliver)
    assert wait_until(lambda: count(log, SIGNALS) == before + 1, 30)


def test_a_list_shows_the_sources_and_never_what_was_delivered(front: Front, ssh_key: asyncssh.SSHKey) -> None:
    async def look(client: asyncssh.SFTPClient) -> None:
        assert await client.listdir("/") == ["debt_services"]
        assert await client.listdir("/debt_services") == []

    in_session(front, ssh_key, look)


def test_another_key_or_name_or_a_password_or_a_shell_gets_nowhere(front: Front, ssh_key: asyncssh.SSHKey) -> None:
    async def denied(**changes: object) -> None:
        options = {"username": "partner", "client_keys": [ssh_key], "known_hosts": None, "config": None} | changes
        with pytest.raises(asyncssh.Error):
            async with asyncssh.connect("127.0.0.1", front.sftp_port, **options) as connection:
                await connection.run("id", check=True)

    asyncio.run(denied(client_keys=[asyncssh.generate_private_key("ssh-ed25519")]))
    asyncio.run(denied(username="onbekend"))
    asyncio.run(denied(client_keys=[], password="geheim"))
    asyncio.run(denied())


def test_a_file_beyond_the_sources_limit_is_cut_off(front: Front, ssh_key: asyncssh.SSHKey) -> None:
    async def much(client: asyncssh.SFTPClient) -> None:
        with pytest.raises(asyncssh.SFTPError):
            await put(client, "/debt_services/a.json.manifest.json", b"x" * 100_000)

    in_session(front, ssh_key, much)
