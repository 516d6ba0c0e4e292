"""One dropped file taken in: as it is, or each entry of an archive as a delivery of its own."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from connectors.archives import BadArchive, is_archive, unpacked
from connectors.batches import Effects
from connectors.connector import Connector, Delivered, Refused
from connectors.files import DONE, REFUSED, Candidate, DropFolder, OpenFile
from connectors.intake import Taken, sha256_of, take_in
from connectors.manifest_file import Sidecar, of_bytes, of_rows
from connectors.quarantine import NEVER_HAD
from schemas.vocabulary import Refusal


def take_dropped(
    connector: Connector,
    opened: OpenFile,
    effects: Effects,
    going_on: Callable[[], bool],
    *,
    sidecar: Sidecar | None,
    spool: Path,
) -> tuple[Taken, ...]:
    """What became of it: one delivery, or one an entry; an archive that is not in order is used for nothing.

    Raises  what `take_in` raises; OSError when *spool* has no room
    """
    file, size = opened.file, opened.sight.size
    if size > connector.largest_file or not is_archive(file):
        return (take_in(connector, file, size, effects, going_on, sidecar=sidecar),)
    try:
        with unpacked(file, size, spool) as entries:
            wrong = _disagreeing(connector, file, entries, sidecar)
            if wrong is None:
                # An entry is a copy of ours: it does not change, but a stop between two batches still ends it.
                return tuple(
                    take_in(connector, each, _size(each), effects, lambda: going_on() or True) for each in entries
                )
    except BadArchive:
        wrong = Refused(0, Refusal.ARCHIVE)
    return (take_in(connector, file, size, effects, going_on, sidecar=sidecar, whole=wrong),)


def _disagreeing(
    connector: Connector, archive: BinaryIO, entries: Sequence[BinaryIO], sidecar: Sidecar | None
) -> Refused | None:
    """Why the overview beside an archive is not about it: it counts the rows of all entries together."""
    if sidecar is None:
        return None
    wrong = of_bytes(sidecar, sha256_of(archive))
    if wrong is not None:
        return wrong
    rows = 0
    for each in entries:
        said = connector.delivered(each)
        rows += 0 if isinstance(said, Refused) else said.rows or 0
    said = of_rows(sidecar, Delivered(None, rows))
    return said if isinstance(said, Refused) else None


def _size(file: BinaryIO) -> int:
    return file.seek(0, os.SEEK_END)


def put_away(folder: DropFolder, candidate: Candidate, connector: Connector, takens: Sequence[Taken]) -> None:
    """Where the file lies from now on; one that holds what we may never have lies nowhere."""
    to = REFUSED if any(each.status == "refused" for each in takens) else DONE
    suffix = connector.suffixes[0] if len(takens) == 1 else ".archive"
    name = f"{takens[0].receipt.id}{suffix}"
    reasons = {each.reason for taken in takens for each in taken.refused}
    if folder.move(candidate, to, name) and reasons & NEVER_HAD:
        folder.destroy(to, name)
