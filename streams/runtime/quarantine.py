"""What a step cannot decode or decide goes aside, sealed, inside the same transaction as everything else."""

import base64
import json
from collections.abc import Callable
from datetime import datetime

from schemas.admission import header
from schemas.codec import NotDecoded
from schemas.events.delivery import Quarantined
from schemas.identity import ReceiptId, derived
from schemas.record import OutRecord, Recorder
from schemas.sealing import seal
from schemas.trace import following
from schemas.vocabulary import Refusal, Stage
from streams.core.evidence import sha256
from streams.runtime.raw import Raw

Seal = Callable[[bytes], bytes]
#: A quarantine record must itself always fit on the log: what is larger keeps only its hash and size.
LARGEST_SEALED = 600_000


def sealing_to(public_key_hex: str) -> Seal:
    """Seals to one quarantine key."""
    return lambda content: seal(public_key_hex, content)


def original(raw: Raw) -> bytes:
    """Key, value and headers in one piece, so that a repaired record can be made of it."""

    def text(content: bytes | None) -> str | None:
        return None if content is None else base64.b64encode(content).decode()

    headers = [[name, text(value)] for name, value in raw.headers or ()]
    return json.dumps({"key": text(raw.key), "value": text(raw.value), "headers": headers}).encode()


def quarantined(
    recorder: Recorder, sealing: Seal, step: str, raw: Raw, stage: Stage, why: NotDecoded, now: datetime
) -> OutRecord:
    """The record that keeps what could not be processed.

    A number that stands where it may not stand is not kept at all, not even sealed (bad_inputs.md B12).
    """
    content = original(raw)
    kept = why.reason is not Refusal.LEAKED_NUMBER
    event = Quarantined(
        receipt=ReceiptId(derived("quarantine", str(raw.at))),
        stage=stage,
        reason=why.reason,
        component=f"step-{step}",
        topic=raw.at.topic,
        partition=raw.at.partition,
        offset=raw.at.offset,
        row=None,
        field=why.field,
        failed_at=now,
        content_hash=sha256(raw.value if kept else None),
        size=raw.size,
        sealed=sealing(content) if kept and len(content) <= LARGEST_SEALED else b"",
    )
    trace = following(header(raw.headers, "traceparent"), f"step-{step}", f"{raw.at}|quarantine")
    return recorder.record(event, trace, now, cause=str(raw.at))
