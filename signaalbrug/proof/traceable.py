"""I4: every revision walks to a receipt, every hash is that of the content, and no edge hangs in the air."""

from collections.abc import Iterator

from schemas.codec import Codec
from schemas.events.alert import Alert
from schemas.events.delivery import Delivery
from schemas.events.signal import Signal
from signaalbrug.proof.finding import Checked, Finding
from streams.core.evidence import sha256
from streams.trail.edges import Edge, Role
from streams.trail.kept import Held, Kept
from streams.trail.shelf import Shelf
from streams.trail.verify import Verifier

PROMISE = "every alert walks to a receipt, all hashes match, every decision is taken again, no dangling edge"


def traceable(shelf: Shelf, codec: Codec) -> Checked:
    """Hashes, edges, walks and decisions over everything.

    Source  promises.md I4; rules.md 3
    """
    found = [*_forged(shelf), *_dangling(shelf), *_unreached(shelf), *_differing(shelf, codec)]
    return Checked("I4", PROMISE, len(shelf.edges), tuple(found))


def _forged(shelf: Shelf) -> Iterator[Finding]:
    for record in shelf.records:
        if record.held in (Held.BODY, Held.TOMBSTONE) and sha256(record.value) != record.hash:
            yield Finding("I4", "the content is not what its hash says", str(record.at))


def dangling(shelf: Shelf, edge: Edge) -> str | None:
    """What is wrong with this edge, either way; None when both ends are there and the content is the same."""
    if not shelf.found(edge.child, edge.child_rev):
        return "an edge whose child does not exist"
    parents = shelf.found(edge.parent, edge.parent_rev)
    if not parents:
        return f"an edge whose parent does not exist: {edge.role}"
    if edge.role is Role.TRIGGER and edge.parent.startswith("delivery/"):
        return None  # the row's own keyed hash: its key lies in the vault
    if edge.content_sha256 and edge.content_sha256 not in {parent.hash for parent in parents}:
        return f"an edge to other content than its hash says: {edge.role}"
    return None


def _dangling(shelf: Shelf) -> Iterator[Finding]:
    for edge in shelf.edges:
        if (what := dangling(shelf, edge)) is not None:
            yield Finding("I4", what, str(edge.told_by))


def _unreached(shelf: Shelf) -> Iterator[Finding]:
    for record in shelf.records:
        rests_on_signals = isinstance(record.event, Alert) and bool(record.event.signals)
        if rests_on_signals and not any(receipts_of(shelf, record)):
            yield Finding("I4", "the walk reaches no receipt", f"{record.name.node}/{record.name.rev}")


def receipts_of(shelf: Shelf, alert: Kept) -> Iterator[str]:
    """The receipts to which the walk from this revision comes: alert, contribution, signal, delivery."""
    for up in shelf.up(alert):
        if up.role is not Role.CONTRIBUTOR:
            continue
        for contribution in shelf.found(up.parent, up.parent_rev):
            for source in shelf.up(contribution):
                yield from _delivered(shelf, source)


def _delivered(shelf: Shelf, edge: Edge) -> Iterator[str]:
    if edge.role is not Role.CONTRIBUTOR:
        return
    for signal in shelf.found(edge.parent, edge.parent_rev):
        if isinstance(signal.event, Signal):
            for delivery in shelf.named(f"delivery/{signal.event.receipt}"):
                if isinstance(delivery.event, Delivery):
                    yield delivery.event.receipt


def _differing(shelf: Shelf, codec: Codec) -> Iterator[Finding]:
    verifier = Verifier(shelf, codec)
    for record in shelf.records:
        if isinstance(record.event, Alert):
            for each in verifier.record(record).differences:
                yield Finding("I4", f"decided again: {each.what}", each.where)
