"""A hand-over about one person: closed codes and days; no type here can hold an advice, a cause or a reporter."""

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from connectors.moments import Day, Moment
from connectors.veilig_thuis.codes import FOLLOWS, FOLLOWS_INVESTIGATION, UNBORN_DAY

_CLOSED = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)
_BIRTH_DAY = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})")
_UNKNOWN = "00"

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]


def born_on(text: str) -> date | None:
    """The day in `JJJJ-MM-DD` or the protocol's `JJJJMMDD`; None when day or month are not known.

    Raises  ValueError
    """
    found = _BIRTH_DAY.fullmatch(text)
    if found is None:
        raise ValueError("day")
    year, month, day = found.groups()
    if day == _UNKNOWN:
        date(int(year), int(month) if month != _UNKNOWN else 1, 1)
        return None
    return date(int(year), int(month), int(day))


def _birth_day(text: str) -> str:
    if text != UNBORN_DAY:
        born_on(text)
    return text


def _follow(code: str) -> str:
    if code not in FOLLOWS:
        raise ValueError("code")
    return code


def _follow_investigation(code: str) -> str:
    if code not in FOLLOWS_INVESTIGATION:
        raise ValueError("code")
    return code


class Betrokkene(BaseModel):
    """Whom it is about: a BSN, or enough for a human to find out who."""

    model_config = _CLOSED

    nummer: Annotated[int, Field(ge=1, le=99)] | None = None
    burgerservicenummer: str | None = None
    rol: Literal["kind", "ouder", "verzorger", "anders"] | None = None
    geslachtsnaam: Name | None = None
    voorvoegsel: Name | None = None
    voornamen: Name | None = None
    voorletters: Name | None = None
    geboortedatum: Annotated[str, AfterValidator(_birth_day)] | None = None
    postcode: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{3} ?[A-Za-z]{2}$")] | None = None
    huisnummer: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,4}$")] | None = None
    huisnummertoevoeging: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9 -]{1,6}$")] | None = None
    ingetrokken: bool = False


class Overdracht(BaseModel):
    """A hand-over with one of those it is about; not to say to call first or to protect the source is to say it."""

    model_config = _CLOSED

    meldingnummer: Annotated[str, StringConstraints(pattern=r"^ML[0-9]{1,12}$")]
    vervolg: Annotated[str, AfterValidator(_follow)]
    vervolgOnderzoek: Annotated[
        list[Annotated[str, AfterValidator(_follow_investigation)]], Field(min_length=1, max_length=11)
    ]
    datumOverdracht: Day
    datumVastlegging: Day | None = None
    grondslag: Literal["Wmo2015-4.1.1-2-d"]
    betrokkeneGeinformeerd: bool
    informerenUiterlijk: Day | None = None
    verlengingen: Annotated[int, Field(ge=0, le=26)] = 0
    belEerst: bool = True
    bronBeschermd: bool = True
    gemeentecode: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")] | None = None
    gewijzigdOp: Moment | None = None
    ingetrokken: bool = False
    betrokkene: Betrokkene
