"""Check a policy folder and put it in force."""

import os
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)
Folder = Annotated[Path | None, typer.Argument(help="A folder with convenant.toml, routing.toml and rules/.")]


def _bundle(folder: Path | None) -> str:
    from signaalbrug.refusing import Unwilling
    from streams.policy.load import HERE, PolicyRefused, load_bundle

    try:
        return load_bundle(folder or HERE)
    except PolicyRefused as refused:
        repair = f"mend {refused.file} line {refused.line}, then signaalbrug policy check"
        raise Unwilling(str(refused), repair) from None


@app.command()
def check(folder: Folder = None) -> None:
    """Read every file and run every example; changes nothing."""
    from streams.policy.bundle import policy_hash

    print(f"policy in order: {policy_hash(_bundle(folder), ())[:16]}")


@app.command()
def publish(folder: Folder = None) -> None:
    """Put the policy in force, in every partition at once."""
    from datetime import UTC, datetime

    from schemas.codec import codec_from
    from schemas.transport import Cluster
    from streams.policy.bundle import published
    from streams.runtime.calendar import publish_policy

    policy = published(_bundle(folder), datetime.now(UTC))
    cluster = Cluster.from_environment(os.environ)
    new = publish_policy(cluster, codec_from(os.environ), policy)
    since = "from now on" if new else "already"
    print(f"in force in {cluster.partitions} partitions, {since}: {policy.policy_hash[:16]}")
