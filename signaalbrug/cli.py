"""The command line: every verb is a file in commands/, and is loaded only when it is asked for."""

import importlib
import os
import sys
from collections.abc import Mapping
from typing import Annotated, NoReturn

import typer

from signaalbrug.commands import (
    databases,
    docs,
    identity,
    policy,
    quarantine,
    schemas,
    source,
    topics,
    users,
    vault,
)
from signaalbrug.local.errors import LocalServerError
from signaalbrug.refusing import Unwilling

app = typer.Typer(
    name="signaalbrug",
    help="Carries signals about people to the one neighbourhood team that may act.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(policy.app, name="policy", help="The convenant, the rules and the routing.")
app.add_typer(topics.app, name="topics", help="The topics and schemas on the broker.")
app.add_typer(docs.app, name="docs", help="The documents that are generated from the code.")
app.add_typer(schemas.app, name="schemas", help="The contracts in the repository: may they be released?")
app.add_typer(databases.app, name="databases", help="The databases of a PostgreSQL that is not ours to start.")
app.add_typer(source.app, name="source", help="For who sends signals: check, deliver, what became of it (Dutch).")
app.add_typer(identity.app, name="identity", help="Who is meant, where nobody is certain: for deskworkers.")
app.add_typer(quarantine.app, name="quarantine", help="What could not be processed: see, offer again, discard.")
app.add_typer(users.app, name="user", help="Who may enter the inbox.")
app.add_typer(vault.app, name="vault", help="The vault's keys.")


def _verb(module: str) -> Mapping[str, object]:
    """The functions of a command's file, imported late: Kafka and Faust cost a second that others need not pay."""
    return vars(importlib.import_module(f"signaalbrug.commands.{module}"))


@app.command()
def up() -> None:
    """Start servers and processes for this state folder, and leave them running."""
    _call("up", "up")


@app.command()
def down(
    remove: Annotated[bool, typer.Option("--remove", help="Remove the data as well.")] = False,
) -> None:
    """Stop, by process id, everything that was started for this state folder."""
    _call("down", "down", remove)


@app.command()
def demo(
    memory: Annotated[bool, typer.Option("--memory", help="In memory: no Java, no Kafka.")] = False,
    headless: Annotated[bool, typer.Option("--headless", help="End after the summary.")] = False,
) -> None:
    """Deliver the files of the invented municipality Waterrijk and show what became of them."""
    _call("demo", "demo", memory, headless)


Broker = Annotated[str | None, typer.Option(help="Its address, instead of SIGNAALBRUG_BROKER.")]
Registry = Annotated[str | None, typer.Option(help="Its Confluent API, instead of SIGNAALBRUG_REGISTRY.")]
Database = Annotated[str | None, typer.Option(help="Its URL without a password, instead of SIGNAALBRUG_DATABASE.")]


@app.callback()
def everywhere(broker: Broker = None, registry: Registry = None) -> None:
    """Carries signals about people to the one neighbourhood team that may act."""
    _told(broker, registry)


@app.command()
def run(
    name: Annotated[str, typer.Argument(help="vault, registers, intake, calendar, trail or wijkteam")],
    broker: Broker = None,
    registry: Registry = None,
    database: Database = None,
) -> None:
    """Run one process in the foreground, with the settings of the environment."""
    _told(broker, registry)
    _call("run", "run", name, database)


@app.command()
def worker(
    step: Annotated[str, typer.Option(help="person or household")],
    delivery: Annotated[str, typer.Option(help="faust or native")] = "faust",
    broker: Broker = None,
    registry: Registry = None,
) -> None:
    """Run a worker of one step in the foreground."""
    _told(broker, registry)
    _call("run", "worker", step, delivery)


@app.command()
def trace(
    subject: Annotated[str, typer.Argument(metavar="ALERT|SIGNAL", help="The id of an alert or of a signal.")],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Walk from an alert to receipt and row, or from a signal to what became of it."""
    _call("trace", "trace", subject, as_json)


@app.command()
def verify(
    alert: Annotated[str | None, typer.Argument(metavar="ALERT", help="The id of an alert.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every alert of the trail.")] = False,
) -> None:
    """Take the decisions behind an alert again from their evidence, and name what was changed since."""
    _call("verify", "verify", alert, everything)


@app.command()
def replay() -> None:
    """Decide the whole log again, beside what runs; nothing is published, and the view must be the same."""
    _call("replay", "replay")


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """How far each step and each follower is."""
    _call("status", "status", as_json)


@app.command()
def doctor() -> None:
    """Name what is missing or wrong, each with the command that repairs it."""
    _call("doctor", "doctor")


@app.command()
def rebuild(
    name: Annotated[str, typer.Argument(help="person, household, trail, feed, registers or intake")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print only; change nothing.")] = False,
) -> None:
    """Make books that were away too long fit the log again; stop the process first."""
    _call("rebuild", "rebuild", name, dry_run)


@app.command()
def erase() -> None:
    """Erase the person whose number is on standard input, with the token of the rights desk."""
    _call("erase", "erase")


def _told(broker: str | None, registry: str | None) -> None:
    """An option says the same as its setting, and outranks it."""
    given = {"SIGNAALBRUG_BROKER": broker, "SIGNAALBRUG_REGISTRY": registry}
    os.environ.update({name: value for name, value in given.items() if value is not None})


def _call(module: str, function: str, *arguments: object) -> NoReturn:
    verb = _verb(module)[function]
    assert callable(verb)
    raise typer.Exit(int(verb(*arguments) or 0))


def main() -> None:
    """What `signaalbrug` runs; a refusal of ours is told in one line that names the repair."""
    try:
        app()
    except (LocalServerError, Unwilling) as refused:
        print(f"signaalbrug: {refused}", file=sys.stderr)
        raise SystemExit(1) from None
