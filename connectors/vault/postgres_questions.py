"""Questions about identities in PostgreSQL: the server sees keyed hashes, sealed bytes and who answered when."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.vault.api import Doubt, QuestionStatus
from connectors.vault.connections import Connections, in_force
from connectors.vault.keys import Generation
from connectors.vault.store import IdentityLine, Question
from schemas.identity import PersonPseudonym

_COLUMNS = (
    "id, idx, description, candidates, doubt, source, asked_at, status, changed_at, changed_by, proposed, person"
)
_SELECT = f"select {_COLUMNS} from identity_question"  # noqa: S608
_INSERT = f"""
insert into identity_question ({_COLUMNS}, index_key_version, key_version)
select %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s
where not exists (select from identity_question where idx = any(%s::bytea[])) on conflict (idx) do nothing
"""  # noqa: S608


class PostgresQuestions:
    """The half of a `Store` that keeps questions."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def asked(self, indexes: Sequence[bytes], keys: Generation) -> Mapping[bytes, Question]:
        with self._connections.transaction() as database:
            in_force(database, keys)
            rows = database.execute(f"{_SELECT} where idx = any(%s::bytea[])", (list(indexes),)).fetchall()
        return {each.index: each for each in map(_question, rows)}

    def ask(self, question: Question, keys: Generation) -> None:
        places = [question.index, *question.earlier]
        with self._connections.transaction() as database:
            in_force(database, keys)
            made = database.execute(
                _INSERT, (*_columns(question), keys.index, keys.sealing, list(question.earlier))
            )
            if made.rowcount == 0:
                # Sealed anew as a whole: both halves of a row stand under one key.
                database.execute(
                    "update identity_question set doubt = %s, candidates = %s, description = %s, key_version = %s"
                    " where idx = any(%s::bytea[]) and status = 'open'",
                    (question.doubt.value, question.candidates, question.description, keys.sealing, places),
                )

    def unask(self, question: str) -> None:
        with self._connections.transaction() as database:
            database.execute("delete from identity_question where id = %s and status = 'open'", (question,))

    def question(self, question: str) -> Question | None:
        with self._connections.transaction() as database:
            row = database.execute(f"{_SELECT} where id = %s", (question,)).fetchone()
        return _question(row) if row else None

    def questions(self) -> Sequence[Question]:
        with self._connections.transaction() as database:
            return [_question(row) for row in database.execute(f"{_SELECT} order by asked_at, id").fetchall()]

    def answer(self, before: Question, after: Question, keys: Generation) -> bool:
        with self._connections.transaction() as database:
            in_force(database, keys)
            done = database.execute(
                "update identity_question set status = %s, changed_at = %s, changed_by = %s, proposed = %s,"
                " person = %s where id = %s and status = %s and changed_at is not distinct from %s",
                (
                    *(after.status.value, after.changed_at, after.changed_by, after.proposed, after.person),
                    *(before.id, before.status.value, before.changed_at),
                ),
            )
            return done.rowcount == 1

    def forget_questions(self, before: datetime) -> int:
        with self._connections.transaction() as database:
            gone = database.execute(
                "delete from identity_question where coalesce(changed_at, asked_at) < %s", (before,)
            )
            return gone.rowcount

    def log_identity(self, line: IdentityLine) -> None:
        with self._connections.transaction() as database:
            database.execute(
                "insert into identity_log (at, said, username, question, reason) values (%s, %s, %s, %s, %s)",
                (line.at, line.said, line.user, line.question, line.reason),
            )


def _columns(question: Question) -> tuple[Any, ...]:
    return (
        *(question.id, question.index, question.description, question.candidates),
        *(question.doubt.value, question.source, question.asked_at, question.status.value),
        *(question.changed_at, question.changed_by, question.proposed, question.person),
    )


def _question(row: tuple[Any, ...]) -> Question:
    identity, index, description, candidates, doubt, source, asked_at, status, at, by, proposed, person = row
    return Question(
        id=identity,
        index=bytes(index),
        description=bytes(description),
        candidates=bytes(candidates),
        doubt=Doubt(doubt),
        source=source,
        asked_at=asked_at,
        status=QuestionStatus(status),
        changed_at=at,
        changed_by=by,
        proposed=None if proposed is None else bytes(proposed),
        person=None if person is None else PersonPseudonym(person),
    )
