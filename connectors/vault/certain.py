"""One certain person or none: what a description must agree in before a signal is about somebody.

Nothing that is given may disagree, and enough must agree: birth date with (family name and (first given name or
address)), birth date with address where no name is given, or a number with all that stands beside it. The table,
with its reasons, is ADR 0018.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from connectors.connector import Described
from connectors.vault.api import Doubt
from connectors.vault.directory import Candidate
from connectors.vault.names import Agreement, family_names, folded, given_names, swapped

SAME, MAY_BE, SILENT, OTHER = Agreement.SAME, Agreement.MAY_BE, Agreement.SILENT, Agreement.OTHER

#: At an address with more inhabitants (shelter, student house) a birth date alone may be two persons' by chance.
MOST_AT_ONE_ADDRESS = 10


@dataclass(frozen=True, slots=True)
class _Compared:
    candidate: Candidate
    born: Agreement
    family: Agreement
    given: Agreement
    address: Agreement

    @property
    def name(self) -> Agreement:
        return OTHER if OTHER in (self.family, self.given) else self.family

    @property
    def possible(self) -> bool:
        return OTHER not in (self.born, self.name, self.address)

    @property
    def enough(self) -> bool:
        """Whether what agrees is enough to say who it is."""
        if self.born is not SAME:
            return False
        if self.family is SAME:
            return self.given is SAME or self.address is SAME
        return self.family is SILENT and self.given is SILENT and self.address is SAME


def certain(described: Described, candidates: Sequence[Candidate]) -> Candidate | Doubt:
    """The one person of *candidates* who must be meant, or why none is."""
    if described.number is not None:
        return _numbered(described, candidates)
    if described.school_number:
        return Doubt.SCHOOL_NUMBER
    if described.born_on is None:
        return Doubt.NO_BIRTH_DATE
    if not described.family_name and not (described.postcode and described.house_number):
        return Doubt.TOO_LITTLE
    compared = [_compared(described, each) for each in candidates]
    possible = [each for each in compared if each.possible]
    if not possible:
        return _nearest(compared)
    if len(possible) > 1:
        return Doubt.SEVERAL
    return _settled(possible[0], possible[0].enough and not _crowded(possible[0], compared))


def _numbered(described: Described, candidates: Sequence[Candidate]) -> Candidate | Doubt:
    """A number that was given beside a birth date or a name is believed only when they agree (bad_inputs.md C2)."""
    found = [_compared(described, each) for each in candidates if each.bsn == described.number]
    if not found:
        return Doubt.NUMBER_UNKNOWN
    (one,) = found
    if one.born is OTHER:
        return Doubt.BIRTH_DATE_DIFFERS
    if one.name is OTHER:
        return Doubt.NAME_DIFFERS
    return _settled(one, one.born is SAME or one.family is SAME)


def _settled(one: _Compared, enough: bool) -> Candidate | Doubt:
    if not enough:
        return Doubt.TOO_LITTLE
    return Doubt.UNSETTLED if one.candidate.unsettled else one.candidate


def _crowded(one: _Compared, others: Sequence[_Compared]) -> bool:
    """A birth date and an address alone do not tell people apart where many live."""
    return one.family is SILENT and sum(each.address is SAME for each in others) > MOST_AT_ONE_ADDRESS


#: In this order: what the description disagrees in with somebody who agrees in all the rest.
_NEAREST: tuple[tuple[Doubt, Callable[[_Compared], bool]], ...] = (
    (Doubt.ADDRESS_DIFFERS, lambda each: OTHER not in (each.born, each.name)),
    (Doubt.NAME_DIFFERS, lambda each: each.born is SAME and each.address is not OTHER),
    (Doubt.BIRTH_DATE_DIFFERS, lambda each: each.name is not OTHER and each.address is not OTHER),
)


def _nearest(compared: Sequence[_Compared]) -> Doubt:
    return next((doubt for doubt, fits in _NEAREST if any(map(fits, compared))), Doubt.NOBODY)


def _compared(said: Described, known: Candidate) -> _Compared:
    own, partner = (known.prefix, known.family_name), (known.partner_prefix, known.partner_name)
    family = family_names(said.family_name, said.prefix, own, partner)
    given = given_names(said.given_names, said.initials, known.given_names)
    if family is OTHER and swapped(said.family_name, said.given_names, own, known.given_names):
        family = given = SAME
    return _Compared(known, _born(said, known), family, given, _address(said, known))


def _born(said: Described, known: Candidate) -> Agreement:
    if said.born_on is None or known.born_on is None:
        return SILENT
    return SAME if said.born_on == known.born_on else OTHER


def _address(said: Described, known: Candidate) -> Agreement:
    """The suffix counts where it is given; a source that leaves it out does not disagree."""
    if not (said.postcode and said.house_number) or not known.postcode:
        return SILENT
    if (_squeezed(said.postcode), said.house_number.strip()) != (
        _squeezed(known.postcode),
        known.house_number.strip(),
    ):
        return OTHER
    suffix = _squeezed(said.house_suffix)
    return SAME if suffix in ("", _squeezed(known.house_suffix)) else OTHER


def _squeezed(text: str) -> str:
    return folded(text).replace(" ", "")
