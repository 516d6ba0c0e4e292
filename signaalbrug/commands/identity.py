"""Who is meant: the manual queue of descriptions that nobody is certain of, for deskworkers, two of them."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from connectors.vault.api import Vault, VaultDown, VaultRefused
from signaalbrug.commands.here import at_the_vault
from signaalbrug.refusing import Unwilling

app = typer.Typer(no_args_is_help=True)

Question = Annotated[str, typer.Argument(metavar="VRAAG", help="The id that `identity list` gives.")]
By = Annotated[str, typer.Option("--by", help="Who you are; every look and answer is logged with it.")]

REPAIR = "signaalbrug identity list"
_SAID = {
    "unknown_question": ("there is no such question, or it is older than 30 days", REPAIR),
    "unknown_person": ("the register does not know that person", "look again: signaalbrug identity show"),
    "answered": ("somebody answered meanwhile", REPAIR),
    "not_the_same": ("the first deskworker said somebody else: the question is open again", REPAIR),
    "same_user": ("a second deskworker must say the same", "let a colleague decide, with --by"),
    "reason_missing": ("a reason is needed", "give one"),
    "invalid": ("--by is no user name, or that is no id of a question", REPAIR),
}


@app.callback()
def _group() -> None:
    """Who is meant: the manual queue of descriptions that nobody is certain of."""


@app.command(name="list")
def list_() -> None:
    """Every question: since when, from which source, why nobody is certain; nothing of the person."""
    from connectors.vault.identity_desk import listed

    with _desk() as vault:
        for line in listed(vault.identity_questions()):
            print(line)


@app.command()
def show(
    question: Question, by: By, reason: Annotated[str, typer.Option(help="Why you look; logged before you see.")]
) -> None:
    """What was described and who may be meant, each with a number to decide by."""
    from connectors.vault.identity_desk import shown

    with _desk() as vault:
        for line in shown(vault.identity_show(question, by, reason)):
            print(line)


@app.command()
def decide(
    question: Question,
    by: By,
    candidate: Annotated[int, typer.Option(help="The number of the candidate; without it a BSN is asked.")] = 0,
) -> None:
    """Say who it is; it is decided when a second deskworker says the same. A typed BSN comes on standard input."""
    from connectors.vault.identity_desk import STATUSES, NoNumber, named

    with _desk() as vault:
        try:
            status = (
                vault.identity_pick(question, by, candidate) if candidate else named(vault, question, by, _typed())
            )
        except NoNumber:
            raise Unwilling("that is no citizen service number", "type nine digits") from None
    print(STATUSES[status])


@app.command()
def dismiss(
    question: Question, by: By, reason: Annotated[str, typer.Option(help="nobody_fits, not_enough or by_mistake")]
) -> None:
    """Nobody can say who it is; what waits for it stays in quarantine until it is discarded or 30 days old."""
    with _desk() as vault:
        vault.identity_dismiss(question, by, reason)
    print("dismissed")


@contextmanager
def _desk() -> Iterator[Vault]:
    from connectors.vault.client import VaultClient

    settings = at_the_vault("identity")
    client = VaultClient(settings["SIGNAALBRUG_VAULT_SOCKET"], settings["SIGNAALBRUG_VAULT_TOKEN"])
    try:
        yield client
    except VaultRefused as refused:
        problem, repair = _SAID.get(
            refused.code, ("the vault refuses: this is no token of identity", "set its own token")
        )
        raise Unwilling(problem, repair) from None
    except VaultDown:
        raise Unwilling("the vault does not answer", "start it, then the same command") from None
    finally:
        client.close()


def _typed() -> str:
    """One line, not echoed when somebody types it."""
    return getpass.getpass("BSN: ") if sys.stdin.isatty() else sys.stdin.readline()
