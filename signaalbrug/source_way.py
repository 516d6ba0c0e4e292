"""The way from a source to the municipality over HTTPS, from the settings SIGNAALBRUG_DELIVER_…"""

from collections.abc import Mapping

from connectors.kit.pushing import Way
from signaalbrug.source_check import Ended, Misused

UNAVAILABLE = 69
_OF_WAY = ("certificate", "key", "authority", "token_url", "client", "secret")
_OWN_MACHINE = ("http://127.0.0.1:", "http://localhost:")


class Away(Ended):
    """The other side cannot be asked now; its text says what to do."""

    code = UNAVAILABLE


def way_to(environment: Mapping[str, str], to: str) -> Way | None:
    """Where to and as whom; None when *to* is a folder.

    A certificate (_CERTIFICATE, _KEY) or a token (_TOKEN_URL, _CLIENT, _SECRET); _AUTHORITY: who signed theirs.
    Raises  Misused when others could read along
    """
    if to.startswith("http://") and not to.startswith(_OWN_MACHINE):
        raise Misused("alleen https: over http kan ieder onderweg meelezen.")
    if not to.startswith(("https://", *_OWN_MACHINE)):
        return None
    given = {name: environment.get(f"SIGNAALBRUG_DELIVER_{name.upper()}") for name in _OF_WAY}
    return Way(to, **given)
