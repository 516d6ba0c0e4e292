"""Whatever a practice sends: no crash, no text, no code of a reason leaves the connector, and none is kept."""

import copy
import io
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from connectors.connector import RawRecord
from connectors.general_practice.codes import DOMAIN_OF
from schemas.events.signal import Signal
from schemas.sectors import LIFE_DOMAIN_OF
from schemas.vocabulary import SignalKind
from tests.support.deliveries import CONNECTORS, NUMBERS, Door
from tests.support.fhir import (
    ICPC,
    Json,
    as_xml,
    bsn,
    bundle,
    consent,
    doctor,
    lines,
    patient,
    provision,
    referral,
    written,
)

SEED = int(os.environ.get("SIGNAALBRUG_SEED", "20261128"))
CANARY = "kanarie-7f3a"
CONNECTOR = CONNECTORS["general_practice"]
TEXT = {"status": "generated", "div": f"<div>{CANARY}</div>"}


def full() -> Json:
    """A delivery with a canary everywhere that text can stand and is let through."""
    return bundle(
        referral(
            text=TEXT,
            subject={"reference": "Patient/p-1", "display": CANARY},
            requester={"reference": "PractitionerRole/role-1", "display": CANARY},
            performer=[{"display": CANARY}],
            note=[{"text": CANARY}],
            category=[{"text": CANARY}, {"text": "Verwijzing sociaal domein"}],
            reasonCode=[{"coding": [{"system": ICPC, "code": "Z01", "display": CANARY}], "text": CANARY}],
            reasonReference=[{"reference": f"Condition/{CANARY}", "display": CANARY}],
            supportingInfo=[{"reference": "Consent/c-1", "display": CANARY}],
            patientInstruction=CANARY,
            meta={"lastUpdated": "2026-03-10T09:15:00+01:00", "source": CANARY},
        ),
        patient(
            text=TEXT,
            telecom=[{"value": CANARY}],
            contact=[{"name": {"family": CANARY}}],
            communication=[{"language": {"text": CANARY}}],
            maritalStatus={"text": CANARY},
        ),
        *doctor(),
        consent(
            text=TEXT,
            patient={"reference": "Patient/p-1", "display": CANARY},
            policyRule={"text": CANARY},
            sourceAttachment={"title": CANARY, "data": CANARY},
            organization=[{"display": CANARY}],
            provision=provision(provision=[{"type": "deny", "actor": [{"reference": {"display": CANARY}}]}]),
        ),
    )


PACKINGS = [written(full()), as_xml(full()), lines(*[each["resource"] for each in full()["entry"]])]


@pytest.mark.parametrize("content", PACKINGS, ids=["json", "xml", "lines"])
def test_no_text_and_no_number_leaves_or_is_kept(content: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    door = Door()
    taken = door.send("general_practice", content)
    assert (taken.refused, taken.accepted) == ((), 2)
    left = door.log.everything()
    for row in CONNECTOR.read(io.BytesIO(content)):
        assert isinstance(row, RawRecord)
        assert CANARY.encode() not in row.raw and CANARY not in repr(row) and b"Z01" not in row.raw
        draft = CONNECTOR.normalise(row, door.now.date())
        assert CANARY not in repr(draft) and NUMBERS[0] not in repr(draft)
    for secret in (CANARY, "Testman", "Testarts", "01888888", "9999ZZ", "Teststraat", "Z01", "sr-1", *NUMBERS):
        assert secret.encode() not in left
    assert capfd.readouterr() == ("", "")


def _published(reasons: Any) -> list[Any]:
    door = Door()
    door.send("general_practice", written(bundle(referral(reasonCode=reasons), consent())))
    return [(each.life_domain, each.signal_kind, each.marks, each.kind) for each in door.log.events(Signal)]


def _kept(reasons: Any) -> bytes:
    (row, *_) = CONNECTOR.read(io.BytesIO(written(bundle(referral(reasonCode=reasons), consent()))))
    return row.raw


Z_CODES = st.sampled_from([f"Z{number:02}" for number in range(1, 30)])


@seed(SEED)
@settings(max_examples=50, deadline=None)
@given(one=Z_CODES, other=Z_CODES, text=st.text(max_size=20))
def test_of_a_social_reason_only_its_life_domain_is_kept(one: str, other: str, text: str) -> None:
    """Two codes of one domain, or with whatever words beside them, cannot be told apart; not in what is kept."""
    default = LIFE_DOMAIN_OF[SignalKind.WELLBEING_REFERRAL]
    first = [{"coding": [{"system": ICPC, "code": one}]}]
    second = [{"coding": [{"system": ICPC, "code": other, "display": text or "x"}], "text": text or "x"}]
    assert one.encode() not in _kept(first)
    if DOMAIN_OF.get(one) == DOMAIN_OF.get(other):
        assert _kept(first) == _kept(second)
        assert _published(first) == _published(second)
    elif DOMAIN_OF.get(one, default) != DOMAIN_OF.get(other, default):
        assert _published(first) != _published(second)


def _places(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    inside = dict(enumerate(content)) if isinstance(content, list) else content
    for name, value in inside.items() if isinstance(inside, dict) else ():
        yield from _places(value, (*path, name))


PLACES = tuple(_places(full()))
_ODD: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        1.5,
        "",
        CANARY,
        NUMBERS[1],
        [],
        {},
        [None],
        [[]],
        {CANARY: CANARY},
        [CANARY],
        "\u202e",
        "#x",
    ]
)
CHANGES = st.lists(
    st.tuples(st.sampled_from(PLACES), st.sampled_from(["take", "set", "add", "copy"]), _ODD),
    min_size=1,
    max_size=4,
)


