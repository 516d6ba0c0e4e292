"""The projector: alerts, and every fact that may overtake them, into the rows that teams may see."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg
import structlog

from connectors.wijkteam import metrics
from connectors.wijkteam.entries import said
from connectors.wijkteam.facts import Fact, Touched, persons_of, remembered, routing_of
from connectors.wijkteam.keys import FeedKeys
from connectors.wijkteam.overtaken import Shown, Use, is_overtaken, usable_until
from connectors.wijkteam.revisions import revised, wiped
from schemas.admission import header
from schemas.civil import civil_day
from schemas.codec import NotDecoded
from schemas.events.alert import Alert
from schemas.events.context import PolicyPublished
from schemas.events.contribution import Contribution
from schemas.events.event import Forgotten
from schemas.events.register import Consent, Membership, PersonLifecycle
from schemas.following import Apply, Arrived
from schemas.vocabulary import Source

Connection = psycopg.Connection[Any]
#: What the feed follows.  Source  rules.md 7; the policy gives names of teams, areas and rules
TOPICS = (
    *("alert.v1", "contribution.v1", "consent.v1", "household.membership.v1", "person-lifecycle.v1", "policy.v1"),
)


def projector(keys: FeedKeys, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Apply:
    """The follower's `apply`: rows of one batch, in the transaction that also moves the cursor."""

    def apply(connection: Connection, arrived: Sequence[Arrived]) -> None:
        at = now()
        for each in arrived:
            if isinstance(each.event, Alert) and header(each.headers, "sbmode") != "live":
                continue  # what is replayed or runs in the shadow was told once, or is never to be told
            match each.event:
                case NotDecoded() as refused:
                    structlog.get_logger().warning("refused", topic=each.at.topic, code=str(refused.reason))
                case PolicyPublished() as policy:
                    if _policy(connection, policy):
                        reconsidered_all(connection, at)
                case Alert() as alert:
                    revised(connection, keys, alert, at)
                    reconsidered(connection, _alerts(connection, "household = %s", alert.household), at)
                case Contribution() | Membership() | Consent() | PersonLifecycle() | Forgotten() as fact:
                    _fact(connection, keys, fact, each.timestamp_ms, at)
                case _:
                    pass  # the in-memory log hands over every topic; Kafka those of TOPICS

    return apply


def _policy(connection: Connection, event: PolicyPublished) -> bool:
    """Remember the newest policy, each partition carries a copy of it; whether this one is news."""
    done = connection.execute(
        "insert into policy (hash, recorded_at, stopped, bundle) values (%s, %s, %s, %s::jsonb)"
        " on conflict (one) do update set hash = excluded.hash, recorded_at = excluded.recorded_at,"
        " stopped = excluded.stopped, bundle = excluded.bundle where policy.recorded_at < excluded.recorded_at",
        (event.policy_hash, event.recorded_at, list(event.stopped), event.bundle),
    )
    return done.rowcount > 0


def _fact(connection: Connection, keys: FeedKeys, fact: Fact, stamped_ms: int, at: datetime) -> None:
    touched = remembered(connection, keys, fact, datetime.fromtimestamp(stamped_ms / 1000, UTC))
    if touched is None:
        return
    hidden = reconsidered(connection, _concerned(connection, touched), at)
    if touched.erased:
        wiped(connection, touched.person)
    if hidden:
        metrics.WITHDRAWAL_TO_EFFECT.observe(max(0.0, at.timestamp() - stamped_ms / 1000))


def _concerned(connection: Connection, touched: Touched) -> list[tuple[Any, ...]]:
    """Alerts of the households that a fact is about, and every alert that used a signal of the person."""
    return _alerts(
        connection,
        "(team, alert) in (select team, alert from alert where household = any(%s)"
        " union select team, alert from use where person = %s)",
        list(touched.households),
        touched.person,
    )


def _alerts(connection: Connection, condition: str, *values: Any) -> list[tuple[Any, ...]]:
    sql = "select team, alert, household, area, rule, revision, standing, usable_until from alert where"
    sql += f" standing <> 'withdrawn' and {condition} order by team, alert"
    return connection.execute(sql, values).fetchall()


def reconsidered_all(connection: Connection, at: datetime) -> int:
    """Look at every alert again: a new day or a new policy may take something away."""
    return reconsidered(connection, _alerts(connection, "true"), at)


def reconsidered(connection: Connection, alerts: Sequence[tuple[Any, ...]], at: datetime) -> int:
    """Hide what was overtaken and show what holds (again); returns how many became hidden."""
    if not alerts:
        return 0
    hidden, today, routing = 0, civil_day(at), routing_of(connection)
    for team, alert, household, area, rule, revision, standing, until in alerts:
        uses = _uses(connection, team, alert)
        persons = persons_of(connection, household, (use.person for use in uses))
        shown = Shown(team, area, rule, uses)
        now = "overtaken" if is_overtaken(shown, persons, routing, today) else "shown"
        last = usable_until(shown, persons)
        if (now, last) == (standing, until):
            continue
        connection.execute(
            "update alert set standing = %s, usable_until = %s where team = %s and alert = %s",
            (now, last, team, alert),
        )
        if now == standing:
            continue
        connection.execute(
            "update content set visible = %s where team = %s and alert = %s", (now == "shown", team, alert)
        )
        hidden += now == "overtaken"
        if (standing, now) != ("unseen", "shown"):
            said(connection, team, alert, revision, "hidden" if now == "overtaken" else "shown", "", at)
        elif revision == 1:
            _timed(connection, team, alert, at)
    return hidden


def _timed(connection: Connection, team: str, alert: str, at: datetime) -> None:
    """Count how long the newest signal of a new alert was under way, from its contribution to here."""
    rows = connection.execute(
        "select u.source, f.said_at from use u join alert a on a.team = u.team and a.alert = u.alert"
        " join fact_contribution f on f.household = a.household and f.person = u.person and f.number = u.number"
        " where u.team = %s and u.alert = %s order by f.said_at desc limit 1",
        (team, alert),
    )
    for source, said_at in rows:
        metrics.SIGNAL_TO_FEED.labels(source).observe(max(0.0, (at - said_at).total_seconds()))


def _uses(connection: Connection, team: str, alert: str) -> tuple[Use, ...]:
    rows = connection.execute(
        "select person, signal, version, source, ground, number from use where team = %s and alert = %s",
        (team, alert),
    )
    return tuple(
        Use(p, signal, version, Source(source), ground, n) for p, signal, version, source, ground, n in rows
    )
