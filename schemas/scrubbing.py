"""The one border that errors and texts cross before anybody may read them: values stay behind."""

import re
from collections.abc import Iterator

_TOKEN = re.compile(r"[A-Za-z0-9]+")
_SUSPECT = re.compile(r"(?<![A-Za-z0-9])[0-9]{8,9}(?![A-Za-z0-9])")
_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def passes_elfproef(digits: str) -> bool:
    """Whether eight or nine digits could be a BSN.

    Source  formats.md 5.4
    """
    padded = digits.zfill(9)
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, padded, strict=True))
    return total % 11 == 0 and padded != "000000000"


def leaked_numbers(text: str) -> Iterator[str]:
    """Whole alphanumeric tokens of exactly 8 or 9 digits that pass the elfproef.

    Source  rules.md 1
    """
    return filter(passes_elfproef, _SUSPECT.findall(text))


def error_code(error: BaseException) -> str:
    """What may be said of an error: its type and a code without values, never its message.

    Source  privacy.md T11: pydantic, fastavro and PostgreSQL messages contain values
    """
    code = getattr(error, "sqlstate", None)
    kafka_name = getattr(error.args[0], "name", None) if error.args else None
    if code is None and callable(kafka_name):
        code = kafka_name()
    name = type(error).__name__
    return f"{name}:{code}" if isinstance(code, str) else name


def scrubbed(text: str) -> str:
    """The text with every leaked number replaced."""
    return _TOKEN.sub(lambda found: "…" if any(leaked_numbers(found[0])) else found[0], text)
