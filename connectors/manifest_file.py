"""The overview that a sender puts beside a file: how many rows, and which bytes; what disagrees is refused."""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from connectors.connector import Delivered, Refused
from schemas.vocabulary import Refusal

#: Beside `X` it is called `X.manifest.json`; it lies there before `X` gets its name.
SUFFIX = ".manifest.json"
LARGEST = 4_096


@dataclass(frozen=True, slots=True)
class Sidecar:
    """What the sender counted; `sha256` is of the file as it was sent, also of an archive."""

    rows: int
    sha256: bytes


#: What could not be read agrees with nothing.
UNREADABLE = Sidecar(-1, b"")


class _Overview(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    rijen: Annotated[int, Field(ge=0, le=1_000_000_000)]
    sha256: Annotated[str, StringConstraints(pattern="^[0-9a-fA-F]{64}$")]


def sidecar_in(raw: bytes) -> Sidecar:
    """What the bytes of an overview say; UNREADABLE when they are none."""
    if len(raw) > LARGEST:
        return UNREADABLE
    try:
        said = _Overview.model_validate_json(raw)
    except ValidationError:
        return UNREADABLE
    return Sidecar(said.rijen, bytes.fromhex(said.sha256))


def laid_beside(target: Path, sidecar: Sidecar) -> Path:
    """Write the overview of a file that will be called *target*, by one rename, before that file is there.

    Raises  OSError; then nothing of it is left
    """
    beside = target.with_name(f"{target.name}{SUFFIX}")
    unfinished = beside.with_name(f".{beside.name}.part")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o660)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            json.dump({"rijen": sidecar.rows, "sha256": sidecar.sha256.hex()}, out)
        os.rename(unfinished, beside)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    return beside


def identity_of(sha256: bytes, sidecar: Sidecar | None) -> bytes:
    """What a delivery is known by: its bytes, and what was said beside them.

    The same bytes with a better overview are another delivery, which can come through; their rows are told apart
    by what they say, as ever. Every door computes it so, and knows the receipt before anything is read.
    """
    if sidecar is None:
        return sha256
    return hashlib.sha256(b"overview:%s%d:%s" % (sha256, sidecar.rows, sidecar.sha256)).digest()


def of_bytes(sidecar: Sidecar, sha256: bytes) -> Refused | None:
    """Why the overview is of other bytes, before anything of them is read."""
    if sidecar == UNREADABLE:
        return Refused(0, Refusal.MANIFEST)
    return None if sidecar.sha256 == sha256 else Refused(0, Refusal.MANIFEST, "sha256")


def of_rows(sidecar: Sidecar, said: Delivered | Refused) -> Delivered | Refused:
    """What is to be done with a file that says this of itself, beside what was counted by its sender.

    Source  bad_inputs.md A1: nothing to report is said by an overview of no rows; A24: any disagreement refuses all
    """
    if isinstance(said, Refused):
        nothing = said.reason is Refusal.EMPTY and sidecar.rows == 0
        return Delivered(None, 0) if nothing else said
    return said if said.rows == sidecar.rows else Refused(0, Refusal.MANIFEST, "rijen")
