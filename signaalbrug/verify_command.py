"""`signaalbrug verify`: decisions taken again from their evidence; what was changed since is named.

Exit codes: 0 nothing differs, 1 not known, 3 something differs. A body that went with an erased person differs in
nothing; one that is missing while nobody was ever erased was taken away.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import psycopg
from rich.console import Console
from rich.text import Text

from schemas.codec import Codec
from streams.trail.inputs import Difference, Kind
from streams.trail.kept import Kept
from streams.trail.reading import erasures_asked, everything, reachable
from streams.trail.shelf import Shelf
from streams.trail.verify import Verified, Verifier

FOUND, UNKNOWN, DIFFERS = 0, 1, 3
TAKEN_AWAY = "a body is missing, and nobody was ever erased"


def run_verify(connection: psycopg.Connection[Any], alert: str | None, codec: Codec | None = None) -> int:
    """Verify one alert, or with None every alert of the trail; prints what differs and returns the exit code."""
    codec = codec or Codec()
    shelf = everything(connection, codec) if alert is None else reachable(connection, codec, [f"alert/{alert}"])
    found = verified(shelf, codec, alert, erased=erasures_asked(connection))
    console = Console(soft_wrap=True)
    if alert is not None and not found:
        console.print(Text(f"not in the trail: {alert}"))
        return UNKNOWN
    for each in found:
        if alert is not None or each.differences:
            console.print(told(each))
    console.print(Text(summed(found)))
    return DIFFERS if any(each.differences for each in found) else FOUND


def verified(shelf: Shelf, codec: Codec, alert: str | None, *, erased: bool) -> Sequence[Verified]:
    """Every revision of this alert, or of all, taken again; *erased*: whether a body may be missing at all."""
    verifier = Verifier(shelf, codec)
    found = [verifier.record(each) for each in shelf.records if _is_asked(each, alert)]
    return [each if erased or not each.gone else _taken_away(each) for each in found]


def _is_asked(record: Kept, alert: str | None) -> bool:
    return record.name.node == f"alert/{alert}" if alert is not None else record.name.node.startswith("alert/")


def _taken_away(each: Verified) -> Verified:
    missing = Difference(TAKEN_AWAY, f"alert/{each.alert}/{each.revision}", Kind.EVIDENCE)
    return dataclasses.replace(each, differences=(missing,), gone=False)


def told(each: Verified) -> Text:
    """One revision: its answer, or line by line what differs."""
    head = Text.assemble("alert ", (each.alert, "bold"), f" revision {each.revision}: ")
    if not each.differences:
        return head.append(each.answer).append(f", {each.decisions} decisions taken again" * (not each.gone))
    head.append("differs", style="bold red")
    for one in each.differences:
        head.append(f"\n  {one.kind} changed: {one.what}, at {one.where}")
        for detail in one.details:
            head.append(f"\n    {detail}", style="dim")
    return head


def summed(found: Sequence[Verified]) -> str:
    """How many revisions of how many alerts, and what became of them."""
    differ = sum(bool(each.differences) for each in found)
    gone = sum(each.gone and not each.differences for each in found)
    decisions = sum(each.decisions for each in found)
    alerts = len({each.alert for each in found})
    return (
        f"{len(found)} revisions of {alerts} alerts: {len(found) - differ - gone} verified,"
        f" {gone} no longer shown, {differ} differ; {decisions} decisions taken again"
    )
