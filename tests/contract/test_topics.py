"""The topics are those of house.md 4, each with a purpose, a ground and somebody at both ends."""

from typing import Any

import pytest

from schemas.catalogue import CARRIES, SIGNAL_TOPICS, TOPICS, Topic, topic_of
from schemas.record import CE_SOURCES
from schemas.registry import FIRST_ID, HERE, fingerprint, known_versions, load_schema
from schemas.vocabulary import Source
from streams.core.step import Step
from streams.topology import PARTITION_WIDE, STEPS
from tests.contract.examples import event_in, examples

DELETE, COMPACT, BOTH = "delete", "compact", "compact,delete"
DAYS, LONG = 14, 35

#: house.md 4: owner, entity, cleanup, retention in days (None: for ever, or as long as compaction keeps it)
HOUSE: dict[str, tuple[str, str, str, int | None]] = {
    "delivery.v1": ("receipt", "kind", DELETE, LONG),
    "signal.school-attendance.v1": ("person", "signal", DELETE, DAYS),
    "signal.debt-services.v1": ("person", "signal", DELETE, DAYS),
    "signal.general-practice.v1": ("person", "signal", DELETE, DAYS),
    "signal.veilig-thuis.v1": ("person", "signal", DELETE, DAYS),
    "signal.wijkteam.v1": ("person", "signal", DELETE, DAYS),
    "household.membership.v1": ("person", "household", COMPACT, None),
    "consent.v1": ("person", "consent", COMPACT, None),
    "person-lifecycle.v1": ("person", "kind", BOTH, 192),
    "calendar.v1": ("all", "day", DELETE, None),
    "policy.v1": ("all", "policy", DELETE, None),
    "contribution.v1": ("household", "person", COMPACT, None),
    "alert.v1": ("household", "alert", DELETE, LONG),
    "team-decision.v1": ("household", "alert", DELETE, LONG),
    "outcome.v1": ("person", "signal/writer", BOTH, 90),
    "decision.v1": ("person", "signal", DELETE, LONG),
    "evidence.v1": ("owner", "cause", DELETE, LONG),
    "processing.v1": ("person", "span", DELETE, LONG),
    "quarantine.v1": ("receipt", "row", DELETE, 30),
    "state.person.v1": ("person", "person", COMPACT, None),
    "state.household.v1": ("household", "household", COMPACT, None),
}
EACH = pytest.mark.parametrize("topic", TOPICS.values(), ids=lambda topic: topic.name)


def test_the_topics_are_those_of_the_house() -> None:
    assert {t.name: (t.owner, t.entity, t.cleanup, t.retention_days) for t in TOPICS.values()} == HOUSE


def test_no_schema_and_no_class_is_an_orphan() -> None:
    used = {topic.schema for topic in TOPICS.values()}
    assert {file.stem for file in (HERE / "avro").glob("*.avsc")} == used == set(CARRIES)


@EACH
def test_a_topic_says_why_it_may_exist_and_who_stands_at_both_ends(topic: Topic) -> None:
    assert topic.legal_basis.strip()
    assert topic.purpose.strip()
    assert topic.producers
    assert topic.consumers
    if topic.legal_basis.startswith("none"):
        assert topic.per_partition


@EACH
def test_what_is_deleted_says_when_and_only_what_has_no_persons_stays_for_ever(topic: Topic) -> None:
    if "delete" in topic.cleanup and topic.retention_days is None:
        assert topic.name in PARTITION_WIDE


@EACH
def test_tombstones_of_a_compacted_topic_stay_readable_for_seven_days(topic: Topic) -> None:
    week = str(7 * 86_400_000)
    settings = topic.settings()
    if topic.compacted:
        assert settings["delete.retention.ms"] == settings["min.compaction.lag.ms"] == week
        assert int(settings["max.compaction.lag.ms"]) > int(week)
    else:
        assert "delete.retention.ms" not in settings


def test_all_topics_that_meet_in_a_step_have_as_many_partitions() -> None:
    assert {topic.partitions for topic in TOPICS.values()} == {8}


def test_a_signal_topic_is_written_by_its_own_connector_alone() -> None:
    named = {Source.WIJKTEAM: "wijkteam_intake"}  # connectors/wijkteam is the inbox
    for source, name in SIGNAL_TOPICS.items():
        assert TOPICS[name].producers == (named.get(source, source.value),)
    assert set(SIGNAL_TOPICS) == set(Source) - {Source.UNKNOWN}


def test_what_crosses_an_organisations_border_has_a_cloudevents_source() -> None:
    assert {topic.name for topic in TOPICS.values() if topic.crosses_border} == set(CE_SOURCES)
    assert set(CE_SOURCES) == {*SIGNAL_TOPICS.values(), "alert.v1", "team-decision.v1"}


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_who_reads_and_writes_is_what_the_topology_says(step: Step[Any]) -> None:
    name = f"step {step.name}"
    reads = {topic.name for topic in TOPICS.values() if name in topic.consumers}
    assert reads == {*step.topics, *PARTITION_WIDE, step.changelog}
    written = {topic.name for topic in TOPICS.values() if name in topic.producers}
    emitted = {topic.name for topic in TOPICS.values() if topic.carries in step.emits}
    shell = {"evidence.v1", "processing.v1", "quarantine.v1", step.changelog}
    assert written == emitted | shell


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_step_follows_exactly_the_topics_of_what_it_reads(step: Step[Any]) -> None:
    carried = {TOPICS[name].carries for name in (*step.topics, *PARTITION_WIDE)}
    assert carried == set(step.reads)
    assert {TOPICS[name].owner for name in step.topics} == {step.owner}


def test_every_topic_is_named_by_the_event_it_carries() -> None:
    assert {topic_of(event_in(example)) for example in examples("accepted")} == set(TOPICS)


def test_ids_begin_at_a_million_and_fingerprints_are_in_step() -> None:
    versions = known_versions()
    assert min(version.id for version in versions) == FIRST_ID == 1_000_000
    by_fingerprint = {version.fingerprint: version.id for version in versions}
    assert len(set(by_fingerprint.values())) == len(by_fingerprint)
    assert all(by_fingerprint[version.fingerprint] == version.id for version in versions)


def test_the_newest_version_of_a_subject_is_the_file_of_its_topic() -> None:
    newest = {version.subject: version for version in sorted(known_versions(), key=lambda each: each.version)}
    assert set(newest) == {topic.subject for topic in TOPICS.values()}
    for topic in TOPICS.values():
        assert fingerprint(load_schema(HERE / "avro" / f"{topic.schema}.avsc")) == newest[topic.subject].fingerprint


def test_versions_of_a_subject_are_consecutive() -> None:
    numbers: dict[str, list[int]] = {}
    for version in known_versions():
        numbers.setdefault(version.subject, []).append(version.version)
    assert all(sorted(each) == list(range(1, len(each) + 1)) for each in numbers.values())
