"""The documents that are generated from the code, and whether they are in step with it."""

from pathlib import Path

import typer

app = typer.Typer(no_args_is_help=True)


@app.command()
def check() -> None:
    """Fail when a generated document is not what the code says now."""
    from signaalbrug.documents import out_of_step
    from signaalbrug.local.state import CHECKOUT
    from signaalbrug.refusing import Unwilling

    behind = [str(file.relative_to(CHECKOUT)) for file in out_of_step(CHECKOUT)]
    if behind:
        raise Unwilling(f"not in step with the code: {', '.join(behind)}", "signaalbrug docs write")
    print("the generated documents are in step")


@app.command()
def write() -> None:
    """Write the generated documents anew."""
    from signaalbrug.documents import write_all
    from signaalbrug.local.state import CHECKOUT

    for file in write_all(Path(CHECKOUT)):
        print(f"wrote {file.relative_to(CHECKOUT)}")
