"""Bring the broker in step with the catalogue."""

import os

import typer

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The topics and schemas on the broker."""


@app.command()
def apply() -> None:
    """Create the topics that are missing, and verify the ids of all schemas."""
    from schemas.transport import Cluster, create_topics
    from signaalbrug.schema_ids import verify_schemas
    from streams.runtime.inspecting import mend_settings

    created = create_topics(Cluster.from_environment(os.environ))
    for mended in mend_settings(Cluster.from_environment(os.environ)):
        print(f"mended: {mended}")
    print(f"created: {', '.join(created)}" if created else "all topics were there")
    print(f"{verify_schemas()} schemas are known by their committed ids")
