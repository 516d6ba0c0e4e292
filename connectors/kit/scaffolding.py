"""Something to begin with: good examples for a source, and an empty connector for who builds one."""

import re
import shutil
import tomllib
from pathlib import Path
from string import Template
from typing import Any

import connectors
from connectors.kit.advice import WHAT_TO_DO
from schemas.vocabulary import Refusal

_NAME = re.compile(r"[a-z][a-z_]{2,40}")
_SKELETON = Path(__file__).parent / "skeleton"
_IMPORTS = re.compile(r"(?:^from connectors.*\n)+", re.MULTILINE)
_SAMPLES = ("samples/accepted", "samples/refused")


class NotMade(Exception):
    """It cannot be made there; its text says why."""


def starter(source: str, target: Path) -> list[Path]:
    """Examples that are taken whole and a description, in a new folder; returns what was written.

    Raises  NotMade
    """
    folder = Path(connectors.__file__).parent / source
    said = tomllib.loads((folder / "connector.toml").read_text(encoding="utf-8"))
    _new(target)
    examples = target / "voorbeelden"
    examples.mkdir()
    copied = [shutil.copyfile(each, examples / each.name) for each in sorted((folder / _SAMPLES[0]).iterdir())]
    readme = target / "LEESMIJ.md"
    readme.write_text(description(source, said), encoding="utf-8")
    return [readme, *copied]


def skeleton(name: str, target: Path) -> list[Path]:
    """The folder of a connector that reads and refuses everything, until somebody says what its rows mean.

    Raises  NotMade
    """
    if _NAME.fullmatch(name) is None:
        raise NotMade("die naam kan niet: kleine letters en _, minstens drie, en beginnen met een letter.")
    folder = target / name
    _new(folder)
    for part in _SAMPLES:
        (folder / part).mkdir(parents=True)
    words = {"name": name, "title": name.replace("_", " ").capitalize()}
    written = []
    for template in sorted(_SKELETON.glob("*.tmpl")):
        made = folder / template.name.removesuffix(".tmpl")
        filled = Template(template.read_text(encoding="utf-8")).substitute(words)
        made.write_text(_IMPORTS.sub(_in_order, filled), encoding="utf-8")
        written.append(made)
    return written


def _in_order(imports: re.Match[str]) -> str:
    """Where its own import stands depends on what the connector is called."""
    return "".join(sorted(imports[0].splitlines(keepends=True)))


def _new(folder: Path) -> None:
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise NotMade("die map is er al. Geef de naam van een map die er nog niet is.") from None
    except OSError:
        raise NotMade("daar kan geen map worden gemaakt. Kies een plaats waar u mag schrijven.") from None


def description(source: str, said: dict[str, Any]) -> str:
    """What a source may know of its own format, in Dutch, from connector.toml alone."""
    return "\n".join(
        [
            f"# {said['label']}: zo levert u",
            "",
            f"Formaat: {said['format']}.  ",
            f"Grondslag: {said['legal_basis']}.  ",
            f"Grootste bestand: {said['largest_file'] // 1_048_576} MiB. Uitgang: {', '.join(said['suffixes'])}.",
            "",
            "In `voorbeelden/` staan bestanden die in hun geheel worden aangenomen. De mensen erin zijn verzonnen.",
            "",
            "## Velden",
            "",
            "| Veld | Wat wij ermee doen |",
            "|---|---|",
            *(f"| `{each}` | overgenomen |" for each in said["takes"]),
            *(f"| `{each}` | mag erin staan, valt bij binnenkomst weg |" for each in said["drops"]),
            "",
            "Elk ander veld wordt geweigerd: wij mogen het niet hebben.",
            "",
            "## Waarom iets wordt geweigerd",
            "",
            "| Code | Wat er is | Wat te doen |",
            "|---|---|---|",
            *(_reason(Refusal(each)) for each in said["refuses"]),
            "",
            "## Stappen",
            "",
            "```",
            f"signaalbrug source check {source} BESTAND",
            f"signaalbrug source deliver {source} BESTAND --to MAP --wait",
            f"signaalbrug source correct {source} KENMERK --from BESTAND",
            f"signaalbrug source withdraw {source} KENMERK --from BESTAND",
            "```",
            "",
        ]
    )


def _reason(reason: Refusal) -> str:
    return f"| `{reason.value}` | {reason.label} | {WHAT_TO_DO[reason]} |"
