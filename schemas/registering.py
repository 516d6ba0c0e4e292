"""Bring registry.json in step with the .avsc files; a change of what was released becomes a new version and id."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from schemas.catalogue import TOPICS, Topic
from schemas.compatibility import objections
from schemas.lints import Objection
from schemas.registry import FIRST_ID, HERE, Version, fingerprint, known_versions, load_schema
from schemas.released import by_subject, released_versions

REPOSITORY = HERE.parent
Row = dict[str, Any]


def check(folder: Path = HERE, released: Sequence[Version] | None = None) -> tuple[Objection, ...]:
    """Everything against the schemas as they stand.

    Raises  ValueError when registry.json is out of step with the files
    """
    before = released_versions(REPOSITORY) if released is None else released
    return objections(by_subject(known_versions(folder)), by_subject(before))


def register(folder: Path = HERE, released: Sequence[Version] | None = None) -> tuple[Row, ...]:
    """Rewrite registry.json; returns the rows that are new or changed.

    A version that no release carried is simply overwritten. A released one is kept under `avro/released/`, with its
    id, and what stands in the .avsc now becomes the next version. Nothing is judged here: run `check` afterwards.
    """
    before = released_versions(REPOSITORY) if released is None else released
    rows: list[Row] = json.loads((folder / "registry.json").read_text())
    changed = [row for topic in TOPICS.values() for row in _in_step(folder, rows, before, topic)]
    rows.sort(key=lambda row: (int(row["id"]), str(row["subject"])))
    (folder / "registry.json").write_text(json.dumps(rows, indent=1) + "\n")
    return tuple(changed)


def _in_step(folder: Path, rows: list[Row], before: Sequence[Version], topic: Topic) -> Iterator[Row]:
    file = f"avro/{topic.schema}.avsc"
    now = fingerprint(load_schema(folder / file))
    of_subject = [row for row in rows if row["subject"] == topic.subject]
    if not of_subject:
        yield _added(rows, topic.subject, 1, file, now)
        return
    newest = max(of_subject, key=lambda row: int(row["version"]))
    if newest["fingerprint"] == now:
        return
    kept = [each for each in before if (each.subject, each.version) == (topic.subject, newest["version"])]
    if not kept:
        newest["fingerprint"] = now
        yield newest
        return
    newest["file"] = _keep(folder, topic.schema, kept[0])
    yield _added(rows, topic.subject, newest["version"] + 1, file, now)


def _added(rows: list[Row], subject: str, version: int, file: str, now: str) -> Row:
    same = [int(row["id"]) for row in rows if row["fingerprint"] == now]
    id = same[0] if same else max((int(row["id"]) for row in rows), default=FIRST_ID - 1) + 1
    row: Row = {"subject": subject, "version": version, "id": id, "file": file, "fingerprint": now}
    rows.append(row)
    return row


def _keep(folder: Path, stem: str, kept: Version) -> str:
    file = f"avro/released/{stem}.{kept.version}.avsc"
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).write_text(json.dumps(kept.schema, indent=2) + "\n")
    return file


def main(arguments: Sequence[str]) -> int:
    """`check` refuses what may not be released; `register` brings registry.json in step first."""
    if list(arguments) == ["register"]:
        for row in register():
            print(f"{row['subject']} v{row['version']} id {row['id']}")  # noqa: T201
    elif list(arguments) != ["check"]:
        print("gebruik: python -m schemas.registering check|register")  # noqa: T201
        return 2
    found = check()
    for objection in found:
        print(objection)  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    import sys

    sys.exit(main(sys.argv[1:]))
