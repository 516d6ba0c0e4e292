"""What is done in a quick way says what the slow way says."""

import enum
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas import vocabulary
from schemas.events.event import Forget, Position, placed
from schemas.record import Recorder
from schemas.scrubbing import leaked_numbers, passes_elfproef
from schemas.trace import begun, following, within
from schemas.vocabulary import Source, Term
from tests.support.stories import absence, at, codec

TEST_BSN = "999990019"


def token_by_token(text: str) -> list[str]:
    tokens = re.findall(r"[A-Za-z0-9]+", text)
    digits = [each for each in tokens if re.fullmatch(r"[0-9]{8,9}", each)]
    return [each for each in digits if passes_elfproef(each)]


@given(st.text(st.sampled_from("09915ax-_|/:\né٣"), max_size=40))
@example(f"{TEST_BSN} x{TEST_BSN} {TEST_BSN}x 9{TEST_BSN} é{TEST_BSN}٣ {TEST_BSN}\n{TEST_BSN}")
def test_leaked_numbers_are_whole_tokens(text: str) -> None:
    assert list(leaked_numbers(text)) == token_by_token(text)


def test_a_leaked_number_is_found_between_other_signs_and_not_inside_a_longer_token() -> None:
    assert list(leaked_numbers(f"é{TEST_BSN}|{TEST_BSN}")) == [TEST_BSN, TEST_BSN]
    assert list(leaked_numbers(f"a{TEST_BSN} {TEST_BSN}0 {TEST_BSN}_")) == [TEST_BSN]


def test_a_part_of_an_action_has_the_span_that_its_traceparent_would_give_it() -> None:
    trace = following(begun("intake", "receipt|1").traceparent, "step-person", "topic/0/1|owner")
    assert within(trace, "processing", "x") == following(trace.traceparent, "processing", "x")


def test_the_records_of_one_cause_are_what_each_would_be_alone() -> None:
    recorder, trace = Recorder(codec(), 8), following(None, "step-person", "topic/0/1|owner")
    said = [absence("kind", 3), Forget("outcome.v1", "owner", "entity"), absence("ouder", 4)]
    alone = [recorder.record(each, trace, at(3), cause="topic/0/1") for each in said]
    assert recorder.records(said, trace, at(3), "topic/0/1") == alone
    assert ("trace-restarted", b"1") in alone[0].headers


def test_an_event_is_placed_once() -> None:
    event = placed(absence("kind", 3), Position("topic", 0, 1))
    assert event == absence("kind", 3) and event.at == Position("topic", 0, 1)
    with pytest.raises(AssertionError):
        placed(event, Position("topic", 0, 2))


def test_a_term_is_written_as_every_enum_is_since_content_hashes_rest_on_it() -> None:
    assert repr(Source.SCHOOL_ATTENDANCE) == "<Source.SCHOOL_ATTENDANCE: 'school_attendance'>"
    terms = [each for each in vars(vocabulary).values() if isinstance(each, type) and issubclass(each, Term)]
    assert all(repr(member) == enum.Enum.__repr__(member) for each in terms for member in each)
