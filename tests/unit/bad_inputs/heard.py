"""Everything that anybody could read of a delivery, and the search for a value in it."""

import base64
import contextlib
import hashlib
import io
import logging
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

import structlog
from prometheus_client import REGISTRY

from connectors import intake_metrics
from connectors.connector import RawRecord, Refused
from connectors.receipts import MemoryBooks
from schemas.operations import configure_logging
from tests.support.deliveries import CONNECTORS, NOW, Door, number

CANARY = "kanarie-7f3a"
#: What is put in a place: a text with a telephone number, a number that passes the elfproef, an address.
CANARIES = (f"{CANARY} 0612345678", number(777), "9876KN 31")
#: What of it would be a leak.
TRACES = (CANARY, number(777), "0612345678", "9876KN")


@dataclass
class Heard:
    """What stood on standard output and error, in the log of this process and in those of every library."""

    output: io.StringIO = field(default_factory=io.StringIO)
    libraries: io.StringIO = field(default_factory=io.StringIO)

    def all(self) -> str:
        return self.output.getvalue() + self.libraries.getvalue()


@contextlib.contextmanager
def listening() -> Iterator[Heard]:
    """The log as a process of ours configures it, with everything at DEBUG, and libraries with their full texts."""
    heard, root = Heard(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    with contextlib.redirect_stdout(heard.output), contextlib.redirect_stderr(heard.output):
        configure_logging("intake")
        full = logging.StreamHandler(heard.libraries)
        full.setFormatter(logging.Formatter("%(name)s %(message)s %(args)s"))
        root.addHandler(full)
        root.setLevel(logging.DEBUG)
        try:
            yield heard
        finally:
            root.handlers[:] = handlers
            root.setLevel(level)
            structlog.reset_defaults()


def told(door: Door, source: str, content: bytes) -> str:
    """Send it, and everything that is said of it: what is answered, counted, written down, published and raised."""
    said: list[str] = []
    try:
        taken = door.send(source, content)
        intake_metrics.delivered(source, taken)
        said += [repr(taken), str(taken)]
    except Exception as error:
        said.append(spoken(error))
    connector = CONNECTORS[source]
    for row in connector.read(io.BytesIO(content)):
        meant = connector.normalise(row, NOW.date()) if isinstance(row, RawRecord) else row
        said += [repr(row), repr(meant), str(meant), f"{meant.field}" if isinstance(meant, Refused) else ""]
    return "\n".join([*said, left_by(door)])


def left_by(door: Door) -> str:
    """Every byte on a topic, every line of the books and the vault, every label of a metric."""
    assert isinstance(door.books, MemoryBooks)
    said = [
        f"{each.topic} {each.key.decode('latin-1')} {(each.value or b'').decode('latin-1')} {each.headers}"
        for each in door.log.records
    ]
    said += [repr(vars(door.books)), repr(vars(door.store.store))]
    said += [str(sample) for metric in REGISTRY.collect() for sample in metric.samples]
    return "\n".join(said)


def spoken(error: BaseException) -> str:
    """All that an exception can be made to say: text, parts, notes, traceback, and those of what it came from."""
    said = ["".join(traceback.format_exception(error))]
    seen: list[BaseException | None] = []
    wait: list[BaseException | None] = [error]
    while wait:
        each = wait.pop()
        if each is None or each in seen:
            continue
        seen.append(each)
        said += [str(each), repr(each), repr(each.args), repr(getattr(each, "__notes__", "")), repr(vars(each))]
        wait += [each.__cause__, each.__context__]
    return "\n".join(said)


def forms(secret: str) -> Iterator[str]:
    """The ways in which a value may stand somewhere without being the same letters."""
    raw = secret.encode()
    yield secret.casefold()
    yield secret[::-1].casefold()
    yield raw.hex()
    yield quote(secret).casefold()
    for shift in range(3):
        packed = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        yield packed[(0, 2, 3)[shift] : -1].casefold()
    for algorithm in ("md5", "sha1", "sha256"):
        yield hashlib.new(algorithm, raw).hexdigest()


def leaks(text: str, secrets: Iterable[str]) -> list[str]:
    """Which of the secrets can be found in it, in whatever form."""
    low = text.casefold()
    return [each for each in secrets if any(form in low for form in forms(each))]
