"""SFTP: a folder per source in which one may put a file and rename it, and nothing else.

A file counts when it is renamed to a name without .part: a connection that breaks half-way renames nothing, so half
a file is never taken. The names serve the sender alone; a file lies under the name of its receipt.
"""

import asyncio
import json
import stat
import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh
import psycopg

from connectors.manifest_file import LARGEST, SUFFIX, UNREADABLE, sidecar_in
from connectors.receiving.callers import Callers
from connectors.receiving.handing_over import HandingOver, NotTaken, Stated
from connectors.receiving.spool import Spooled, TooLarge
from connectors.vault.api import VaultDown, VaultRefused

UNFINISHED = (b".part", b".tmp", b".filepart")
MANIFEST, RECEIPT = SUFFIX.encode(), b".ontvangst.json"
_HOW = "upload onder een naam op .part en hernoem daarna"
#: Files that one connection may have under way.
_MOST_FILES = 16
Failure = asyncssh.SFTPFailure


@dataclass(frozen=True, slots=True)
class Room:
    """What every connection needs; sizes in bytes, suffixes as each source has them."""

    callers: Callers
    handing: HandingOver
    spool: Path
    largest: Mapping[str, int]
    suffixes: Mapping[str, tuple[str, ...]]
    log: Any


class Login(asyncssh.SSHServer):
    """Only keys, only names that are known; nobody gets a shell."""

    def __init__(self, callers: Callers) -> None:
        self._callers = callers

    def begin_auth(self, username: str) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return False

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        caller = self._callers.by_name(username)
        return caller is not None and key.public_data in caller.ssh_keys


