"""The stand-in of the BRP over a village: it keeps what it was asked and holds its answers against the contract."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jsonschema import Draft202012Validator

from signaalbrug.local.brp_contract import contract
from signaalbrug.local.brp_server import Answer, StandIn
from tests.support.village import Village

KEY = "een-sleutel-van-de-proefomgeving"


@dataclass
class Door:
    """The stand-in over a village: what it was asked, what it answered, and what it does instead when told to."""

    village: Village
    asked: list[Mapping[str, Any]] = field(default_factory=list)
    instead: Callable[[], Answer] | None = None

    def everybody(self) -> Iterable[Answer]:
        return self.village.persons.values()

    def occupancies(self, object_id: str) -> Sequence[Answer]:
        found = self.village.home(object_id)
        return [] if found is None else [found]

    def answer(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        question = json.loads(body)
        self.asked.append(question)
        if self.instead is not None:
            return self.instead()
        said = StandIn(self, KEY).answer(path, headers, body)
        assert_promised("brp_personen" if path.endswith("personen") else "brp_bewoning", question["type"], said)
        return said


def assert_promised(api: str, kind: str, answer: Any) -> None:
    Draft202012Validator(contract(api).response_of(kind)).validate(answer)
