"""Whether two names are the same name: folded of diacritics, case and order, never alike by sound or distance."""

import re
import unicodedata
from collections.abc import Sequence
from enum import Enum
from itertools import zip_longest

#: Letters that have no decomposition and are written otherwise all the same.
_LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d", "ĳ": "ij", "ŋ": "n"}
)
_JOINED = re.compile(r"[’'`´‘.]")
_BETWEEN = re.compile(r"[^0-9a-z]+")
#: Prefixes that a source may write before the name or behind a comma; longest first.  Source  BRP table 36, in use
_PREFIXES = sorted(
    (
        *(
            "van der",
            "van den",
            "van de",
            "van het",
            "van 't",
            "van",
            "von der",
            "von dem",
            "von den",
            "von",
            "vom",
        ),
        *(
            "de la",
            "de le",
            "de l",
            "de",
            "den",
            "der",
            "des",
            "del",
            "della",
            "di",
            "da",
            "do",
            "dos",
            "das",
            "du",
        ),
        *("in der", "in den", "in het", "in 't", "in de", "in", "op de", "op den", "op der", "op het", "op 't"),
        *(
            "op ten",
            "op",
            "aan de",
            "aan den",
            "aan der",
            "aan het",
            "aan 't",
            "bij de",
            "bij den",
            "bij het",
            "bij",
        ),
        *("onder de", "onder den", "onder", "over de", "over", "uit de", "uit den", "uit", "voor de", "voor 't"),
        *("ter", "ten", "te", "tot", "la", "le", "les", "lo", "el", "al", "bin", "ben", "abu", "zu", "zum", "zur"),
        *("'t", "'s", "v d", "vd", "v", "vander", "vanden"),
    ),
    key=len,
    reverse=True,
)


class Agreement(Enum):
    """What two sides say of one facet; silence on one side is no disagreement."""

    SAME = "same"
    MAY_BE = "may_be"
    SILENT = "silent"
    OTHER = "other"


def folded(text: str) -> str:
    """Lower case, without marks and punctuation, single spaces: `Gül-Ünal` and `gul unal` are one."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    bare = "".join(each for each in apart if not unicodedata.combining(each))
    return _BETWEEN.sub(" ", _JOINED.sub("", bare.translate(_LETTERS))).strip()


_FOLDED_PREFIXES = tuple(folded(each) for each in _PREFIXES)


def surname(family_name: str, prefix: str) -> tuple[str, str]:
    """Prefix and name, folded: `van der Berg`, `Berg, van der` and (`van der`, `Berg`) are one."""
    last, comma, before = family_name.partition(",")
    if comma and folded(before) in _FOLDED_PREFIXES:
        return folded(before) or folded(prefix), folded(last)
    name, said = folded(family_name), folded(prefix)
    if not said:
        said = next((each for each in _FOLDED_PREFIXES if name.startswith(f"{each} ")), "")
        name = name.removeprefix(f"{said} ") if said else name
    return said, name


def spellings(family_name: str) -> tuple[str, ...]:
    """As what a register may have it, in the source's own letters: without its prefix, whole, and either half."""
    halves = family_name.split("-")
    found = [
        each for part in (family_name, *(halves if len(halves) == 2 else ())) for each in _with_and_without(part)
    ]
    return tuple(dict.fromkeys(each for each in found if each))


def _with_and_without(written: str) -> tuple[str, ...]:
    name, comma, _ = written.partition(",")
    words = len(surname(written, "")[0].split())
    if comma or not words:
        return (name.strip(),)
    return " ".join(name.split()[words:]), name.strip()


def _prefixes(said: str, known: str) -> bool:
    """Left out is no disagreement; `v.d.` is every prefix that begins so."""
    if said in ("", known) or said.replace(" ", "") == known.replace(" ", ""):
        return True
    short = "".join(word[0] for word in known.split())
    return len(known.split()) > 1 and said.replace(" ", "") == short


def family_names(family_name: str, prefix: str, own: tuple[str, str], partner: tuple[str, str]) -> Agreement:
    """Whether this is the person's own name, the partner's, or both with a hyphen in either order."""
    said, name = surname(family_name, prefix)
    if not name:
        return Agreement.SILENT
    one, other = surname(own[1], own[0]), surname(partner[1], partner[0])
    if _is(said, name, one) or (other[1] and _is(said, name, other)):
        return Agreement.SAME
    if one[1] and other[1]:
        for first, second in ((one, other), (other, one)):
            tail = f" {second[0]} {second[1]}" if second[0] else f" {second[1]}"
            if name.endswith(tail) and _is(said, name.removesuffix(tail), first):
                return Agreement.SAME
    return Agreement.OTHER


def _is(said: str, name: str, known: tuple[str, str]) -> bool:
    return bool(known[1]) and name == known[1] and _prefixes(said, known[0])


def _initials(text: str) -> list[str]:
    """`A.M.`, `A M`, `AM` and `Th.M.` as the beginnings of names."""
    apart = [folded(each) for each in re.split(r"[.\s]+", text) if folded(each)]
    if len(apart) == 1 and text.strip().isupper() and "." not in text:
        return list(apart[0])
    return apart


def given_names(given: str, initials: str, known: str) -> Agreement:
    """Given names agree name by name from the first; initials only say that it may be so."""
    names, theirs = folded(given).split(), folded(known).split()
    short = [name for name in names if len(name) == 1]
    if names and not short:
        if not theirs:
            return Agreement.SILENT
        same = all(one == two for one, two in zip(names, theirs, strict=False))
        return Agreement.SAME if same and _begins(_initials(initials), theirs) else Agreement.OTHER
    first = _initials(initials) or names
    if not first or not theirs:
        return Agreement.SILENT
    return Agreement.MAY_BE if _begins(first, theirs) else Agreement.OTHER


def _begins(initials: Sequence[str], names: Sequence[str]) -> bool:
    return all(
        name.startswith(letter) for letter, name in zip_longest(initials, names, fillvalue="") if letter and name
    )


def swapped(family_name: str, given: str, own: tuple[str, str], known: str) -> bool:
    """Whether family name and first given name stand in each other's place."""
    first = folded(known).split()[:1]
    said, name = surname(given, "")
    return (
        bool(name and first)
        and folded(family_name).split()[:1] == first
        and _is(said, name, surname(own[1], own[0]))
    )
