"""What lies in quarantine: list, show, redrive, discard."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signaalbrug.refusing import Unwilling

if TYPE_CHECKING:
    from connectors.set_aside import Entry

app = typer.Typer(no_args_is_help=True)

Ids = Annotated[list[str], typer.Argument(metavar="ID…", help="As `quarantine list` gives them.")]
By = Annotated[str, typer.Option("--by", help="Who you are; it stands on the record of what was done.")]
PrivateKey = Annotated[
    Path,
    typer.Option(envvar="SIGNAALBRUG_QUARANTINE_PRIVATE", help="The private key, from where it is kept apart."),
]
AGAIN = "signaalbrug quarantine list"
SETTLING = {
    "user": ("a user name is small letters, digits, dots and dashes", "name them with --by and --with"),
    "seconded_by": ("what is destroyed needs a second person", "name a colleague with --with"),
    "settled": ("it was discarded before", AGAIN),
    "reason": ("that is no reason from the list", "redelivered, by_mistake, may_not_have or too_late"),
}


@app.callback()
def _group() -> None:
    """What lies in quarantine; its content is sealed to a key that is kept elsewhere."""


@app.command(name="list")
def list_(everything: Annotated[bool, typer.Option("--all", help="Also what is done with.")] = False) -> None:
    """When, which component, where, why, and what became of it; never content."""
    from connectors.set_aside import listed

    with _lying() as found:
        for entry in found.values():
            if everything or not entry.settled:
                print(listed(entry))


@app.command()
def show(
    entry: Annotated[str, typer.Argument(metavar="ID")],
    private_key: Annotated[
        Path | None, typer.Option(help="With the private key the content is shown, on this screen alone.")
    ] = None,
) -> None:
    """All that may be told of one entry."""
    from connectors.redrive import CannotRedrive, content_of
    from connectors.set_aside import shown
    from schemas.sealing import unseal

    with _lying() as found:
        (one,) = _chosen(found, [entry])
    for line in shown(one):
        print(line)
    if private_key is not None:
        key = _key(private_key)
        try:
            print(content_of(one, lambda sealed: unseal(key, sealed)).decode("utf-8", "backslashreplace"))
        except CannotRedrive as cannot:
            raise Unwilling(f"there is no content to show ({cannot.code})", AGAIN) from None
        except ValueError:
            raise Unwilling("it was sealed to another key", "give the private half of that one") from None


@app.command()
def redrive(ids: Ids, private_key: PrivateKey, by: By) -> None:
    """Offer them again as they were sealed, in the order in which they came; twice does nothing twice."""
    from schemas.codec import codec_from
    from schemas.record import Recorder
    from schemas.transport import Cluster
    from signaalbrug.commands.here import beside
    from signaalbrug.quarantining import effects_of, lying, publishing, redriven

    key = _key(private_key)
    with _outages(), beside("intake") as settings:
        cluster, codec = Cluster.from_environment(settings), codec_from(settings)
        chosen = _chosen(lying(cluster, codec), ids)
        recorder = Recorder(codec, cluster.partitions)
        municipality = settings.get("SIGNAALBRUG_MUNICIPALITY", "9990")
        with effects_of(settings, recorder, publishing(cluster)) as effects, _settling():
            refused = 0
            for outcome in redriven(chosen, key, by, effects, municipality):
                refused += outcome.offered is None
                print(f"{outcome.entry.id}: {_told(outcome)}")
    raise typer.Exit(1 if refused else 0)


@app.command()
def discard(
    ids: Ids,
    by: By,
    seconded_by: Annotated[str, typer.Option("--with", help="Who else saw to it: two people destroy, not one.")],
    reason: Annotated[str, typer.Option(help="redelivered, by_mistake, may_not_have or too_late")],
) -> None:
    """Say that they are done with; they can no longer be offered again, and go when their 30 days are over."""
    from connectors.quarantine import whole_ms
    from connectors.set_aside import NotSettled, discarded
    from schemas.codec import codec_from
    from schemas.record import Recorder
    from schemas.vocabulary import Settlement
    from signaalbrug.commands.here import cluster_here
    from signaalbrug.quarantining import lying, now, publishing

    with _outages(), _settling():
        cluster, codec = cluster_here(), codec_from(os.environ)
        recorder, at = Recorder(codec, cluster.partitions), whole_ms(now())
        try:
            how = Settlement(reason)
        except ValueError:
            raise NotSettled("reason") from None
        chosen = _chosen(lying(cluster, codec), ids)
        publishing(cluster)([discarded(recorder, each, how, by, seconded_by, at) for each in chosen])
    print(f"{len(chosen)} discarded")


def _told(outcome: object) -> str:
    from signaalbrug.quarantining import Outcome

    assert isinstance(outcome, Outcome)
    offered = outcome.offered
    if offered is None:
        return f"not offered: {outcome.why_not}"
    if offered.again:
        return "was offered before: a duplicate"
    if offered.refused is not None:
        return f"offered and refused again: {offered.refused.value}"
    return f"offered as {offered.receipt}" if offered.receipt else "put back on its topic"


def _chosen(found: Mapping[str, "Entry"], ids: list[str]) -> list["Entry"]:
    missing = [each for each in ids if each not in found]
    if missing:
        raise Unwilling(f"{len(missing)} of these are not in quarantine, or were there longer than 30 days", AGAIN)
    return [found[each] for each in dict.fromkeys(ids)]


def _key(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except (OSError, ValueError):
        raise Unwilling("the private key cannot be read", "name its file with --private-key") from None


@contextmanager
def _lying() -> Iterator[Mapping[str, "Entry"]]:
    from schemas.codec import codec_from
    from signaalbrug.commands.here import cluster_here
    from signaalbrug.quarantining import lying

    with _outages():
        yield lying(cluster_here(), codec_from(os.environ))


@contextmanager
def _settling() -> Iterator[None]:
    from connectors.set_aside import NotSettled

    try:
        yield
    except NotSettled as cannot:
        raise Unwilling(*SETTLING[cannot.code]) from None


@contextmanager
def _outages() -> Iterator[None]:
    import psycopg

    from connectors.vault.api import VaultDown, VaultRefused
    from schemas.following import CannotContinue
    from schemas.transport import BrokerTrouble

    again = "start it, then the same command: nothing is done twice"
    try:
        yield
    except BrokerTrouble:
        raise Unwilling("the broker does not answer", again) from None
    except VaultDown:
        raise Unwilling("the vault does not answer", again) from None
    except VaultRefused as refused:
        raise Unwilling(f"the vault refuses ({refused.code})", "docs/runbooks/quarantined.md") from None
    except psycopg.Error:
        raise Unwilling("the database of intake cannot be used", again) from None
    except CannotContinue as cannot:
        raise Unwilling(cannot.what, cannot.repair) from None
