"""Which area an address lies in: by object, then by postcode and number, then by whole postcode."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.household_register.resident import Address
from schemas.identity import PATTERNS, AreaCode


@dataclass(frozen=True, slots=True)
class Range:
    """Part of the house numbers of a postcode, which can straddle areas."""

    first: int
    last: int
    area: AreaCode


@dataclass(frozen=True, slots=True)
class Areas:
    """The table of one municipality."""

    objects: Mapping[str, AreaCode]
    ranges: Mapping[str, tuple[Range, ...]]
    postcodes: Mapping[str, AreaCode]

    @classmethod
    def read(cls, path: Path) -> "Areas":
        """Raises SystemExit(2), naming the file, when it is no table of areas."""
        try:
            return cls.of_table(tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            print(f"{path.name}: geen leesbare gebiedstabel", flush=True)  # noqa: T201
            raise SystemExit(2) from None

    @classmethod
    def of_table(cls, table: Mapping[str, Any]) -> "Areas":
        """Raises KeyError, ValueError."""
        objects: dict[str, AreaCode] = {}
        postcodes: dict[str, AreaCode] = {}
        ranges: dict[str, tuple[Range, ...]] = {}
        for each in table["area"]:
            code = AreaCode(each["code"])
            if not PATTERNS["AreaCode"].fullmatch(code):
                raise ValueError("code")
            objects |= dict.fromkeys(each.get("objects", ()), code)
            for postcode in each.get("postcodes", ()):
                postcodes.setdefault(postcode, code)
            for span in each.get("ranges", ()):
                before = ranges.get(span["postcode"], ())
                ranges[span["postcode"]] = (*before, Range(int(span["from"]), int(span["to"]), code))
        return cls(objects, ranges, postcodes)

    def of(self, address: Address) -> AreaCode | None:
        """The area, or None: an address in no area belongs to no team here."""
        if address.object_id in self.objects:
            return self.objects[address.object_id]
        for span in self.ranges.get(address.postcode, ()):
            if span.first <= address.number <= span.last:
                return span.area
        return self.postcodes.get(address.postcode)
