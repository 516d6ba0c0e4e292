"""Records and edges side by side, found by place, by name and by hash: every walk and check looks here."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from schemas.codec import Codec
from schemas.following import Arrived
from streams.trail.edges import Edge
from streams.trail.kept import Kept, keep
from streams.trail.store import kept_edges


class Shelf:
    """A set of records with the edges between them."""

    def __init__(self, records: Iterable[Kept], edges: Iterable[Edge]) -> None:
        self.records: Sequence[Kept] = sorted(records, key=lambda each: each.at)
        self.edges: Sequence[Edge] = list(edges)
        self._by_place = {str(each.at): each for each in self.records}
        self._by_node: dict[str, list[Kept]] = defaultdict(list)
        self._by_hash: dict[tuple[str, str], list[Kept]] = defaultdict(list)
        self._up: dict[str, list[Edge]] = defaultdict(list)
        self._down: dict[str, list[Edge]] = defaultdict(list)
        for record in self.records:
            self._by_node[record.name.node].append(record)
            self._by_hash[record.at.topic, record.hash].append(record)
        for edge in self.edges:
            self._up[edge.child].append(edge)
            self._down[edge.parent].append(edge)

    def at(self, place: str) -> Kept | None:
        """The record at this place of the log."""
        return self._by_place.get(place)

    def named(self, node: str, rev: str = "") -> list[Kept]:
        """The records of this name; an empty revision means all of them."""
        return [each for each in self._by_node.get(node, ()) if rev in ("", each.name.rev)]

    def hashed(self, topic: str, hash: str) -> list[Kept]:
        """The records of this content."""
        return self._by_hash.get((topic, hash), [])

    def found(self, node: str, rev: str) -> list[Kept]:
        """The records that an edge's end speaks of: by hash, by delivery and row, by place or by name."""
        kind, _, rest = node.partition("/")
        if kind == "sha256":
            return self.hashed(rev, rest)
        if kind == "delivery":
            return self.named(node)
        if (record := self.at(node)) is not None:
            return [record]
        return self.named(node, rev)

    def up(self, record: Kept) -> Iterator[Edge]:
        """What this record rests on: by its name, and by its hash where only that was known."""
        yield from (each for each in self._up.get(record.name.node, ()) if each.child_rev == record.name.rev)
        topic = record.at.topic
        yield from (each for each in self._up.get(f"sha256/{record.hash}", ()) if each.child_rev == topic)

    def down(self, record: Kept) -> Iterator[Edge]:
        """What rests on this record: by its name, and by its place."""
        yield from (e for e in self._down.get(record.name.node, ()) if e.parent_rev in ("", record.name.rev))
        yield from self._down.get(str(record.at), ())

    def evidence(self, record: Kept) -> list[Kept]:
        """The evidence of the decision that emitted this record."""
        places = {edge.told_by for edge in self._up.get(f"sha256/{record.hash}", ())}
        told = [self.at(str(place)) for place in sorted(places)]
        return [each for each in told if each is not None and each.cause == record.cause]


def shelved(arrived: Iterable[Arrived], codec: Codec) -> Shelf:
    """The shelf of a run that was never written to a database."""
    known = sorted(arrived, key=lambda each: each.at)
    kept = keep(known, codec)
    return Shelf(kept, (edge for each in kept_edges(kept, known, codec) for edge in each))