class Folder(asyncssh.SFTPServer):
    """What one connection sees."""

    def __init__(self, chan: Any, room: Room) -> None:
        super().__init__(chan)
        caller = room.callers.by_name(chan.get_extra_info("username"))
        assert caller is not None
        self._room, self._caller = room, caller
        self._files: dict[bytes, Spooled] = {}
        self._told: dict[bytes, bytes] = {}

    def _place(self, path: bytes) -> tuple[str, bytes]:
        """The source and the sender's own name in `/<bron>/<naam>`."""
        parts = [part for part in path.split(b"/") if part not in (b"", b".")]
        source = parts[0].decode("ascii", "replace") if len(parts) == 2 else ""
        if source not in self._caller.sources or b".." in parts:
            raise asyncssh.SFTPNoSuchFile("onbekende map")
        return source, parts[1]

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        source, name = self._place(path)
        if not pflags & asyncssh.FXF_WRITE:
            return _Told(self._receipt(path))
        if pflags & asyncssh.FXF_APPEND or not name.endswith((*UNFINISHED, MANIFEST)):
            raise asyncssh.SFTPPermissionDenied(_HOW)
        if len(self._files) >= _MOST_FILES:
            raise Failure("te veel bestanden tegelijk")
        self._drop(path)
        largest = LARGEST if name.endswith(MANIFEST) else self._room.largest[source]
        spooled = Spooled(self._room.spool / f".{uuid.uuid4().hex}.part", largest)
        self._files[path] = spooled
        return spooled

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        assert isinstance(file_obj, Spooled)
        if offset != file_obj.size:
            raise Failure("schrijf van voor naar achter")
        try:
            file_obj.write(data)
        except TooLarge:
            raise Failure("te groot; lever in delen") from None
        return len(data)

    def read(self, file_obj: object, offset: int, size: int) -> bytes:
        assert isinstance(file_obj, _Told)
        return file_obj.text[offset : offset + size]

    def close(self, file_obj: object) -> None:
        if isinstance(file_obj, Spooled):
            file_obj.settle()

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        source, name = self._place(newpath)
        spooled = self._files.get(oldpath)
        if spooled is None:
            raise asyncssh.SFTPNoSuchFile("onbekend bestand")
        if name.endswith((*UNFINISHED, MANIFEST)) or self._place(oldpath)[0] != source:
            raise asyncssh.SFTPPermissionDenied(_HOW)
        if not spooled.settled:
            raise Failure("sluit het bestand voor u het hernoemt")  # what is still written to may be half
        stated = self._stated(newpath + MANIFEST)
        if stated.sha256 is not None and stated.sha256 != spooled.sha256:
            raise Failure("de inhoud past niet bij het manifest")
        receipt = await asyncio.to_thread(self._handed, source, spooled, stated)
        self._drop(oldpath)
        self._told[newpath + RECEIPT] = json.dumps({"kenmerk": receipt}).encode()
        self._room.log.info("delivered", source=source, receipt=receipt, stage="sftp")

    posix_rename = rename

    def _handed(self, source: str, spooled: Spooled, stated: Stated) -> str:
        try:
            return self._room.handing.hand(source, self._room.suffixes[source][0], spooled, stated)
        except NotTaken as why:
            raise Failure(why.what) from None
        except (VaultDown, VaultRefused, OSError, psycopg.Error):
            raise Failure("nu niet aan te nemen; probeer het later opnieuw") from None

    def _stated(self, path: bytes) -> Stated:
        """What the manifest beside it says, if one was put there."""
        spooled = self._files.get(path)
        if spooled is None:
            return Stated()
        spooled.settle()
        said = sidecar_in(spooled.path.read_bytes())
        if said == UNREADABLE:
            raise Failure("het manifest is niet te lezen")
        self._drop(path)
        return Stated(said.rows, said.sha256)

    def _receipt(self, path: bytes) -> bytes:
        if path not in self._told:
            raise asyncssh.SFTPNoSuchFile("alleen een ontvangstbewijs is te lezen")
        return self._told[path]

    def remove(self, path: bytes) -> None:
        if path not in self._files:
            raise asyncssh.SFTPNoSuchFile("onbekend bestand")
        self._drop(path)

    def _drop(self, path: bytes) -> None:
        spooled = self._files.pop(path, None)
        if spooled is not None:
            spooled.drop()

    def exit(self) -> None:
        for path in tuple(self._files):
            self._drop(path)

    def realpath(self, path: bytes) -> bytes:
        parts = [part for part in path.split(b"/") if part not in (b"", b".")]
        return b"/" + b"/".join(parts) if b".." not in parts else b"/"

    def stat(self, path: bytes) -> asyncssh.SFTPAttrs:
        parts = [part for part in path.split(b"/") if part not in (b"", b".")]
        if not parts or (len(parts) == 1 and parts[0].decode("ascii", "replace") in self._caller.sources):
            return asyncssh.SFTPAttrs(permissions=stat.S_IFDIR | 0o700)
        if path in self._files:
            return asyncssh.SFTPAttrs(permissions=stat.S_IFREG | 0o600, size=self._files[path].size)
        return asyncssh.SFTPAttrs(permissions=stat.S_IFREG | 0o400, size=len(self._receipt(path)))

    lstat = stat

    def fstat(self, file_obj: object) -> asyncssh.SFTPAttrs:
        size = file_obj.size if isinstance(file_obj, Spooled | _Told) else 0
        return asyncssh.SFTPAttrs(permissions=stat.S_IFREG | 0o600, size=size)

    def setstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Times and rights of the sender's side mean nothing here."""

    lsetstat = setstat

    def fsetstat(self, file_obj: object, attrs: asyncssh.SFTPAttrs) -> None:
        """Times and rights of the sender's side mean nothing here."""

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        """The sources one may deliver for; what was delivered is not listed, not even to who delivered it."""
        if path.strip(b"/"):
            return
        for source in sorted(self._caller.sources):
            yield asyncssh.SFTPName(source.encode(), attrs=asyncssh.SFTPAttrs(permissions=stat.S_IFDIR | 0o700))

    def map_path(self, path: bytes) -> bytes:
        """Whatever else the library can do, now or in a later version, would reach the disk by this path."""
        raise asyncssh.SFTPPermissionDenied(_HOW)


class _Told:
    """A receipt that can be read."""

    def __init__(self, text: bytes) -> None:
        self.text, self.size = text, len(text)


async def serve_sftp(room: Room, host: str, port: int, host_key: Path) -> asyncssh.SSHAcceptor:
    """Listen; the port is that of the acceptor when 0 was asked."""
    return await asyncssh.listen(
        host,
        port,
        server_factory=lambda: Login(room.callers),
        server_host_keys=[str(host_key)],
        sftp_factory=lambda chan: Folder(chan, room),
        allow_scp=False,
        agent_forwarding=False,
        x11_forwarding=False,
        login_timeout=20,
        keepalive_interval=30,
    )
