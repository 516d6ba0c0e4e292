"""However a practice packs it, JSON or XML, together or apart: the same rows; and who refers to whom."""

import io
from typing import Any

import pytest

from connectors.connector import RawRecord, Refused
from schemas.vocabulary import Refusal
from tests.support.deliveries import CONNECTORS, NOW, NUMBERS, Door
from tests.support.fhir import (
    ICPC,
    Json,
    as_xml,
    bsn,
    bundle,
    consent,
    doctor,
    entry,
    lines,
    patient,
    referral,
    written,
)

CONNECTOR = CONNECTORS["general_practice"]
WHOLE = [
    referral(
        subject={"reference": "Patient/p-1"},
        requester={"reference": "PractitionerRole/role-1"},
        reasonCode=[{"coding": [{"system": ICPC, "code": "Z03"}]}],
        meta={"lastUpdated": "2026-03-10T09:15:00+01:00"},
    ),
    patient(),
    *doctor(),
    consent(patient={"reference": "Patient/p-1"}, performer=[{"reference": "Patient/p-1"}]),
]


def rows(content: bytes) -> list[RawRecord | Refused]:
    return list(CONNECTOR.read(io.BytesIO(content)))


def whole_refused(content: bytes) -> tuple[Refusal, str | None]:
    said = CONNECTOR.delivered(io.BytesIO(content))
    assert isinstance(said, Refused)
    return said.reason, said.field


def refused(content: bytes) -> list[tuple[int, Refusal, str | None]]:
    return [(each.row, each.reason, each.field) for each in Door().send("general_practice", content).refused]


@pytest.mark.parametrize(
    "content",
    [
        written(bundle(*WHOLE)),
        written(bundle(*reversed(WHOLE), type="collection") | {"entry": [entry(each) for each in WHOLE]}),
        lines(*WHOLE),
        lines(bundle(*WHOLE), bundle()),
        lines(WHOLE[0], bundle(*WHOLE[1:])),
        as_xml(bundle(*WHOLE)),
        as_xml(bundle(*WHOLE)).replace(b"><", b">\n\t<"),
    ],
    ids=["bundle", "other type", "lines", "bundle on a line", "mixed", "xml", "xml with space"],
)
def test_the_same_content_gives_the_same_rows(content: bytes) -> None:
    assert [each.raw for each in rows(content)] == [each.raw for each in rows(written(bundle(*WHOLE)))]
    assert refused(content) == []


def test_a_row_that_was_kept_is_judged_again_alike() -> None:
    for row in rows(written(bundle(*WHOLE))):
        again = CONNECTOR.again(row.row, row.raw)
        assert isinstance(row, RawRecord) and isinstance(again, RawRecord)
        assert (again.raw, again.content) == (row.raw, row.content)
        assert CONNECTOR.normalise(again, NOW.date()) == CONNECTOR.normalise(row, NOW.date())


@pytest.mark.parametrize("raw", [b"[]", b"3", b'{"resourceType":[]}', b'{"resourceType":"Consent","x":1}', b"{}"])
def test_bytes_that_no_reader_wrote_are_no_row(raw: bytes) -> None:
    again = CONNECTOR.again(4, raw)
    assert isinstance(again, RawRecord)
    said = CONNECTOR.normalise(again, NOW.date())
    assert isinstance(said, Refused) and (said.row, said.reason) == (4, Refusal.SYNTAX)


def test_the_time_that_a_bundle_states_is_that_of_the_delivery() -> None:
    said = CONNECTOR.delivered(io.BytesIO(written(bundle(*WHOLE, timestamp="2026-04-01T08:00:00Z"))))
    assert not isinstance(said, Refused) and said.stated_at is not None
    assert (said.stated_at.isoformat(), said.rows) == ("2026-04-01T08:00:00+00:00", 2)


