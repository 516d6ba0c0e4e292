"""What is promised of rows: samples as named, each row once, the same again, twice is once, whatever the order."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from connectors.connector import RawRecord, Whom
from connectors.kit.subject import TODAY, Bench, Subject
from schemas.identity import PersonPseudonym

Check = Callable[[Subject], Iterator[str]]


def samples(subject: Subject) -> Iterator[str]:
    """Accepted samples are taken whole, refused ones for exactly the reason in their name."""
    if not subject.accepted():
        yield "er is geen voorbeeld dat wordt aangenomen"
    for path in subject.accepted():
        taken = Bench().take(subject.connector, path.read_bytes())
        if taken.refused:
            yield f"{path.name} wordt niet heel aangenomen"
    for path in subject.refused():
        taken = Bench().take(subject.connector, path.read_bytes())
        if [each.reason.value for each in taken.refused] != [path.stem.partition("-")[0]]:
            yield f"{path.name} wordt niet geweigerd om de reden in zijn naam"


def reasons(subject: Subject) -> Iterator[str]:
    """Every reason of the manifest has a sample, and every sample's reason is in the manifest."""
    shown = {path.stem.partition("-")[0] for path in subject.refused()}
    named = {each.value for each in subject.manifest.refuses}
    yield from (f"{each} staat in connector.toml en heeft geen voorbeeld" for each in sorted(named - shown))
    yield from (f"{each} heeft een voorbeeld en staat niet in connector.toml" for each in sorted(shown - named))
    if not named:
        yield "connector.toml noemt geen enkele reden"


def accounting(subject: Subject) -> Iterator[str]:
    """Rows are numbered from 1 without a gap, and each becomes exactly one thing.

    Source  invariant I1
    """
    for path in subject.all():
        content = path.read_bytes()
        numbers = [each.row for each in subject.rows(content)]
        taken = Bench().take(subject.connector, content)
        if taken.status == "refused":
            if taken.accepted or taken.duplicates:
                yield f"{path.name} is als geheel geweigerd en toch gebruikt"
            continue
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"{path.name}: de rijen zijn niet doorlopend genummerd"
        if taken.rows != len(numbers):
            yield f"{path.name}: {len(numbers)} rijen gelezen, {taken.rows} verantwoord"


def sameness(subject: Subject) -> Iterator[str]:
    """Reading and normalising the same bytes twice says the same."""
    for path in subject.all():
        first, second = subject.rows(path.read_bytes()), subject.rows(path.read_bytes())
        if first != second:
            yield f"{path.name} wordt twee keer anders gelezen"
            continue
        for one, other in zip(first, second, strict=True):
            if not isinstance(one, RawRecord) or not isinstance(other, RawRecord):
                continue
            if subject.connector.normalise(one, TODAY) != subject.connector.normalise(other, TODAY):
                yield f"{path.name} rij {one.row} betekent twee keer iets anders"


def again(subject: Subject) -> Iterator[str]:
    """A row read back from its kept bytes is the same row and means the same."""
    for path in subject.all():
        for row in subject.rows(path.read_bytes()):
            if not isinstance(row, RawRecord):
                continue
            back = subject.connector.again(row.row, row.raw)
            if not isinstance(back, RawRecord) or (back.row, back.raw) != (row.row, row.raw):
                yield f"{path.name} rij {row.row} komt niet terug uit zijn bewaarde bytes"
            elif subject.connector.normalise(back, TODAY) != subject.connector.normalise(row, TODAY):
                yield f"{path.name} rij {row.row} betekent teruggelezen iets anders"


def twice(subject: Subject) -> Iterator[str]:
    """The same file is known; the same rows in another file say nothing new."""
    for path in subject.accepted():
        bench, content = Bench(), path.read_bytes()
        first = bench.take(subject.connector, content)
        published = len(bench.published)
        if bench.take(subject.connector, content).status != "known" or len(bench.published) != published:
            yield f"{path.name} twee keer geleverd wordt twee keer gebruikt"
        other = bench.take(subject.connector, content + b"\n")
        if other.accepted or other.refused or len(other.duplicates) != first.rows:
            yield f"{path.name} in een ander bestand: de rijen worden niet als dubbel herkend"


def order(subject: Subject) -> Iterator[str]:
    """Files that overtake each other end in the same: what is newest does not depend on what came last."""
    persons: dict[Whom, PersonPseudonym] = {}
    files = list(_agreeing(subject, persons))
    ends = []
    for ordered in (files, files[::-1]):
        bench = Bench(persons)
        ends.append(bench.newest([bench.take(subject.connector, each).receipt.id for each in ordered]))
    if ends[0] != ends[1]:
        yield "de volgorde van leveren bepaalt wat het nieuwste is"


def _agreeing(subject: Subject, persons: dict[Whom, PersonPseudonym]) -> Iterator[bytes]:
    """The samples that do not say of the same signal that it is about somebody else: those must come in order."""
    about: dict[str, str] = {}
    for path in subject.accepted():
        bench, content = Bench(persons), path.read_bytes()
        said = dict(bench.spoken_of([bench.take(subject.connector, content).receipt.id]))
        if all(about.get(entity, person) == person for entity, person in said.items()):
            about |= said
            yield content


CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "voorbeelden": samples,
        "redenen": reasons,
        "verantwoording": accounting,
        "eenduidig": sameness,
        "teruglezen": again,
        "dubbel": twice,
        "volgorde": order,
    }
)
