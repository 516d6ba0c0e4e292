"""What `signaalbrug source` makes on the sender's own disk: examples, a corrected or withdrawn file, a melding.

Exit codes: 0 made, 1 some rows cannot be used, 2 the file cannot be used, 64 asked wrongly.
"""

import io
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from connectors.connector import RawRecord, Refused
from connectors.kit.checking import check
from connectors.kit.conformance import CHECKS, certify
from connectors.kit.dry_run import DryRun
from connectors.kit.picking import NotPicked, picked
from connectors.kit.scaffolding import NotMade, skeleton, starter
from connectors.kit.subject import subject_of
from connectors.school_attendance.deriving.from_hours import Output, derive
from connectors.school_attendance.deriving.hours import SchoolType
from connectors.school_attendance.deriving.school_holidays import Region
from schemas.civil import civil_day
from signaalbrug.source_check import NONE, SOME, Misused, answered, connector_of, opened, told

#: The only source that counts for itself before it may say anything.
DERIVES = "school_attendance"
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Chosen:
    """Rows of an earlier file: which, and what is to be made of them."""

    source: str
    ids: frozenset[str]
    file: Path
    output: Path | None
    municipality: str
    withdraw: bool


def made(source: str | None, folder: Path | None, connector: str | None) -> int:
    """Write examples of a source, or the skeleton of a connector."""
    return answered(lambda: _made(source, folder, connector))


def _made(source: str | None, folder: Path | None, connector: str | None) -> int:
    try:
        if connector is not None:
            return _skeleton(connector, folder or Path(source or "connectors"))
        if source is None or folder is None:
            raise Misused("schrijf: signaalbrug source new BRON MAP.")
        connector_of(source, "9990")
        written = starter(source, folder)
    except NotMade as why:
        raise Misused(str(why)) from None
    print(f"{len(written)} bestanden in {folder}; begin met {written[0].name}")
    return 0


def _skeleton(name: str, parent: Path) -> int:
    for each in skeleton(name, parent):
        print(each)
    print(
        f"Verder: geef {name} een plaats in pyproject.toml (importlinter) en in connectors/sources.py,\n"
        "schrijf normalise.py en de voorbeelden, en herhaal tot niets meer wordt gevonden:\n"
        f"signaalbrug source certify {name}"
    )
    return 0


def chosen(asked: Chosen) -> int:
    """Write a file with these rows alone, withdrawn or to be corrected by hand."""
    return answered(lambda: _chosen(asked))


def _chosen(asked: Chosen) -> int:
    try:
        connector = connector_of(asked.source, asked.municipality)
        now = datetime.now(UTC)
        with opened(asked.file) as file:
            content = picked(asked.source, file.read(connector.largest_file), asked.ids, asked.withdraw, now)
        report = check(connector, asked.municipality, io.BytesIO(content), len(content), DryRun(), now)
        if report.faults:
            raise NotPicked("die rijen zijn zelf niet in orde; kijk het bestand eerst na.")
        if asked.withdraw and not _all_gone(asked, content):
            raise NotPicked("van deze rijen kan zo niet worden gezegd dat zij zijn ingetrokken.")
        target = asked.output or _beside(asked.file, "ingetrokken" if asked.withdraw else "verbeteren")
        _written(target, content)
    except NotPicked as why:
        raise Misused(str(why)) from None
    print(target)
    told(
        f"lever dit bestand: signaalbrug source deliver {asked.source} {target}"
        if asked.withdraw
        else "verbeter de rijen in dit bestand, laat het kenmerk staan, en lever het."
    )
    return 0


def _all_gone(asked: Chosen, content: bytes) -> bool:
    """Whether every row about these ids says that it no longer stands; a consent beside it may stand."""
    connector = connector_of(asked.source, asked.municipality)
    today = civil_day(datetime.now(UTC))
    rows = [each for each in connector.read(io.BytesIO(content)) if isinstance(each, RawRecord)]
    meant = [connector.normalise(each, today) for each in rows]
    signals = [each for each in meant if hasattr(each, "signal_kind")] or meant
    return all(getattr(each, "kind", None) == "withdrawn" for each in signals)


def _beside(file: Path, word: str) -> Path:
    return file.with_name(f"{file.stem}.{word}{file.suffix}")


def _written(target: Path, content: bytes) -> None:
    """A new file, for its owner alone: it holds what the sender's own file held."""
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Misused("dat bestand is er al. Geef met --output een andere naam.") from None
    except OSError:
        raise Misused("daar kan niet worden geschreven. Geef met --output een andere plaats.") from None
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)


def derived(source: str, file: Path, region: str, kind: str, brin: str, output: Path | None, xml: bool) -> int:
    """Count absence per lesson hour into the meldingen that must be made; the hours stay at the school."""
    return answered(lambda: _derived(source, file, region, kind, brin, output, xml))


def _derived(source: str, file: Path, region: str, kind: str, brin: str, output: Path | None, xml: bool) -> int:
    form = Output.XML if xml else Output.CSV
    if source != DERIVES:
        raise Misused(f"alleen {DERIVES} leidt meldingen af.")
    if region not in tuple(Region) or kind not in tuple(SchoolType):
        raise Misused(f"--region is {', '.join(Region)}; --school-type is {', '.join(SchoolType)}.")
    with opened(file) as content:
        today = civil_day(datetime.now(UTC))
        try:
            found = derive(content, Region(region), SchoolType(kind), brin, today, form)
        except ValueError:
            raise Misused("--brin is geen BRIN-nummer: twee cijfers en twee hoofdletters.") from None
    if isinstance(found, tuple):
        return _not_derived(found)
    if not found.meldingen:
        print(f"niets te melden van {found.first_day} tot en met {found.last_day}")
        return 0
    target = output or file.with_name(f"{file.stem}.meldingen.{form.value}")
    _written(target, found.levering)
    print(f"{len(found.meldingen)} meldingen van {found.first_day} tot en met {found.last_day}: {target}")
    return 0


def _not_derived(refused: tuple[Refused, ...]) -> int:
    from connectors.kit.advice import WHAT_TO_DO

    for each in refused[:_SHOWN]:
        where = f"rij {each.row}" if each.row else "hele bestand"
        told(f"{where}: {each.field or '–'} ({each.reason.value}). {WHAT_TO_DO[each.reason]}")
    if len(refused) > _SHOWN:
        told(f"… en nog {len(refused) - _SHOWN}")
    return NONE if any(each.row == 0 for each in refused) else SOME


def certified(source: str) -> int:
    """Try every promise of a way in; 0 when all hold."""
    return answered(lambda: _certified(source))


def _certified(source: str) -> int:
    connector_of(source, "9990")
    findings = certify(subject_of(source))
    for each in findings:
        print(f"{each.check}: {each.what}")
    print(f"{source}: {len(CHECKS)} beloften, {len(findings)} niet gehouden")
    return SOME if findings else 0
