"""A burgerservicenummer that cannot be printed, formatted, joined or serialised by accident."""

from typing import Any, Never

from stdnum.nl import bsn as rules

#: Passes the elfproef and stands on forms and in examples: whoever sends it means nobody.  Source  bad_inputs.md C1
_NOBODY = "1" * 8 + "0"


class Bsn:
    """Digits that pass the elfproef; they are read by the vault's client and the register's, and nowhere else."""

    __slots__ = ("_digits",)

    def __init__(self, digits: str) -> None:
        if (
            not (len(digits) == 9 and digits.isascii() and digits.isdigit() and rules.is_valid(digits))
            or digits == _NOBODY
        ):
            raise ValueError("bsn")
        self._digits = digits

    @classmethod
    def parse(cls, text: str) -> "Bsn | None":
        """The number, or None: eight digits, spaces, dots and other scripts are not repaired."""
        try:
            return cls(text)
        except ValueError:
            return None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bsn) and self._digits == other._digits

    def __hash__(self) -> int:
        return hash(self._digits)

    def __repr__(self) -> str:
        return "Bsn(…)"

    def _refuse(self, *_: Any) -> Never:
        raise TypeError("a Bsn is not text")

    __str__ = __format__ = __reduce__ = __iter__ = __bytes__ = _refuse


def digits_of(bsn: Bsn) -> str:
    """The digits, for the two places that must send them: the vault's client and the BRP client."""
    return bsn._digits
