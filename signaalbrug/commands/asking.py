"""Where `signaalbrug source status` asks: the HTTPS front of the municipality, or the trail that is here."""

import os

from connectors.kit.pushing import NotDelivered, Way, ask
from signaalbrug.commands.trace import trail_of
from signaalbrug.refusing import Unwilling
from signaalbrug.source_check import answered, connector_of
from signaalbrug.source_status import Status, from_plain, read_from, show, told
from signaalbrug.source_way import Away, way_to

_ANYWHERE = "9990"


def asked(source: str, receipt: str, to: str | None, as_json: bool) -> int:
    """Print the status of a delivery; returns the exit code."""

    def found_and_shown() -> int:
        connector_of(source, _ANYWHERE)
        way = way_to(os.environ, to) if to else None
        return show(_here(source, receipt) if way is None else _there(way, source, receipt), as_json)

    return answered(found_and_shown)


def _here(source: str, receipt: str) -> Status | None:
    try:
        with trail_of() as (connection, codec):
            return told(source, receipt, read_from(connection, codec, receipt))
    except Unwilling:
        why = "het spoor is hier niet te bereiken. Vraag dit bij de gemeente (--to), of start: signaalbrug up"
        raise Away(why) from None


def _there(way: Way, source: str, receipt: str) -> Status | None:
    try:
        said = ask(way, source, receipt)
    except NotDelivered as failed:
        raise Away(f"niet beantwoord ({failed.status or 'geen verbinding'}): {failed.what}") from None
    try:
        return None if said is None else from_plain(said)
    except (KeyError, TypeError, ValueError):
        raise Away("het antwoord is niet te lezen. Werk signaalbrug bij, of vraag het de gemeente.") from None
