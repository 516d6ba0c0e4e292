"""The end of a run as a person reads it in a terminal."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from schemas.vocabulary import Reason, Refusal
from signaalbrug.demo.figures import Figures
from signaalbrug.demo.result import Login, Result, problems
from signaalbrug.proof.finding import Checked


def show(result: Result, console: Console) -> None:
    """Print the whole summary."""
    figures = result.figures
    console.rule(f"Waterrijk: {result.households} households, {figures.records} records on the log")
    for part in (_rows, _refusals, _decisions, _fates, _alerts):
        console.print(part(figures))
    console.print(_verdicts(result.verdicts))
    console.rule("the trace of one alert")
    console.print(Text(result.trace or "no alert"), soft_wrap=True)
    console.rule()
    console.print(_ending(result))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", header_style="dim", expand=False)
    for column in columns:
        table.add_column(column, justify="right" if column in _NUMBERS else "left")
    return table


_NUMBERS = ("accepted", "duplicate", "refused", "number", "opened", "open now", "checked")


def _rows(figures: Figures) -> RenderableType:
    table = _table("Rows received", "source", "accepted", "duplicate", "refused")
    for source in sorted({*figures.accepted, *(source for source, _ in figures.refused)}):
        refused = sum(number for (of, _), number in figures.refused.items() if of == source)
        accepted, again = figures.accepted.get(source, 0), figures.duplicates.get(source, 0)
        table.add_row(source, str(accepted), str(again), str(refused))
    return table


def _refusals(figures: Figures) -> RenderableType:
    table = _table("Rows refused", "source", "reason", "", "number")
    for (source, reason), number in sorted(figures.refused.items()):
        table.add_row(source, reason, Refusal(reason).label, str(number))
    return table


def _decisions(figures: Figures) -> RenderableType:
    table = _table("Decisions on use", "", "ground", "reason", "", "number")
    ordered = sorted(figures.decisions.items(), key=lambda item: (not item[0][0], item[0]))
    for (allowed, ground, reason), number in ordered:
        word = "[green]allowed[/]" if allowed else "[red]denied[/]"
        table.add_row(word, ground, reason, Reason(reason).label, str(number))
    return table


def _fates(figures: Figures) -> RenderableType:
    table = _table("What became of the signals", "outcome", "reason", "", "number")
    for (kind, reason), number in sorted(figures.fates.items(), key=lambda item: -item[1]):
        table.add_row(kind, reason, Reason(reason).label, str(number))
    return table


def _alerts(figures: Figures) -> RenderableType:
    table = _table("Alerts per team", "team", "opened", "open now")
    for team, opened in sorted(figures.opened.items()):
        table.add_row(team, str(opened), str(figures.open_now.get(team, 0)))
    return table


def _verdicts(verdicts: Sequence[Checked]) -> RenderableType:
    table = _table("Invariants over everything", "", "promise", "checked", "")
    for verdict in verdicts:
        mark = "[green]holds[/]" if verdict.holds else "[red]does not hold[/]"
        table.add_row(verdict.invariant, verdict.promise, str(verdict.checked), mark)
    return table


def _ending(result: Result) -> RenderableType:
    lines: list[RenderableType] = [Text(f"{result.seconds:.1f} seconds since the downloads")]
    if result.inbox is not None:
        lines.append(Text(f"inbox: {result.inbox}"))
        lines += _logins(result.logins)
    wrong = problems(result)
    lines += [Text(problem, style="bold red") for problem in wrong]
    if not wrong:
        lines.append(Text("everything holds", style="bold green"))
    return Group(*lines)


def _logins(logins: Sequence[Login]) -> list[RenderableType]:
    by_team: Mapping[str, list[Login]] = {
        team: list(those) for team, those in groupby(logins, key=lambda login: login.team)
    }
    return [
        Text(f"  {team}: user {login.user}  password {login.password}")
        for team, those in by_team.items()
        for login in those
    ]
