"""Databases on a PostgreSQL that is not ours to start: roles and tables, made by its operator's URL."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from signaalbrug.local.errors import LocalServerError
from signaalbrug.local.postgres import Postgres


class ForeignPostgres(Postgres):
    """A running server, known by its superuser's URL; passwords lie in a folder, one file a role."""

    def __init__(self, operator: str, passwords: Path) -> None:
        self._operator, self._folder_of_passwords = urlsplit(operator), passwords

    def password_of(self, role: str) -> str:
        """What this role's file says.

        Raises  LocalServerError
        """
        if role == self._operator.username:
            return self._operator.password or ""
        try:
            return (self._folder_of_passwords / role).read_text(encoding="utf-8").strip()
        except FileNotFoundError as none:
            raise LocalServerError(f"there is no password for {role}", f"write one to PASSWORDS/{role}") from none

    def url(self, role: str, password: str, database: str) -> str:
        """What psycopg connects with."""
        who = f"{quote(role, safe='')}:{quote(password, safe='')}"
        where = f"{who}@{self._operator.netloc.rpartition('@')[2]}"
        return urlunsplit((self._operator.scheme, where, f"/{quote(database, safe='')}", self._operator.query, ""))
