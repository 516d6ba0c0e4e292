"""An auditor takes decisions again: whatever a superuser changes in the trail is named, and told field by field."""

import dataclasses
import json
import uuid
from collections.abc import Callable, Iterator

import psycopg
import pytest

from schemas.events.account import Evidence, Part
from schemas.events.alert import Alert
from schemas.events.context import PolicyPublished
from schemas.events.contribution import Contribution
from schemas.events.event import Event
from schemas.events.signal import Signal
from schemas.vocabulary import SignalKind
from signaalbrug.local.cluster import SUPERUSER
from signaalbrug.local.databases import prepare
from signaalbrug.local.servers import Servers
from signaalbrug.verify_command import run_verify
from streams.core.evidence import sha256
from streams.policy.bundle import canonical, policy_hash
from streams.runtime.memory import Memory
from streams.trail import ddl
from streams.trail.store import applying, erase_pending
from tests.support.stories import absence, agreed, arrears, codec, dawn, erased, joined, person
from tests.support.trail import arrived, told_with_deliveries

pytestmark = pytest.mark.integration


def story() -> Memory:
    return told_with_deliveries(
        [
            *(joined("ouder", "huis"), joined("kind", "huis"), agreed("kind", on=2)),
            *(absence("kind", on=3), arrears("ouder", on=10)),
            *(joined("buur", "ernaast"), joined("buurkind", "ernaast"), agreed("buurkind", on=2)),
            *(absence("buurkind", on=3), arrears("buur", on=10), dawn(20)),
        ],
        partitions=2,
    )


class Trail:
    """A trail in a database, and a superuser who may do anything there."""

    def __init__(self, superuser: psycopg.Connection, memory: Memory) -> None:
        self.superuser, self.memory = superuser, memory

    @property
    def alert(self) -> Alert:
        """The alert of the household `huis`."""
        found = self.find(Alert, lambda e: isinstance(e, Alert) and person("kind") in e.members)
        assert isinstance(found, Alert)
        return found

    def find(self, kind: type[Event], fits: Callable[[object], bool] = lambda _: True) -> Event:
        return next(e.event for e in arrived(self.memory) if isinstance(e.event, kind) and fits(e.event))

    def change(self, event: Event, *, also_hash: bool, **changes: object) -> None:
        """Rewrite a body; a thorough superuser rewrites the hash beside it."""
        new = dataclasses.replace(event, **changes)  # type: ignore[type-var]
        self.write(event, codec().encode(event.at.topic, new), also_hash)

    def write(self, event: Event, value: bytes, also_hash: bool) -> None:
        where = ' where topic = %s and partition = %s and "offset" = %s'
        changed = self.superuser.execute("update body set value = %s" + where, (value, *event.at))
        assert changed.rowcount == 1
        if also_hash:
            self.superuser.execute("update record set hash = %s" + where, (sha256(value), *event.at))


@pytest.fixture
def trail(servers: Servers) -> Iterator[Trail]:
    main, name = servers.main, f"trail_{uuid.uuid4().hex[:12]}"
    urls = prepare(main, name, ddl.ROLES, ddl.install)
    memory = story()
    with psycopg.connect(urls[ddl.WRITER], autocommit=True) as writer, writer.transaction():
        applying(codec())(writer, arrived(memory))
    url = main.url(SUPERUSER, main.password_of(SUPERUSER), name)
    with psycopg.connect(url, autocommit=True) as superuser:
        yield Trail(superuser, memory)


def ask(trail: Trail, capsys: pytest.CaptureFixture[str], alert: str | None) -> tuple[int, str]:
    capsys.readouterr()
    code = run_verify(trail.superuser, alert)
    told = capsys.readouterr().out
    assert all(person(who) not in told for who in ("ouder", "kind", "buur", "buurkind"))
    return code, told


def test_what_nobody_changed_verifies(
    trail: Trail, capsys: pytest.CaptureFixture[str], figures: Callable[[str], None]
) -> None:
    code, told = ask(trail, capsys, trail.alert.alert)
    assert code == 0
    assert f"alert {trail.alert.alert} revision 1: verified" in told
    code, told = ask(trail, capsys, None)
    assert code == 0
    assert "2 revisions of 2 alerts: 2 verified, 0 no longer shown, 0 differ" in told
    figures(told.strip())
    code, told = ask(trail, capsys, "0" * 32)
    assert code == 1
    assert "not in the trail" in told


def child_signal(trail: Trail) -> Event:
    return trail.find(Signal, lambda e: isinstance(e, Signal) and e.person == person("kind"))


def input_changed(trail: Trail, thorough: bool) -> None:
    trail.change(child_signal(trail), also_hash=thorough, signal_kind=SignalKind.ABSENCE_LONG)


