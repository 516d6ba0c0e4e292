"""What was agreed with the parties that deliver here, as connector.toml says it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as hidden
from pathlib import Path
from types import MappingProxyType

from schemas.vocabulary import Attestation

#: The numbers in the official examples of DDAS fail the elfproef; an invented person stands for each. Only the
#: kit's check may use it: intake has no way to ask for it, and a Bsn knows nothing of it.  Source  formats.md 2.3
OFFICIAL_EXAMPLE_BSNS: Mapping[str, str] = MappingProxyType(
    {
        "123456789": "999990019",
        "999012345": "999990020",
        "665544332": "999990032",
        "112233445": "999990044",
    }
)
NO_FIXTURES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Agreement:
    """What each kind of partner attests by agreement, where its format has no fields for it; and the fixtures."""

    attested: Mapping[str, frozenset[Attestation]]
    fixtures: Mapping[str, str] = hidden(repr=False)


def agreement(fixtures: Mapping[str, str] = NO_FIXTURES) -> Agreement:
    """The agreement in connector.toml."""
    raw = tomllib.loads((Path(__file__).parent / "connector.toml").read_text())["attested_by_agreement"]
    return Agreement({partner: frozenset(map(Attestation, each)) for partner, each in raw.items()}, fixtures)
