"""Fetch the vendored styles and font again, and refuse a file that differs from vendor.lock.json."""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
LOCK = "vendor.lock.json"
OURS = frozenset({LOCK, "refresh.py"})
SOURCE_MAP = re.compile(rb"(?:/\*[#@]\s*sourceMappingURL=[^*]*\*/|//[#@]\s*sourceMappingURL=\S*)\s*")


@dataclass(frozen=True, slots=True)
class Vendored:
    """One file of one package, as it lies here."""

    package: str
    version: str
    licence: str
    source: str
    file: str
    sha256: str


def read_lock(folder: Path = FOLDER) -> tuple[Vendored, ...]:
    """The files that may lie here, in the order of the lock."""
    return tuple(Vendored(**entry) for entry in json.loads((folder / LOCK).read_text("utf-8")))


def differing(folder: Path = FOLDER) -> tuple[str, ...]:
    """The files that are missing, changed or not in the lock."""
    locked = {entry.file: entry.sha256 for entry in read_lock(folder)}
    present = {
        path.relative_to(folder).as_posix(): _sha256(path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file() and path.name not in OURS and "__pycache__" not in path.parts
    }
    return tuple(sorted(name for name in locked.keys() | present.keys() if locked.get(name) != present.get(name)))


def cleaned(content: bytes, file: str) -> bytes:
    """The content without pointers to source maps, which no browser of ours may look for."""
    return SOURCE_MAP.sub(b"", content) if file.endswith((".css", ".js")) else content


def fetch(entry: Vendored, scratch: Path) -> bytes:
    """The file from its package, as the npm client hands it over."""
    target = scratch / entry.package.replace("/", "+")
    if not target.exists():
        target.mkdir()
        command = ["npm", "pack", "--ignore-scripts", "--silent", f"{entry.package}@{entry.version}"]
        subprocess.run(command, cwd=target, check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(next(target.glob("*.tgz"))) as tarball:
        member = tarball.extractfile(f"package/{entry.source}")
        if member is None:
            raise FileNotFoundError(f"{entry.package}: {entry.source}")
        return cleaned(member.read(), entry.file)


def refresh(accept: bool) -> tuple[str, ...]:
    """Lay every file anew; without `accept`, leave what differs from the lock alone and name it."""
    refused: list[str] = []
    fetched: list[Vendored] = []
    with tempfile.TemporaryDirectory() as scratch:
        for entry in read_lock():
            content = fetch(entry, Path(scratch))
            fetched.append(replace(entry, sha256=_sha256(content)))
            if not accept and fetched[-1].sha256 != entry.sha256:
                refused.append(entry.file)
                continue
            (FOLDER / entry.file).parent.mkdir(parents=True, exist_ok=True)
            (FOLDER / entry.file).write_bytes(content)
    if accept:
        lines = json.dumps([asdict(entry) for entry in fetched], indent=2)
        (FOLDER / LOCK).write_text(lines + "\n", "utf-8")
    return tuple(refused)


def main() -> int:
    """Exit 1 and name the files when anything here is not what the lock says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare the files here with the lock")
    parser.add_argument("--accept", action="store_true", help="write the lock anew, after changing a version in it")
    arguments = parser.parse_args()
    refused = () if arguments.check else refresh(arguments.accept)
    wrong = sorted({*refused, *differing()})
    for file in wrong:
        print(f"not as locked: {file}", file=sys.stderr)
    return 1 if wrong else 0


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    raise SystemExit(main())
