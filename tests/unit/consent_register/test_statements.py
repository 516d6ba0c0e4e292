"""What a line of the register means, and that the order in which lines come changes nothing."""

import itertools
from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.connector import ConsentDraft, RawRecord, Refused
from connectors.consent_register.normalise import GIVEN_BY, KIND_OF, PURPOSE_OF, SOURCE_OF, Verklaring, normalise
from connectors.consent_register.who_may import DECLARES, REPRESENTATIVES
from connectors.json_lines import again
from schemas.events.register import Consent
from schemas.vocabulary import ConsentKind, GivenBy, Purpose, Refusal, Source
from tests.support.deliveries import NUMBERS, Door, consent_file, statement

TODAY = date(2026, 5, 1)
CHILD = {"geboortedatum": "2018-05-01", "gezag": "eenhoofdig", "gegevenDoor": "vertegenwoordiger"}


def read(content: Any) -> ConsentDraft | Refused:
    return normalise(RawRecord(1, b"raw", content), TODAY)


def reason(content: Any) -> tuple[Refusal, str | None]:
    refused = read(content)
    assert isinstance(refused, Refused) and refused.raw == b"raw"
    return refused.reason, refused.field


def test_a_statement_becomes_a_draft_without_birth_date_or_gezag() -> None:
    draft = read(statement(geldigTot="2026-12-31", bron="wijkteam", **CHILD))
    assert isinstance(draft, ConsentDraft)
    assert (draft.kind, draft.source, draft.purpose) == (
        ConsentKind.GIVEN,
        Source.WIJKTEAM,
        Purpose.USE_FOR_CORRELATION,
    )
    assert (draft.valid_from, draft.valid_until) == (date(2026, 1, 1), date(2026, 12, 31))
    assert (draft.given_by, draft.recorded_at) == (GivenBy.REPRESENTATIVE, datetime(2026, 1, 1, 10, tzinfo=UTC))
    assert not {"born", "custody"} & set(ConsentDraft.__dataclass_fields__)


def test_the_words_of_the_format_are_those_of_the_tables() -> None:
    fields = Verklaring.model_json_schema()["properties"]
    assert fields["verklaring"]["enum"] == list(KIND_OF)
    assert fields["bron"]["enum"] == list(SOURCE_OF)
    assert fields["doel"]["enum"] == list(PURPOSE_OF)
    assert set(fields["gegevenDoor"]["enum"]) == set(GIVEN_BY) == set(DECLARES)
    assert fields["gezag"]["anyOf"][0]["enum"] == list(REPRESENTATIVES)
    assert set(SOURCE_OF.values()) == (set(Source) - {Source.UNKNOWN}) | {None}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"burgerservicenummer": "99990020"}, (Refusal.BSN_INVALID, "burgerservicenummer")),
        ({"burgerservicenummer": "٩٩٩٩٩٠٠٢٠"}, (Refusal.BSN_INVALID, "burgerservicenummer")),
        ({"burgerservicenummer": 999990020}, (Refusal.BSN_INVALID, "burgerservicenummer")),
        ({"geldigTot": "2025-12-31"}, (Refusal.DATE_INVALID, "geldigTot")),
        ({"vastgelegdOp": "2026-01-01T10:00:00"}, (Refusal.DATE_INVALID, "vastgelegdOp")),
        ({"vastgelegdOp": "9999-12-31T23:59:59-12:00"}, (Refusal.DATE_INVALID, "vastgelegdOp")),
        ({"id": "TS\u202e1"}, (Refusal.CONTROL_CHARACTER, None)),
        ({"gezag": "moeder"}, (Refusal.FIELD_INVALID, "gezag")),
        ({"nationaliteit": "onbekend"}, (Refusal.FIELD_NOT_ALLOWED, None)),
        ({"gegevenDoor": None}, (Refusal.FIELD_MISSING, "gegevenDoor")),
    ],
)
def test_a_line_that_says_nothing_clear_is_refused_with_a_place(changes: Any, expected: Any) -> None:
    assert reason(statement(**changes)) == expected