def _changed(content: Any, changes: list[tuple[tuple[Any, ...], str, Any]]) -> Any:
    for path, how, odd in changes:
        *above, last = path
        try:
            inside = content
            for step in above:
                inside = inside[step]
            match how:
                case "take":
                    del inside[last]
                case "set":
                    inside[last] = copy.deepcopy(odd)
                case "add":
                    inside[f"{CANARY}-{last}" if isinstance(inside, dict) else len(inside)] = odd
                case _:
                    inside[last] = [inside[last], copy.deepcopy(inside[last])]
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took the place away
    return content


@seed(SEED)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes=CHANGES, as_lines=st.booleans())
def test_any_change_is_taken_or_refused_and_never_publishes_text(changes: Any, as_lines: bool) -> None:
    content = _changed(copy.deepcopy(full()), changes)
    door = Door()
    taken = door.send("general_practice", json.dumps(content).encode() + (b"\n{}" if as_lines else b""))
    assert taken.rows == taken.accepted + len(taken.duplicates) + len(taken.refused)
    left = door.log.everything()
    assert CANARY.encode() not in left
    assert not any(each.encode() in left for each in NUMBERS)
    assert not any(CANARY in (each.field or "") for each in taken.refused)


@seed(SEED)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    at=st.integers(0, 10_000), cut=st.integers(0, 40), put=st.binary(max_size=12), packing=st.sampled_from(PACKINGS)
)
def test_any_bytes_are_taken_or_refused(at: int, cut: int, put: bytes, packing: bytes) -> None:
    place = at % len(packing)
    door = Door()
    taken = door.send("general_practice", packing[:place] + put + packing[place + cut :])
    assert taken.rows == taken.accepted + len(taken.duplicates) + len(taken.refused)
    assert not any(each.encode() in door.log.everything() for each in NUMBERS)


def test_the_check_for_canaries_finds_one_that_gets_through() -> None:
    door = Door()
    named = [{"system": "urn:oid:2.999.1", "value": f"VW-{CANARY}"}]
    taken = door.send("general_practice", written(bundle(referral(identifier=named), consent())))
    assert taken.refused == () and CANARY.encode() not in door.log.everything()
    (row, *_) = CONNECTOR.read(io.BytesIO(written(bundle(referral(identifier=named), consent()))))
    assert CANARY.encode() in row.raw  # an id is kept, and only ever published under a key


def test_a_number_in_an_identifier_is_published_under_a_key_alone() -> None:
    door = Door()
    named = [bsn(NUMBERS[2])["identifier"]]
    door.send("general_practice", written(bundle(referral(identifier=named), consent(identifier=named))))
    assert NUMBERS[2].encode() not in door.log.everything()
