"""The onderwijsnummer: nine digits with a check of their own, so that none is a BSN too."""

import re

from stdnum.nl import onderwijsnummer

_NINE = re.compile(r"[0-9]{9}")


def is_school_number(text: str) -> bool:
    """Whether this is an onderwijsnummer, for a pupil without a BSN."""
    return _NINE.fullmatch(text) is not None and bool(onderwijsnummer.is_valid(text))