def test_every_fault_of_a_line_is_told_to_who_must_mend_it() -> None:
    refused = read(statement(bsn="99990020", geldigTot="2025-12-31", geboortedatum="2018-05-01"))
    assert isinstance(refused, Refused)
    assert [(refused.reason, refused.field), *refused.others] == [
        (Refusal.BSN_INVALID, "burgerservicenummer"),
        (Refusal.DATE_INVALID, "geldigTot"),
        (Refusal.MAY_NOT_CONSENT, "gegevenDoor"),
    ]


@pytest.mark.parametrize("content", [None, 1, "x", [], [statement()]])
def test_what_is_no_object_is_refused(content: Any) -> None:
    assert reason(content)[0] is Refusal.FIELD_INVALID


def test_a_kept_line_is_read_again_as_it_was() -> None:
    (raw,) = consent_file(statement(**CHILD)).splitlines()
    kept = again(7, raw)
    assert isinstance(kept, RawRecord) and (kept.row, kept.content) == (7, statement(**CHILD))


def standing(*lines: dict[str, Any]) -> dict[str, ConsentKind]:
    """What stands after these lines came one by one: compaction keeps what was published last of each."""
    door = Door()
    for line in lines:
        door.send("consent_register", consent_file(line))
    return {each.consent: each.kind for each in door.log.events(Consent)}


def at(second: str, says: str = "ingetrokken", **changes: Any) -> dict[str, Any]:
    return statement(says=says, vastgelegdOp=f"2026-01-01T10:00:{second}Z", **changes)


HISTORIES = {
    "a withdrawal that arrives before its consent": ([at("00", "gegeven"), at("05")], "withdrawn"),
    "two withdrawals": ([at("00", "gegeven"), at("05"), at("06")], "withdrawn"),
    "withdrawn, given and withdrawn within one second": (
        [at("00.100"), at("00.500", "gegeven"), at("00.900")],
        "withdrawn",
    ),
    "given again within one second": ([at("00.100", "gegeven"), at("00.500"), at("00.900", "gegeven")], "given"),
    "given and withdrawn in the same millisecond": ([at("00.100", "gegeven"), at("00.100")], "withdrawn"),
    "an objection after a withdrawal": ([at("00", "gegeven"), at("05"), at("06", "bezwaar")], "objected"),
    "the other parent takes back": (
        [
            at("00", "gegeven", **CHILD | {"gezag": "gezamenlijk", "gegevenDoor": "beide_vertegenwoordigers"}),
            at("05", **CHILD | {"gezag": "gezamenlijk"}),
        ],
        "withdrawn",
    ),
}


@pytest.mark.parametrize("story", HISTORIES)
def test_d5_in_whatever_order_statements_come_the_last_that_was_made_stands(story: str) -> None:
    lines, kind = HISTORIES[story]
    for order in itertools.permutations(lines):
        assert list(standing(*order).values()) == [kind], order


def test_d5_a_consent_of_somebody_nobody_has_heard_of_is_kept_for_when_a_signal_comes() -> None:
    door = Door()
    taken = door.send("consent_register", consent_file(statement(bsn=NUMBERS[6])))
    assert taken.accepted == 1 and door.log.events(Consent)[0].kind is ConsentKind.GIVEN


def test_h4_what_may_not_be_consented_publishes_nothing_and_tells_no_value() -> None:
    door = Door()
    taken = door.send("consent_register", consent_file(statement(geboortedatum="2018-05-01")))
    assert [(each.reason, each.field) for each in taken.refused] == [(Refusal.MAY_NOT_CONSENT, "gegevenDoor")]
    assert door.log.events(Consent) == []
    assert b"2018-05-01" not in door.log.everything() and "2018" not in repr(taken)
