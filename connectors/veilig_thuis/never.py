"""What may never come in, wherever it stands in a delivery: an advice, or a report by the police.

An advice is asked about people who are not named (formats.md 4.1); what the police reports goes its own way. The
models have no place for either; this says so of the whole delivery, so that nothing beside it is used.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from connectors.veilig_thuis.codes import POLICE, TURNED_INTO_ADVICE
from schemas.vocabulary import Refusal

_ADVICE_NUMBER = re.compile(r"ad\W*[0-9]+")
_ADVICE_NAMES = ("advies", "adviez")
_REPORTER_NAMES = ("hoedanigheid", "melder")
_POLICE_WORD = "politie"
#: Where the columns of a melding stand: ML#####|aanleiding|aard|datum|hoedanigheid|vervolg|…
_REPORTER_AT, _FOLLOW_AT = 4, 5


def never(content: Any, dropped: frozenset[str]) -> Refusal | None:
    """Why nothing of this delivery may be used; what is dropped unread is not looked into."""
    said = list(_said(content, (), dropped))
    if any(_is_advice(path, value) for path, value in said):
        return Refusal.ADVICE_RECORD
    if any(_is_police(path, value) for path, value in said):
        return Refusal.POLICE_SOURCE
    return None


def never_columns(columns: Sequence[str]) -> Refusal | None:
    """The same of a record of the protocol, its columns parted by `|`."""
    named = {"nummer": columns[0]}
    if len(columns) > _FOLLOW_AT and columns[0].startswith("ML"):
        named |= {"hoedanigheid": columns[_REPORTER_AT], "vervolg": columns[_FOLLOW_AT]}
    return never(named, frozenset())


Path = tuple[str, ...]


def _said(content: Any, path: Path, dropped: frozenset[str]) -> Iterator[tuple[Path, str]]:
    """Every value as text, under the names that it stands under; every name once by itself."""
    match content:
        case dict():
            for key, value in content.items():
                if key not in dropped:
                    yield (*path, key.casefold()), ""
                    yield from _said(value, (*path, key.casefold()), dropped)
        case list():
            for value in content:
                yield from _said(value, path, dropped)
        case _:
            yield path, str(content).strip().casefold()


def _is_code(text: str, code: str) -> bool:
    # Python refuses to count beyond 4,300 digits; no code has that many.
    return len(text) <= 4_000 and text.isdecimal() and int(text) == int(code)


def _is_advice(path: Path, value: str) -> bool:
    turned = "vervolg" in path and _is_code(value, TURNED_INTO_ADVICE)
    numbered = any(name.endswith("nummer") for name in path) and _ADVICE_NUMBER.fullmatch(value) is not None
    return turned or numbered or any(part in name for part in _ADVICE_NAMES for name in path)


def _is_police(path: Path, value: str) -> bool:
    reporter = any(part in name for part in _REPORTER_NAMES for name in path)
    return reporter and (_is_code(value, POLICE) or _POLICE_WORD in value)
