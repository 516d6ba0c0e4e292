"""Who may enter the inbox."""

import json
import secrets
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)
PASSWORD_BYTES = 15


@app.callback()
def _group() -> None:
    """Who may enter the inbox."""


@app.command()
def add(
    user: Annotated[str, typer.Argument(help="The name to log in with.")],
    team: Annotated[str, typer.Option(help="The team of this user, as routing.toml calls it.")],
    lead: Annotated[bool, typer.Option("--lead", help="A team lead sees what the convenant gives a lead.")] = False,
    database: Annotated[
        str | None, typer.Option(help="The operator's URL of the feed; without it that of the state folder.")
    ] = None,
) -> None:
    """Make an account, or renew it; prints its new password once."""
    import psycopg

    from connectors.wijkteam.users import add_user
    from schemas.vocabulary import RecipientRole
    from signaalbrug.refusing import Unwilling
    from streams.policy.load import load_bundle

    teams = [each["id"] for each in json.loads(load_bundle())["routing"]["team"]]
    if team not in teams:
        raise Unwilling(f"there is no team called {team}", f"signaalbrug user add {user} --team {'|'.join(teams)}")
    role = RecipientRole.TEAM_LEAD if lead else RecipientRole.TEAM_MEMBER
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    try:
        with psycopg.connect(database or _own_feed(), autocommit=True) as connection:
            add_user(connection, team, user, password, role=role)
    except psycopg.OperationalError:
        raise Unwilling("the feed's database cannot be reached", "signaalbrug up") from None
    except ValueError:
        raise Unwilling(f"{user} cannot be a user name", "use letters, digits, dot, dash or underscore") from None
    print(f"user {user}  team {team}  password {password}")


def _own_feed() -> str:
    from signaalbrug.commands.here import main_here
    from signaalbrug.wiring import operator_url

    return operator_url(main_here(), "feed")
