"""Random passwords, made once per role and readable for the owner of the state folder alone."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from signaalbrug.local.state import locked, write_private

BYTES = 32


class Passwords:
    """A file of passwords by role."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def know(self, role: str) -> bool:
        """Whether anybody asked for this role's before."""
        return role in self._known()

    def of(self, role: str) -> str:
        """The password of this role, made up at the first question."""
        with locked(self._file.with_name(f"{self._file.name}.lock")):
            known = self._known()
            if role not in known:
                known[role] = secrets.token_urlsafe(BYTES)
                write_private(self._file, json.dumps(known, indent=1))
            return known[role]

    def _known(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self._file.read_text(encoding="utf-8")) if self._file.exists() else {}
        return found
