"""What the BRP's own OpenAPI files say of a question: what may be asked, and which fields there are to ask for."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

FILES = Path(__file__).parent / "openapi"
#: Delivered unasked; to ask for them is a mistake.  Source  PersonenQuery.fields
UNASKED = frozenset({"inOnderzoek", "geheimhoudingPersoonsgegevens", "opschortingBijhouding", "rni", "verificatie"})

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Invalid:
    """One mistake in a question, as `invalidParams` of the answer says it; never with the value."""

    name: str
    code: str
    reason: str


@cache
def contract(name: str) -> "Contract":
    """The contract in one of the two files: `brp_personen` or `brp_bewoning`."""
    document = json.loads((FILES / f"{name}.json").read_text(encoding="utf-8"))
    return Contract(document, {"brp_personen": "PersonenQuery", "brp_bewoning": "BewoningenQuery"}[name])


class Contract:
    """Questions of one API, by the discriminator of its query."""

    def __init__(self, document: Mapping[str, Any], query: str) -> None:
        self.document = document
        self._schemas: Mapping[str, Schema] = document["components"]["schemas"]
        self._kinds: Mapping[str, str] = self._schemas[query]["discriminator"]["mapping"]

    def mistakes(self, question: Any) -> list[Invalid]:
        """Everything that is wrong with a question."""
        kind = question.get("type") if isinstance(question, dict) else None
        if not isinstance(kind, str) or kind not in self._kinds:
            return [Invalid("type", "value", "Waarde is geen geldig zoek type.")]
        known, required = self._object({"$ref": self._kinds[kind]})
        found = [Invalid(name, "required", "Parameter is verplicht.") for name in required if name not in question]
        for name, value in question.items():
            if name not in known:
                found.append(Invalid(name, "unknownParam", "Parameter is niet verwacht."))
            else:
                found += [Invalid(name, code, reason) for code, reason in self._wrong(known[name], value)]
        return found or list(self._wrong_fields(kind, question.get("fields", ())))

    def response_of(self, kind: str) -> Schema:
        """The schema of the answer to this kind of question, with all that it refers to."""
        name = f"{kind}Response" if f"{kind}Response" in self._schemas else "BewoningenQueryResponse"
        return {"$ref": f"#/components/schemas/{name}", "components": self.document["components"]}

    def _wrong_fields(self, kind: str, fields: Sequence[str]) -> Iterator[Invalid]:
        for path in fields:
            steps = path.split(".")
            person = {"$ref": f"#/components/schemas/{kind}Response"}
            if UNASKED & set(steps) or not self._leads(person, ["personen", *steps]):
                yield Invalid("fields", "fields", "Parameter bevat een niet bestaande veldnaam.")

    def _leads(self, schema: Schema, steps: Sequence[str]) -> bool:
        """Whether a path leads somewhere: through lists, and through every shape that a part may have."""
        if not steps:
            return True
        schema = self._resolved(schema)
        if "items" in schema:
            return self._leads(schema["items"], steps)
        shapes = [schema, *({"$ref": each} for each in schema.get("discriminator", {}).get("mapping", {}).values())]
        known: dict[str, list[Schema]] = {}
        for shape in shapes:
            for name, part in self._object(shape)[0].items():
                known.setdefault(name, []).append(part)
        return any(self._leads(part, steps[1:]) for part in known.get(steps[0], ()))

    def _resolved(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self._schemas[schema["$ref"].rsplit("/", 1)[1]]
        return schema

    def _object(self, schema: Schema) -> tuple[dict[str, Schema], list[str]]:
        """Its properties and the names that may not be left out, those of what it is made of included."""
        schema = self._resolved(schema)
        known: dict[str, Schema] = {}
        required: list[str] = []
        for part in schema.get("allOf", ()):
            more, needed = self._object(part)
            known |= more
            required += needed
        return known | schema.get("properties", {}), list(dict.fromkeys([*required, *schema.get("required", ())]))

    def _wrong(self, schema: Schema, value: Any) -> Iterator[tuple[str, str]]:
        schema = self._resolved(schema)
        kind = schema.get("type")
        if not _IS[str(kind)](value):
            yield str(kind), "Waarde heeft niet het juiste type."
        elif kind == "array":
            if len(value) < schema.get("minItems", 0):
                yield "minItems", f"Array bevat minder dan {schema['minItems']} items."
            elif len(value) > schema.get("maxItems", len(value)):
                yield "maxItems", f"Array bevat meer dan {schema['maxItems']} items."
            else:
                yield from dict.fromkeys(wrong for each in value for wrong in self._wrong(schema["items"], each))
        elif kind == "integer" and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            yield "range", "Waarde valt buiten het toegestane bereik."
        elif kind == "string" and not re.search(schema.get("pattern", ""), value):
            yield "pattern", "Waarde voldoet niet aan patroon."
        elif schema.get("format") == "date" and not _is_day(value):
            yield "date", "Waarde is geen geldige datum."


_IS = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
}


def _is_day(text: str) -> bool:
    try:
        return re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is not None and date.fromisoformat(text) is not None
    except ValueError:
        return False
