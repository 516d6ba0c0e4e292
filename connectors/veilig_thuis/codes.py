"""The code lists of the protocol, and what of them a hand-over may hold.

Source  codes.csv: Informatieprotocol Beleidsinformatie AMHK (2015), BWBR0036096; those of 2019 were not found
"""

import csv
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType


def _lists() -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    with (Path(__file__).parent / "codes.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["lijst"]][row["code"]] = row["omschrijving"]
    return MappingProxyType({name: MappingProxyType(codes) for name, codes in found.items()})


#: List → code → what it says.
LISTS = _lists()

TURNED_INTO_ADVICE = "03"
HANDED_TO_WIJKTEAM, NO_FOLLOW_UP = "01", "21"
POLICE = "01"
NO_BSN, UNBORN_BSN, UNBORN_DAY = "000000000", "999999999", "99999999"

#: What may have become of a melding that is handed over: never what was turned into advice.
FOLLOWS = frozenset(LISTS["vervolg_melding"]) - {TURNED_INTO_ADVICE}
FOLLOWS_INVESTIGATION = frozenset(LISTS["vervolg_onderzoek"])
