"""The databases of a PostgreSQL that was not started from here."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The databases of a PostgreSQL that was not started from here."""


@app.command()
def prepare(
    passwords: Annotated[Path, typer.Option(help="A folder with one file per role: its password.")],
    operator: Annotated[str, typer.Option(envvar="SIGNAALBRUG_OPERATOR_DATABASE", help="The superuser's URL.")],
    vault: Annotated[bool, typer.Option("--vault", help="The vault's server, instead of the main one.")] = False,
) -> None:
    """Make or mend roles, databases and tables; run again it changes nothing."""
    import psycopg

    from signaalbrug.local.foreign import ForeignPostgres
    from signaalbrug.refusing import Unwilling
    from signaalbrug.wiring import DATABASE_MODULES, VAULT_MODULE, prepare_one

    server = ForeignPostgres(operator, passwords)
    try:
        for module in DATABASE_MODULES:
            if (module == VAULT_MODULE) == vault:
                print(f"ready: {', '.join(prepare_one(server, module))}")
    except psycopg.OperationalError:
        raise Unwilling("that PostgreSQL cannot be reached", "start it, then the same command") from None
