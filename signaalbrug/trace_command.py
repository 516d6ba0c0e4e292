"""`signaalbrug trace`: the walk through the trail, printed for people or as JSON.

Exit codes: 0 found, 1 not known, 3 the walk came upon an edge that leads nowhere.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

import psycopg
from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from schemas.codec import Codec
from streams.trail.explain import Step, Walk, walked
from streams.trail.reading import reachable
from streams.trail.shelf import Shelf

FOUND, UNKNOWN, DANGLING = 0, 1, 3
WIDTH = 240
_NODES = ("alert", "signal", "delivery", "quarantine")


def run_trace(connection: psycopg.Connection[Any], id: str, as_json: bool, codec: Codec | None = None) -> int:
    """Print the walk of an alert, a signal or a receipt; returns the exit code."""
    shelf = reachable(connection, codec or Codec(), [f"{kind}/{id}" for kind in _NODES])
    return show(shelf, id, as_json)


def show(shelf: Shelf, id: str, as_json: bool, console: Console | None = None) -> int:
    """Print the walk through records that are already at hand; returns the exit code."""
    console = console or _console()
    walk = walked(shelf, id)
    if walk is None:
        console.print(Text(f"not in the trail: {id}"))
        return UNKNOWN
    if as_json:
        console.out(json.dumps(as_plain(walk), indent=2, ensure_ascii=False), highlight=False)
    else:
        console.print(drawn(walk))
    return DANGLING if walk.dangling else FOUND


def _console() -> Console:
    """As wide as the terminal; where there is none, wide enough for a hash and what stands beside it."""
    console = Console()
    return console if console.is_terminal else Console(width=WIDTH)


def text_of(walk: Walk, width: int = WIDTH) -> str:
    """The drawn walk as text."""
    console = Console(width=width, color_system=None, file=None)
    with console.capture() as captured:
        console.print(drawn(walk))
    return captured.get()


def drawn(walk: Walk) -> Tree:
    """The walk as a tree: what each record says, and under it what it rests on."""
    tree = Tree(Text(f"{walk.kind} {walk.id}", style="bold"))
    drawn_before: set[str] = set()
    for step in walk.steps:
        _branch(tree, step, drawn_before)
    for edge in walk.dangling:
        tree.add(Text(f"leads nowhere: {edge}", style="bold red"))
    return tree


def _branch(tree: Tree, step: Step, drawn_before: set[str]) -> None:
    """One record and what it rests on; what was drawn before is named and not drawn again."""
    if step.rests_on and step.name in drawn_before:
        tree.add(Text.assemble((step.role, "bold"), f"  {step.name}  ", ("as above", "dim")))
        return
    drawn_before.add(step.name)
    facts = "  ".join(f"{name} {_plain(value)}" for name, value in step.facts.items())
    gone = "" if step.held in ("body", "tombstone") else f"  [{step.held}]"
    line = Text.assemble(
        (step.role, "bold"), f"  {step.name}{gone}\n", (f"{step.place}  sha256 {step.hash[:16]}…\n", "dim"), facts
    )
    branch = tree.add(line)
    for below in step.rests_on:
        _branch(branch, below, drawn_before)


def as_plain(walk: Walk) -> Mapping[str, Any]:
    """The walk as what JSON can say."""
    steps = [_step(step) for step in walk.steps]
    return {"id": walk.id, "kind": walk.kind, "steps": steps, "dangling": list(walk.dangling)}


def _step(step: Step) -> Mapping[str, Any]:
    return {
        "role": step.role,
        "name": step.name,
        "place": step.place,
        "sha256": step.hash,
        "held": str(step.held),
        "facts": {name: _plain(value) for name, value in step.facts.items()},
        "rests_on": [_step(below) for below in step.rests_on],
    }


def _plain(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case date() | datetime():
            return value.isoformat()
        case tuple() | list():
            return [_plain(each) for each in value]
        case _:
            return value