@pytest.mark.parametrize(
    ("content", "reason", "field"),
    [
        (b"[]", Refusal.SYNTAX, None),
        (b"plain text", Refusal.SYNTAX, None),
        (written(bundle(*WHOLE)) + b"x", Refusal.SYNTAX, "Bundle.entry[6]"),
        (written(bundle(*WHOLE)) + b"{}", Refusal.SYNTAX, "Bundle.entry[6]"),
        (b'{"resourceType":"Bundle","type":"message","type":"batch"}', Refusal.DUPLICATE_KEY, None),
        (b'{"resourceType":"Bundle","meta":{"a":1,"a":2}}', Refusal.DUPLICATE_KEY, None),
        (b'{"entry":[],"entry":[]}', Refusal.DUPLICATE_KEY, None),
        (b'{"resourceType":"Bundle","type":"message","entry":{}}', Refusal.FIELD_INVALID, "Bundle.entry"),
        (b'{"resourceType":"Consent","entry":[]}', Refusal.FIELD_NOT_ALLOWED, None),
        (written(bundle(*WHOLE, type="history")), Refusal.FIELD_INVALID, "Bundle.type"),
        (written(bundle(*WHOLE, type=None)), Refusal.FIELD_MISSING, "Bundle.type"),
        (written(bundle(*WHOLE, timestamp="gisteren")), Refusal.DATE_INVALID, "Bundle.timestamp"),
        (written(bundle(*WHOLE, naam="Jan")), Refusal.FIELD_NOT_ALLOWED, "Bundle"),
        (written(bundle(patient())), Refusal.EMPTY, None),
        (as_xml(bundle(patient())), Refusal.EMPTY, None),
        (as_xml(bundle(*WHOLE)).replace(b"http://hl7.org/fhir", b"urn:x"), Refusal.SYNTAX, None),
        (
            as_xml(bundle(*WHOLE)).replace(b'<type value="message"></type>', b'<type value="batch"/>' * 2),
            Refusal.DUPLICATE_KEY,
            "Bundle.entry[6]",
        ),
        (lines(*WHOLE) + b'{"resourceType":"Bundle"}\n', Refusal.FIELD_MISSING, "Bundle.type"),
    ],
)
def test_a_file_that_is_no_delivery_is_refused_whole(content: bytes, reason: Refusal, field: str | None) -> None:
    assert whole_refused(content) == (reason, field)
    assert Door().send("general_practice", content).status == "refused"


@pytest.mark.parametrize(
    ("odd", "reason", "field"),
    [
        (3, Refusal.FIELD_INVALID, "Bundle.entry"),
        ({}, Refusal.FIELD_MISSING, "Bundle.entry.resource"),
        ({"request": {"method": "DELETE"}}, Refusal.FIELD_MISSING, "Bundle.entry.resource"),
        ({"resource": {}}, Refusal.FIELD_NOT_ALLOWED, "Bundle.entry.resource"),
        ({"resource": []}, Refusal.FIELD_NOT_ALLOWED, "Bundle.entry.resource"),
        ({"resource": {"resourceType": ["Consent"]}}, Refusal.FIELD_NOT_ALLOWED, "Bundle.entry.resource"),
        ({"resource": {"resourceType": "Condition"}}, Refusal.FIELD_NOT_ALLOWED, "Bundle.entry.resource"),
        ({"fullUrl": 1, "resource": patient()}, Refusal.FIELD_INVALID, "Bundle.entry.fullUrl"),
        ({"Jan": 1, "resource": patient()}, Refusal.FIELD_NOT_ALLOWED, "Bundle.entry"),
    ],
)
def test_an_entry_that_may_not_be_there_is_refused_alone(odd: Any, reason: Refusal, field: str) -> None:
    content = bundle(*WHOLE)
    content["entry"].insert(0, odd)
    assert refused(written(content)) == [(1, reason, field)]
    assert refused(lines(bundle(*WHOLE), bundle(entry=[odd]))) == [(3, reason, field)]


def test_what_holds_others_together_is_stepped_over() -> None:
    header = {"resourceType": "MessageHeader", "source": {"name": "his"}, "extension": [{"url": "x"}]}
    letter = {"resourceType": "Composition", "section": [{"text": {"div": "brief"}}]}
    assert refused(written(bundle(header, letter, *WHOLE))) == []


def test_a_broken_line_is_refused_alone() -> None:
    assert refused(lines(*WHOLE) + b'{"resourceType": \n' + lines(patient("p-2"))) == [
        (3, Refusal.SYNTAX, "Bundle.entry")
    ]
    with_list = lines(*WHOLE, {"resourceType": "Bundle", "type": "batch", "entry": {}})
    assert refused(with_list) == [(3, Refusal.FIELD_INVALID, "Bundle.entry")]


