"""Policy from files: every file is checked and every example runs before anything starts."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.vocabulary import Attestation, Law, RecipientRole, Rung, Sector, SignalKind, Source, Urgency
from streams.policy.bundle import canonical
from streams.policy.examples import Given, fails

HERE = Path(__file__).parent
_ID = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,63}$")]
_POSITIVE = Annotated[int, Field(ge=1, le=3650)]


class PolicyRefused(Exception):
    """A policy file that may not take effect; names file and line."""

    def __init__(self, file: Path, line: int, why: str) -> None:
        super().__init__(f"{file}:{line}: {why}")
        self.file, self.line, self.why = file, line, why


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Ground(_Strict):
    id: _ID
    source: Source
    kinds: Annotated[tuple[SignalKind, ...], Field(min_length=1)]
    basis: Literal["statutory", "consent"]
    law: Law
    article: str
    label: str
    in_force_from: date
    in_force_until: date | None = None
    retention_days: _POSITIVE
    rungs: Mapping[RecipientRole, Rung]
    requires: tuple[Attestation, ...] = ()


class _Convenant(_Strict):
    id: _ID
    version: str
    ground: Annotated[tuple[_Ground, ...], Field(min_length=1)]


class _Team(_Strict):
    id: _ID
    name: str


class _Area(_Strict):
    code: Annotated[str, Field(pattern=r"^BU[0-9]{4}[0-9A-Z]{4}$")]
    name: str
    team: _ID


class _Contact(_Strict):
    source: Source
    label: str
    reach: str


class _Routing(_Strict):
    version: str
    team: tuple[_Team, ...]
    area: tuple[_Area, ...]
    contact: tuple[_Contact, ...]


class _Given(_Strict):
    day: _POSITIVE
    source: Source
    kind: SignalKind
    member: str
    crisis: bool = False


class _Example(_Strict):
    story: str
    given: tuple[_Given, ...]
    matches: bool


class _Rule(_Strict):
    id: _ID
    version: str
    name: str
    theme: Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,40}$")]
    title: str
    urgency: Urgency
    respond_within_days: _POSITIVE
    window_days: _POSITIVE
    min_signals: _POSITIVE
    min_sectors: _POSITIVE
    min_kinds: _POSITIVE
    sectors: tuple[Sector, ...]
    crisis_only: bool
    why: str
    example: Annotated[tuple[_Example, ...], Field(min_length=2)]


Model = TypeVar("Model", bound=_Strict)


def _line_of(text: str, place: Sequence[str | int]) -> int:
    """The line where a field stands: the n-th `[[table]]`, then the key under it."""
    lines = text.splitlines()
    at = 0
    for step, after in zip(place, [*place[1:], None], strict=True):
        if isinstance(step, int):
            continue
        wanted = after if isinstance(after, int) else 0
        pattern = re.compile(rf"\s*\[\[\s*{re.escape(step)}\s*\]\]|\s*{re.escape(step)}\s*=")
        found = [n for n in range(at, len(lines)) if pattern.match(lines[n])]
        if len(found) <= wanted:
            break
        at = found[wanted]
    return at + 1


def _read(file: Path, model: type[Model]) -> tuple[Model, dict[str, Any]]:
    text = file.read_text(encoding="utf-8")
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        told = re.search(r"line ([0-9]+)", str(error))
        raise PolicyRefused(file, int(told[1]) if told else 1, "geen geldige TOML") from None
    try:
        return model.model_validate(raw), raw
    except ValidationError as error:
        first = error.errors()[0]
        line = _line_of(text, first["loc"])
        where = ".".join(str(part) for part in first["loc"])
        raise PolicyRefused(file, line, f"{where}: {first['msg']}") from None


def _refuse(file: Path, place: Sequence[str | int], why: str) -> PolicyRefused:
    return PolicyRefused(file, _line_of(file.read_text(encoding="utf-8"), place), why)


def _unique(file: Path, table: str, ids: Sequence[str]) -> None:
    for index, id in enumerate(ids):
        if id in ids[:index]:
            raise _refuse(file, (table, index), f"{table} komt twee keer voor: {id}")


def _convenant(file: Path) -> dict[str, Any]:
    checked, raw = _read(file, _Convenant)
    _unique(file, "ground", [each.id for each in checked.ground])
    return raw


def _routing(file: Path) -> dict[str, Any]:
    checked, raw = _read(file, _Routing)
    _unique(file, "team", [each.id for each in checked.team])
    _unique(file, "area", [each.code for each in checked.area])
    teams = {each.id for each in checked.team}
    for index, area in enumerate(checked.area):
        if area.team not in teams:
            raise _refuse(file, ("area", index, "team"), f"onbekend team: {area.team}")
    return raw


_FILLED_IN = ("dagen", "signalen", "domeinen", "sectoren", "regel", "versie", "minimum", "minimum_domeinen")
EXAMPLES_BEGIN = date(2026, 1, 1)


def _rule(file: Path) -> dict[str, Any]:
    checked, raw = _read(file, _Rule)
    try:
        checked.why.format(**dict.fromkeys(_FILLED_IN, "x"))
    except (KeyError, IndexError, ValueError):
        raise _refuse(file, ("why",), "het sjabloon gebruikt een onbekend veld") from None
    for index, example in enumerate(checked.example):
        given = [
            Given(EXAMPLES_BEGIN + timedelta(days=g.day - 1), g.source, g.kind, g.member, g.crisis)
            for g in example.given
        ]
        if fails(raw, given, example.matches):
            raise _refuse(file, ("example", index), f"voorbeeld klopt niet: {example.story}")
    return {name: value for name, value in raw.items() if name != "example"}


def load_bundle(folder: Path = HERE) -> str:
    """The canonical bundle of a policy folder, checked, with every example run.

    Raises  PolicyRefused naming file and line
    """
    files = sorted((folder / "rules").glob("*.toml"))
    rules = [_rule(file) for file in files]
    for index, rule in enumerate(rules):
        if rule["id"] in [each["id"] for each in rules[:index]]:
            raise _refuse(files[index], ("id",), f"regel komt twee keer voor: {rule['id']}")
    return canonical(
        {
            "convenant": _convenant(folder / "convenant.toml"),
            "rules": rules,
            "routing": _routing(folder / "routing.toml"),
        }
    )
