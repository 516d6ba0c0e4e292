"""The way to the vault for its callers: JSON over a unix socket, and nothing that could go round it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx2

from connectors.bsn import Bsn
from connectors.connector import Described
from connectors.vault.api import Asked, QuestionStatus, Receipt, Shown, VaultDown, VaultRefused
from connectors.vault.wire import CALLS, Misread
from schemas.identity import PersonPseudonym, ReceiptId, TeamId

PATIENCE_S = 20.0
#: Each is a question or two to the BRP: so many are answered before a caller gives up.
DESCRIBED_AT_ONCE = 20


class VaultClient:
    """A `Vault` on the other side of a socket; may be used by several threads.

    Raises  VaultDown (nobody answers, or the vault cannot), VaultRefused
    """

    def __init__(self, socket: Path | str, token: str, patience_s: float = PATIENCE_S) -> None:
        transport = httpx2.HTTPTransport(uds=str(socket))
        self._http = httpx2.Client(
            transport=transport,
            base_url="http://vault",
            headers={"Authorization": f"Bearer {token}"},
            timeout=patience_s,
            trust_env=False,
        )

    def open_receipt(self, source: str, content_sha256: bytes, size: int) -> Receipt:
        return self._ask("open_receipt", source, content_sha256, size)  # type: ignore[no-any-return]

    def close_receipt(self, receipt: ReceiptId) -> None:
        self._ask("close_receipt", receipt)

    def receipt_key(self, receipt: ReceiptId) -> bytes:
        return self._ask("receipt_key", receipt)  # type: ignore[no-any-return]

    def source_key(self, source: str) -> bytes:
        return self._ask("source_key", source)  # type: ignore[no-any-return]

    def pseudonymise_many(self, receipt: ReceiptId, persons: Sequence[Bsn]) -> list[PersonPseudonym]:
        return self._ask_each("pseudonymise_many", receipt, persons)

    def identify_many(self, receipt: ReceiptId, persons: Sequence[Described]) -> list[PersonPseudonym | None]:
        parts = [persons[at : at + DESCRIBED_AT_ONCE] for at in range(0, len(persons), DESCRIBED_AT_ONCE)]
        return [one for part in parts for one in self._ask_each("identify_many", receipt, part)]

    def resolve_many(self, receipt: ReceiptId, persons: Sequence[PersonPseudonym]) -> list[Bsn | None]:
        return self._ask_each("resolve_many", receipt, persons)

    def find_many(self, receipt: ReceiptId, persons: Sequence[Bsn]) -> list[PersonPseudonym | None]:
        return self._ask_each("find_many", receipt, persons)

    def team_tokens(self, team: TeamId, persons: Sequence[PersonPseudonym]) -> list[str]:
        return self._ask_each("team_tokens", team, persons)

    def reveal(self, team: TeamId, user: str, token: str, reason: str) -> Bsn:
        return self._ask("reveal", team, user, token, reason)  # type: ignore[no-any-return]

    def find_to_erase(self, person: Bsn) -> PersonPseudonym | None:
        return self._ask("find_to_erase", person)  # type: ignore[no-any-return]

    def may_erase(self, person: PersonPseudonym) -> bool:
        return self._ask("may_erase", person)  # type: ignore[no-any-return]

    def erase(self, person: PersonPseudonym) -> None:
        self._ask("erase", person)

    def identity_questions(self) -> list[Asked]:
        return self._ask("identity_questions")  # type: ignore[no-any-return]

    def identity_show(self, question: str, user: str, reason: str) -> Shown:
        return self._ask("identity_show", question, user, reason)  # type: ignore[no-any-return]

    def identity_pick(self, question: str, user: str, candidate: int) -> QuestionStatus:
        return self._ask("identity_pick", question, user, candidate)  # type: ignore[no-any-return]

    def identity_name(self, question: str, user: str, person: Bsn) -> QuestionStatus:
        return self._ask("identity_name", question, user, person)  # type: ignore[no-any-return]

    def identity_dismiss(self, question: str, user: str, reason: str) -> None:
        self._ask("identity_dismiss", question, user, reason)

    def close(self) -> None:
        """Let go of the socket."""
        self._http.close()

    def _ask_each(self, call: str, about: str, persons: Sequence[Any]) -> list[Any]:
        answers: list[Any] = self._ask(call, about, persons)
        if len(answers) != len(persons):
            raise VaultDown
        return answers

    def _ask(self, call: str, *values: Any) -> Any:
        described = CALLS[call]
        try:
            answer = self._http.post(f"/v1/{call}", json=described.request(values))
            body = answer.json()
        except (httpx2.HTTPError, ValueError):
            raise VaultDown from None
        if 400 <= answer.status_code < 500 and isinstance(body, dict) and isinstance(body.get("code"), str):
            raise VaultRefused(body["code"])
        if answer.status_code != 200 or not isinstance(body, dict) or "answer" not in body:
            raise VaultDown
        try:
            return described.answers.into(body["answer"])
        except Misread:
            raise VaultDown from None