def test_a_key_that_stands_twice_refuses_its_entry_and_no_other() -> None:
    content = written(bundle(*WHOLE, consent("c-2", NUMBERS[1])))
    twice = content.replace(b'"id": "c-2"', b'"id": "c-2", "id": "c-3"')
    assert refused(twice) == [(3, Refusal.DUPLICATE_KEY, "Bundle.entry")]
    spelled = as_xml(bundle(*WHOLE, consent("c-2", NUMBERS[1])))
    twice = spelled.replace(b'<id value="c-2"></id>', b'<id value="c-2"/><id value="c-3"/>')
    assert refused(twice) == [(3, Refusal.DUPLICATE_KEY, "Bundle.entry")]


def test_a_single_resource_is_a_delivery_too() -> None:
    assert refused(written(consent())) == refused(as_xml(consent())) == []
    with_person = referral(contained=[patient("p")], subject={"reference": "#p"})
    assert refused(as_xml(with_person)) == [(1, Refusal.CONSENT_NEEDED, "Consent")]


@pytest.mark.parametrize(
    ("subject", "entries"),
    [
        ({"reference": "Patient/p-1"}, [entry(patient())]),
        ({"reference": "Patient/p-1/_history/2"}, [entry(patient())]),
        ({"reference": "urn:uuid:1"}, [entry(patient("p-9"), "urn:uuid:1")]),
        (
            {"reference": "https://his.example/fhir/Patient/p-1"},
            [entry(patient(), "https://his.example/fhir/Patient/p-1")],
        ),
        (bsn(NUMBERS[0]), []),
        ({"reference": "Patient/elders"} | bsn(NUMBERS[0]), []),
        ({"reference": "Patient/p-1"}, [entry(patient()), entry(patient(meta={"versionId": "2"}))]),
    ],
)
def test_a_reference_leads_to_the_person(subject: Json, entries: list[Json]) -> None:
    content = bundle(referral(subject=subject), consent())
    content["entry"] += entries
    assert refused(written(content)) == []


@pytest.mark.parametrize(
    ("subject", "others", "reason"),
    [
        ({"reference": "Patient/p-2"}, [patient()], Refusal.BSN_MISSING),
        ({"reference": "https://elders.example/Patient/p-1"}, [patient()], Refusal.BSN_MISSING),
        ({"reference": "Consent/c-1"}, [patient()], Refusal.BSN_MISSING),
        ({"reference": "#p-1"}, [patient()], Refusal.BSN_MISSING),
        ({"reference": "Patient/p-1"}, [patient(), patient(number=NUMBERS[1])], Refusal.FIELD_INVALID),
        ({"display": "Anna Testman"}, [patient()], Refusal.BSN_MISSING),
    ],
)
def test_a_reference_that_leads_nowhere_or_to_two_is_refused(
    subject: Json, others: list[Json], reason: Refusal
) -> None:
    assert refused(written(bundle(referral(subject=subject), consent(), *others))) == [
        (1, reason, "ServiceRequest.subject")
    ]


def test_two_contained_resources_of_one_name_are_refused() -> None:
    twice = referral(contained=[patient("p"), patient("p", NUMBERS[1])], subject={"reference": "#p"})
    assert refused(written(bundle(twice, consent()))) == [(1, Refusal.FIELD_INVALID, "ServiceRequest.subject")]
    inside = referral(contained=[{"resourceType": "Condition"}])
    assert refused(written(bundle(inside, consent()))) == [
        (1, Refusal.FIELD_NOT_ALLOWED, "ServiceRequest.contained")
    ]


def test_what_is_wrong_with_a_contained_resource_is_wrong_with_the_one_around_it() -> None:
    odd = referral(contained=[patient("p", photo=[{"data": "x"}])], subject={"reference": "#p"})
    assert refused(written(bundle(odd, consent()))) == [(1, Refusal.FIELD_NOT_ALLOWED, "Patient.photo")]


def test_a_consent_is_found_by_its_number_and_may_not_stand_inside_a_referral() -> None:
    number = {"system": "urn:oid:2.999.2", "value": "TS-1"}
    by_number = referral(supportingInfo=[{"identifier": number}])
    assert refused(written(bundle(by_number, consent(identifier=[number])))) == []
    inside = referral(supportingInfo=[{"reference": "#c"}], contained=[consent("c")])
    assert refused(written(bundle(inside))) == [(1, Refusal.FIELD_NOT_ALLOWED, "ServiceRequest.contained")]
    assert refused(as_xml(bundle(inside, consent()))) == [
        (1, Refusal.FIELD_NOT_ALLOWED, "ServiceRequest.contained")
    ]
    assert refused(written(bundle(inside | {"status": "revoked"}))) == []
