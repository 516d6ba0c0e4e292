"""The demonstration's own secrets, made once and kept in the state folder for its owner alone."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from nacl.utils import random

from connectors.vault.api import Principal
from connectors.vault.principals import with_every_token, write_secrets
from schemas.sealing import new_pair
from signaalbrug.local.state import State, write_private


@dataclass(frozen=True, slots=True)
class Secrets:
    """Files of keys, and each caller's token for the vault."""

    vault_keys: Path
    vault_tokens: Path
    feed_key: Path
    quarantine_key: Path
    quarantine_private: Path
    tokens: Path
    _tokens: dict[str, str] = field(repr=False)

    def token(self, principal: str) -> str:
        """What this caller shows the vault."""
        return self._tokens[principal]


def secrets_of(state: State) -> Secrets:
    """The secrets of a state folder; made when it has none."""
    folder = state.folder("secrets")
    files = {name: folder / name for name in ("vault.keys", "vault.tokens", "feed.key", "quarantine.key")}
    tokens = folder / "caller.tokens"
    if not tokens.exists():
        _make(files, folder / "quarantine.private", tokens)
    known: dict[str, str] = json.loads(tokens.read_text(encoding="utf-8"))
    if set(known) != {each.value for each in Principal}:
        known = dict(with_every_token(files["vault.tokens"], known))
        write_private(tokens, json.dumps(known))
    return Secrets(
        files["vault.keys"],
        files["vault.tokens"],
        files["feed.key"],
        files["quarantine.key"],
        folder / "quarantine.private",
        tokens,
        known,
    )


def _make(files: dict[str, Path], private: Path, tokens: Path) -> None:
    """The tokens are written last: without that file all are made anew."""
    made = write_secrets(files["vault.keys"], files["vault.tokens"])
    write_private(files["feed.key"], random(32).hex())
    private_key, public_key = new_pair()
    write_private(files["quarantine.key"], public_key)
    write_private(private, private_key)
    write_private(tokens, json.dumps({str(who.value): token for who, token in made.items()}))