def policy_changed(trail: Trail, thorough: bool) -> None:
    """A rule asks for one signal less, in one copy or, thoroughly, in all of them."""
    copies = [e.event for e in arrived(trail.memory) if isinstance(e.event, PolicyPublished)]
    for copy in copies if thorough else copies[:1]:
        bundle = json.loads(copy.bundle)
        bundle["rules"][0]["window_days"] += 7
        changed = canonical(bundle)
        named = policy_hash(changed, copy.stopped) if thorough else copy.policy_hash
        trail.change(copy, also_hash=thorough, bundle=changed, policy_hash=named)


def state_changed(trail: Trail, thorough: bool) -> None:
    """Somebody else's contribution was remembered; a thorough superuser rewrites the part's hash as well."""
    house = trail.alert.household
    evidence = trail.find(Evidence, lambda e: isinstance(e, Evidence) and e.owner == house and len(e.before) > 1)
    assert isinstance(evidence, Evidence)
    part = evidence.before[-1]
    record = codec().decode("state.household.v1", part.body)
    member = dataclasses.replace(record.household.members[0], signals=())
    changed = dataclasses.replace(record.household, members=(member,))
    body = codec().encode("state.household.v1", dataclasses.replace(record, household=changed))
    new = Part(part.name, sha256(body) if thorough else part.hash, body)
    trail.change(evidence, also_hash=thorough, before=(*evidence.before[:-1], new))


def contribution_changed(trail: Trail, thorough: bool) -> None:
    used = trail.alert.signals[0]
    fits = lambda e: isinstance(e, Contribution) and (e.person, e.number) == (used.person, used.number)  # noqa: E731
    contribution = trail.find(Contribution, fits)
    trail.change(contribution, also_hash=thorough, area="BU99900201")


def alert_changed(trail: Trail, thorough: bool) -> None:
    trail.change(trail.alert, also_hash=thorough, team="wijkteam-oost")


CHANGES = [
    (input_changed, False, ["input changed", "signal_kind: absence_16h_under_18 → absence_long"]),
    (input_changed, True, ["input changed", "signal_kind: absence_16h_under_18 → absence_long"]),
    (policy_changed, False, ["policy changed", "rules.", "window_days: "]),
    (policy_changed, True, ["policy changed", "rules.", "window_days: "]),
    (state_changed, False, ["state changed", "part 2 of 2 of the state of step household: sha256"]),
    (state_changed, True, ["state changed", "the state before is not what came in", "decision changed"]),
    (contribution_changed, False, ["contribution changed", "the content is not what its hash says"]),
    (contribution_changed, True, ["evidence changed: evidence is missing"]),
    (alert_changed, False, ["alert changed", "the content is not what its hash says"]),
    (alert_changed, True, ["evidence changed: evidence is missing"]),
]


@pytest.mark.parametrize(("changed", "thorough", "named"), CHANGES)
def test_what_a_superuser_changed_is_named_with_the_difference(
    trail: Trail,
    capsys: pytest.CaptureFixture[str],
    changed: Callable[[Trail, bool], None],
    thorough: bool,
    named: list[str],
) -> None:
    changed(trail, thorough)
    code, told = ask(trail, capsys, trail.alert.alert)
    assert code == 3, told
    assert [each for each in named if each not in told] == [], told
    code, told = ask(trail, capsys, None)
    assert code == 3
    both = changed is policy_changed
    assert f"2 revisions of 2 alerts: {0 if both else 1} verified" in told, told


def test_a_body_that_cannot_be_read_is_not_taken_for_an_erased_one(
    trail: Trail, capsys: pytest.CaptureFixture[str]
) -> None:
    trail.write(child_signal(trail), b"\x00garbage", True)
    code, told = ask(trail, capsys, trail.alert.alert)
    assert code == 3
    assert "input changed: the content cannot be read" in told


def test_a_body_that_is_missing_while_nobody_was_erased_was_taken_away(
    trail: Trail, capsys: pytest.CaptureFixture[str]
) -> None:
    trail.superuser.execute(
        'delete from body where topic = %s and partition = %s and "offset" = %s', tuple(child_signal(trail).at)
    )
    code, told = ask(trail, capsys, trail.alert.alert)
    assert code == 3
    assert "nobody was" in told


def test_of_an_erased_person_nothing_is_shown_and_the_others_still_verify(
    trail: Trail, capsys: pytest.CaptureFixture[str]
) -> None:
    before = len(arrived(trail.memory))
    alert = trail.alert.alert
    trail.memory.publish(erased("kind", on=21))
    trail.memory.run()
    with trail.superuser.transaction():
        applying(codec())(trail.superuser, arrived(trail.memory)[before:])
    assert erase_pending(trail.superuser) > 0
    code, told = ask(trail, capsys, alert)
    assert code == 0
    assert f"alert {alert} revision 1: no longer shown: person erased" in told
    code, told = ask(trail, capsys, None)
    assert code == 0
    assert " differ" in told and ", 0 differ" in told
