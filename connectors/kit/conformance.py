"""What certifies a connector: every promise of a way in, tried on its own samples; no finding is a certificate."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from connectors.kit import promises_of_rows, promises_of_silence
from connectors.kit.subject import Subject

Check = Callable[[Subject], Iterator[str]]
CHECKS: Mapping[str, Check] = MappingProxyType({**promises_of_rows.CHECKS, **promises_of_silence.CHECKS})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a connector does not do: which promise, and where; never a value."""

    check: str
    what: str


def certify(subject: Subject, promises: Iterable[str] = tuple(CHECKS)) -> tuple[Finding, ...]:
    """Everything that the connector does not do; an exception is a finding too, by its class alone."""
    return tuple(Finding(name, what) for name in promises for what in _tried(CHECKS[name], subject))


def _tried(check: Check, subject: Subject) -> Iterator[str]:
    try:
        yield from check(subject)
    except Exception as failed:
        yield f"stopt met {type(failed).__name__}"
