"""One trace id from connector to alert: W3C trace context whose span ids are derived from causes."""

import hashlib
import re
from dataclasses import dataclass, replace

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
_NO_TRACE, _NO_SPAN = "0" * 32, "0" * 16


@dataclass(frozen=True, slots=True)
class Trace:
    """Where in a trace an action stands."""

    trace_id: str
    span_id: str
    parent_span_id: str | None = None
    restarted: bool = False

    @property
    def traceparent(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-01"


def begun(component: str, cause: str) -> Trace:
    """A new trace for a cause that is itself random (a receipt and row), never derived from a person."""
    digest = hashlib.sha256(f"{component}\x1f{cause}".encode()).hexdigest()
    return Trace(digest[:32], digest[32:48])


def within(trace: Trace, component: str, cause: str) -> Trace:
    """The span of a part of an action that is itself under way."""
    return Trace(trace.trace_id, _span(component, cause), trace.span_id)


def following(traceparent: str | None, component: str, cause: str) -> Trace:
    """The span of *component* for *cause* in the trace it came with, or in a new one that says so.

    Source  trace.md 4.1: span id = first 8 bytes of sha256(step, cause); bad_inputs.md B11
    """
    span = _span(component, cause)
    found = _TRACEPARENT.fullmatch(traceparent or "")
    if found is None or found[1] == _NO_TRACE or found[2] == _NO_SPAN:
        return replace(begun(component, cause), restarted=True)
    return Trace(found[1], span, found[2])


def _span(component: str, cause: str) -> str:
    return hashlib.sha256(f"{component}\x1f{cause}".encode()).hexdigest()[:16]
