"""Overtaken as a pure question; its consent part says what step `person` says, compared on invented histories."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.wijkteam import overtaken
from connectors.wijkteam.overtaken import (
    Contributed,
    Held,
    Member,
    Person,
    Routing,
    Shown,
    Statement,
    Use,
    is_overtaken,
    usable_until,
)
from schemas.events.state import KeptConsent
from schemas.identity import ConsentId
from schemas.vocabulary import ConsentKind, MembershipKind, Purpose, Source
from streams.core.consent import consent_for, refusal

TODAY = date(2026, 1, 20)
SCHOOL = Source.SCHOOL_ATTENDANCE
AT = datetime(2026, 1, 1, tzinfo=UTC)
USE = Use("p1", "s1", "v1", SCHOOL, "lpw-toestemming", 3)
SHOWN = Shown("noord", "A", "school-en-schulden", (USE,))
ROUTING = Routing({"A": "noord", "A2": "noord", "B": "oost"})
GIVEN = Statement(ConsentKind.GIVEN, SCHOOL, TODAY - timedelta(19), None, AT)
HOLDS = Person(
    Contributed(3, "A", date(2020, 1, 1), {"s1": Held("v1", "c1", TODAY + timedelta(90))}),
    Member(MembershipKind.MEMBER, "A", date(2020, 1, 1), None),
    (GIVEN,),
)


def contributed(**changes: Any) -> Person:
    assert HOLDS.contributed is not None
    return dataclasses.replace(HOLDS, contributed=dataclasses.replace(HOLDS.contributed, **changes))


def member(**changes: Any) -> Person:
    assert HOLDS.member is not None
    return dataclasses.replace(HOLDS, member=dataclasses.replace(HOLDS.member, **changes))


def said(kind: ConsentKind, source: Source | None = SCHOOL, **changes: Any) -> Person:
    newer = Statement(kind, source, TODAY, None, AT + timedelta(1))
    return dataclasses.replace(HOLDS, statements=(GIVEN, dataclasses.replace(newer, **changes)))


HIDES = {
    "consent withdrawn": said(ConsentKind.WITHDRAWN),
    "objected to everything": said(ConsentKind.OBJECTED, None),
    "restricted": said(ConsentKind.RESTRICTED),
    "consent not known (yet)": dataclasses.replace(HOLDS, statements=()),
    "consent ended": dataclasses.replace(HOLDS, statements=(dataclasses.replace(GIVEN, valid_until=TODAY),)),
    "erased or died": dataclasses.replace(HOLDS, gone=True),
    "contribution without the signal": contributed(number=4, signals={}),
    "contribution with another version": contributed(number=4, signals={"s1": Held("v2", "c1", date(2027, 1, 1))}),
    "contribution not read yet": contributed(number=2),
    "no contribution": dataclasses.replace(HOLDS, contributed=None),
    "last usable day passed": contributed(signals={"s1": Held("v1", "c1", TODAY)}),
    "moved to another team": member(area="B", since=TODAY),
    "moved within the team": member(area="A2", since=TODAY),
    "moved to an area of nobody": member(area="C", since=TODAY),
    "membership ended": member(kind=MembershipKind.FORMER, until=TODAY),
    "membership ends today": member(until=TODAY),
    "membership not known": dataclasses.replace(HOLDS, member=None),
}
KEEPS = {
    "nothing new": HOLDS,
    "a newer contribution with the same signal": contributed(number=9),
    "a withdrawal for another source": said(ConsentKind.WITHDRAWN, Source.GENERAL_PRACTICE),
    "an objection against another source": said(ConsentKind.OBJECTED, Source.DEBT_SERVICES),
    "an objection that begins tomorrow": said(ConsentKind.OBJECTED, valid_from=TODAY + timedelta(1)),
    "given again after a withdrawal": said(ConsentKind.GIVEN),
    "membership ends tomorrow": member(until=TODAY + timedelta(1)),
}


@pytest.mark.parametrize("person", HIDES.values(), ids=HIDES.keys())
def test_it_is_hidden_when(person: Person) -> None:
    assert is_overtaken(SHOWN, {"p1": person}, ROUTING, TODAY)


@pytest.mark.parametrize("person", KEEPS.values(), ids=KEEPS.keys())
def test_it_stays_when(person: Person) -> None:
    assert not is_overtaken(SHOWN, {"p1": person}, ROUTING, TODAY)


def test_it_is_hidden_when_its_ground_is_switched_off() -> None:
    assert is_overtaken(SHOWN, {"p1": HOLDS}, dataclasses.replace(ROUTING, stopped=frozenset(["all"])), TODAY)
    stopped = frozenset(["ground:lpw-toestemming"])
    assert is_overtaken(SHOWN, {"p1": HOLDS}, dataclasses.replace(ROUTING, stopped=stopped), TODAY)
    another = dataclasses.replace(ROUTING, stopped=frozenset(["ground:x"]))
    assert not is_overtaken(SHOWN, {"p1": HOLDS}, another, TODAY)


def test_it_is_hidden_when_its_rule_is_switched_off() -> None:
    stopped = dataclasses.replace(ROUTING, stopped=frozenset(["rule:school-en-schulden"]))
    assert is_overtaken(SHOWN, {"p1": HOLDS}, stopped, TODAY)
    another = frozenset(["rule:x", "ground:school-en-schulden", "rule:lpw-toestemming"])
    assert not is_overtaken(SHOWN, {"p1": HOLDS}, dataclasses.replace(ROUTING, stopped=another), TODAY)


def test_it_is_hidden_when_its_area_got_another_team() -> None:
    assert is_overtaken(SHOWN, {"p1": HOLDS}, Routing({"A": "oost"}), TODAY)


def test_a_statutory_signal_needs_no_consent_but_an_objection_counts() -> None:
    statutory = contributed(signals={"s1": Held("v1", None, TODAY + timedelta(9))})
    assert not is_overtaken(SHOWN, {"p1": dataclasses.replace(statutory, statements=())}, ROUTING, TODAY)
    objection = (Statement(ConsentKind.OBJECTED, None, TODAY, None, AT),)
    assert is_overtaken(SHOWN, {"p1": dataclasses.replace(statutory, statements=objection)}, ROUTING, TODAY)


def test_an_older_address_of_another_member_does_not_hide() -> None:
    older = dataclasses.replace(member(area="B", since=date(2010, 1, 1)), statements=())
    assert not is_overtaken(SHOWN, {"p1": HOLDS, "p2": older}, ROUTING, TODAY)
    newer = member(area="B", since=TODAY)
    assert is_overtaken(SHOWN, {"p1": HOLDS, "p2": newer}, ROUTING, TODAY)


def test_the_last_day_is_the_earliest_of_its_signals() -> None:
    assert usable_until(SHOWN, {"p1": HOLDS}) == TODAY + timedelta(90)
    assert usable_until(SHOWN, {}) is None


_DAYS = st.integers(-3, 3).map(lambda days: TODAY + timedelta(days))
_STATEMENTS = st.builds(
    Statement,
    kind=st.sampled_from([ConsentKind.GIVEN, ConsentKind.WITHDRAWN, ConsentKind.OBJECTED, ConsentKind.RESTRICTED]),
    source=st.sampled_from([None, SCHOOL, Source.DEBT_SERVICES]),
    valid_from=_DAYS,
    valid_until=st.none() | _DAYS,
    recorded_at=st.integers(0, 3).map(lambda days: AT + timedelta(days)),
)


@settings(max_examples=1000)
@given(st.lists(_STATEMENTS, max_size=5))
def test_statements_mean_here_what_they_mean_to_step_person(statements: list[Statement]) -> None:
    kept = [
        KeptConsent(
            each.kind,
            ConsentId(f"{number:032x}"),
            each.source,
            Purpose.USE_FOR_CORRELATION,
            each.valid_from,
            each.valid_until,
            each.recorded_at,
        )
        for number, each in enumerate(statements)
    ]
    refused = refusal(kept, SCHOOL, TODAY) is not None
    consents = consent_for(kept, SCHOOL, TODAY).consent is not None
    assert overtaken._refuses(statements, SCHOOL, TODAY) is refused
    assert overtaken._consents(statements, SCHOOL, TODAY) is consents
