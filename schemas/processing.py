"""One line of the processing log: which activity, by which part of ours, about whom, when and in which trace."""

from datetime import datetime

from schemas.events.account import ProcessingLine
from schemas.identity import PersonPseudonym
from schemas.trace import Trace
from schemas.vocabulary import ProcessingStatus

ACTIVITY = "https://signaalbrug.example/register/verwerkingsactiviteiten/{}/versies/1"


def processing_line(
    name: str,
    activity: str,
    person: PersonPseudonym,
    component: str,
    trace: Trace,
    started_at: datetime,
    ended_at: datetime,
) -> ProcessingLine:
    """The line of an action that went well; *activity* is its number in the register of processing activities."""
    return ProcessingLine(
        name=name,
        activity=ACTIVITY.format(activity),
        person=person,
        component=component,
        trace_id=trace.trace_id,
        span_id=trace.span_id,
        parent_span_id=trace.parent_span_id,
        started_at=started_at,
        ended_at=ended_at,
        status=ProcessingStatus.UNSET,
        error_code=None,
    )
