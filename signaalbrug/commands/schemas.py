"""The schemas and the registry in the repository: whether they may be released, and bringing them in step."""

import os
from collections.abc import Mapping
from typing import Annotated

import typer

from signaalbrug.refusing import Unwilling

app = typer.Typer(no_args_is_help=True)
SETTING = "SIGNAALBRUG_REGISTRY"


@app.command()
def check() -> None:
    """Fail when a schema breaks the house's rules or anything that a release could write."""
    _answer("check")


@app.command()
def register() -> None:
    """Bring registry.json in step with the .avsc files, then check."""
    _answer("register")


@app.command()
def publish(
    registry: Annotated[str | None, typer.Option(help=f"Its Confluent API; without it {SETTING}.")] = None,
) -> None:
    """Register every schema of this release with a registry server; processes themselves never do."""
    environment = dict(os.environ) | ({SETTING: registry} if registry else {})
    if not environment.get(SETTING):
        raise Unwilling("no registry server is named", "signaalbrug schemas publish --registry URL")
    _published(environment)


def _published(environment: Mapping[str, str]) -> None:
    from schemas.registry import RegistryDown, known_versions
    from schemas.registry_server import Objected, server_of
    from schemas.scrubbing import error_code

    server = server_of(environment)
    assert server is not None
    again = "then signaalbrug schemas publish again: what is there stays"
    try:
        for version, id, new in server.publish(known_versions()):
            print(f"{version.subject} v{version.version} id {id}{' (new)' if new else ''}")
    except RegistryDown as down:
        raise Unwilling(f"the registry does not answer ({error_code(down)})", f"start it, {again}") from None
    except Objected as objected:
        why = f"the registry refuses {objected}: something else stands there that does not fit"
        raise Unwilling(why, f"see who registered it, {again}") from None
    finally:
        server.close()


def _answer(verb: str) -> None:
    from schemas.registering import main

    raise typer.Exit(main([verb]))
