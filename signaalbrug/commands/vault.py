"""The vault's keys: another one while it answers."""

import os
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)
KEYS, OPERATOR = "SIGNAALBRUG_VAULT_KEYS", "SIGNAALBRUG_OPERATOR_DATABASE"


@app.callback()
def _group() -> None:
    """The vault's keys."""


@app.command()
def rotate(kind: Annotated[str, typer.Argument(help="index or sealing")]) -> None:
    """Bring every row over to a new key; the vault goes on answering, and a command that was killed goes on too.

    Keep a copy of the file of keys apart with every backup of the vault: an old backup opens with old keys alone.
    """
    import psycopg

    from connectors.vault.rotating import KINDS, RotatesAlready
    from connectors.vault.rotating import rotate as rotated
    from schemas.databases import connect
    from signaalbrug.refusing import Unwilling

    if kind not in KINDS:
        raise Unwilling(f"there is no key called {kind}", "signaalbrug vault rotate index, or sealing")
    keys, url = _places()
    try:
        with connect(url) as database:
            done = rotated(kind, keys, database)
    except psycopg.OperationalError:
        raise Unwilling("the vault's database cannot be reached", "start it, then the same command") from None
    except RotatesAlready:
        raise Unwilling(
            "another rotation is under way", "let it end, or end it and give this command again"
        ) from None
    print(f"{kind} key {done.generation} is in force; {done.rows} rows were brought over")


def _places() -> tuple[Path, str]:
    """The file of keys and the owner's way into the vault's database."""
    from signaalbrug.local.servers import Servers
    from signaalbrug.local.state import State, state_folder
    from signaalbrug.refusing import Unwilling
    from signaalbrug.secrets import secrets_of
    from signaalbrug.wiring import operator_url

    if KEYS in os.environ and OPERATOR in os.environ:
        return Path(os.environ[KEYS]), os.environ[OPERATOR]
    folder = state_folder(os.environ)
    if not folder.exists():
        raise Unwilling(f"{KEYS} and {OPERATOR} are not set, and nothing was started in {folder}", "signaalbrug up")
    state = State(folder)
    return secrets_of(state).vault_keys, operator_url(Servers.attach(state).vault, "vault")
