"""In which of its formats a file is written: told by its first character, never by its name."""

from typing import BinaryIO

_BOM = b"\xef\xbb\xbf"
_HEAD = 4_096
_SIGN = {b"<": "xml", b"{": "json", b"[": "json"}


def format_of(file: BinaryIO) -> str:
    """`xml`, `json` or `csv`; the file stands at its beginning again."""
    head = file.read(_HEAD)
    file.seek(0)
    return _SIGN.get(head.removeprefix(_BOM).lstrip()[:1], "csv")
