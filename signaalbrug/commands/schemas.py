"""The schemas and the registry in the repository: whether they may be released, and bringing them in step."""

import typer

app = typer.Typer(no_args_is_help=True)


@app.command()
def check() -> None:
    """Fail when a schema breaks the house's rules or anything that a release could write."""
    _answer("check")


@app.command()
def register() -> None:
    """Bring registry.json in step with the .avsc files, then check."""
    _answer("register")


def _answer(verb: str) -> None:
    from schemas.registering import main

    raise typer.Exit(main([verb]))
