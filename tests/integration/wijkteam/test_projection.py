"""Alerts into rows: once, in order, without a pseudonym, and out of sight before the steps have caught up."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from connectors.wijkteam.ddl import PROJECTOR
from connectors.wijkteam.projection import projector
from schemas.following import Arrived
from signaalbrug.demo.log import arrived_in
from streams.policy.bundle import published
from streams.runtime.memory import Memory
from tests.integration.wijkteam.conftest import Town, two_households
from tests.support import stories
from tests.support.feed import KEYS, NOORD, OOST, Feed, csrf_in

pytestmark = pytest.mark.integration


def page(town: Town) -> str:
    return town.client("noor").get(f"/signaleringen/{town.noord}").text


def before_the_steps(town: Town, *said: stories.Said) -> None:
    """The feed reads what the steps have not decided on yet."""
    town.memory.publish(*said)
    town.feed.project(town.memory)


OVERTAKING: dict[str, Callable[[], stories.Said]] = {
    "consent withdrawn": lambda: stories.withdrew("kind-noord", 19),
    "objected": lambda: stories.objected("ouder-noord", 19),
    "moved to another team": lambda: stories.joined("kind-noord", "huis-noord", on=19, area=stories.OOSTERDIJK),
    "membership ended": lambda: stories.left("kind-noord", "huis-noord", on=19),
    "erased": lambda: stories.erased("kind-noord", 19),
    "died": lambda: stories.died("ouder-noord", 19),
}


@pytest.mark.parametrize("what", OVERTAKING)
def test_it_is_out_of_sight_before_the_steps_have_caught_up_when(town: Town, what: str) -> None:
    assert "Schoolverzuim" in page(town)
    before_the_steps(town, OVERTAKING[what]())
    shown = page(town)
    assert "Er zijn nieuwere gegevens binnen" in shown
    assert "Schoolverzuim" not in shown and "WN-0001" in shown and "Ik pak dit op" not in shown
    listed = town.client("noor").get("/werkvoorraad").text
    assert "Nieuwe gegevens worden verwerkt" in listed and "Schoolverzuim" not in listed
    town.memory.run()
    town.feed.project(town.memory)
    assert "Schoolverzuim" not in page(town)


def test_a_filter_cannot_find_what_is_hidden(town: Town) -> None:
    before_the_steps(town, stories.withdrew("kind-noord", 19))
    client = town.client("noor")
    tried = ("zoek=Schoolverzuim", "urgentie=deze_week", "urgentie=volgen", "bron=debt_services", "tegel=opgepakt")
    for query in tried:
        assert town.noord not in client.get(f"/werkvoorraad?{query}").text, query
    assert town.noord in client.get("/werkvoorraad?zoek=wn-0001").text


def test_what_is_given_again_is_shown_again(town: Town) -> None:
    before_the_steps(town, stories.withdrew("kind-noord", 19))
    assert "Schoolverzuim" not in page(town)
    town.goes_on(stories.agreed("kind-noord", 20, name="opnieuw"))
    town.goes_on()
    assert "Schoolverzuim" not in page(town)  # that alert was withdrawn; a new one was opened
    assert "Schoolverzuim" in town.client("noor").get("/werkvoorraad").text


def test_the_erased_leave_no_content_token_or_fact(town: Town) -> None:
    while town.feed.fill(town.vault):
        pass
    before_the_steps(town, stories.erased("kind-noord", 19))
    name = KEYS.person(stories.person("kind-noord"))
    for table in ("fact_contribution", "fact_membership", "fact_consent", "member", "pending"):
        assert town.feed.one(f"select count(*) from {table} where person = %s", name) == 0, table
    assert town.feed.one("select count(*) from content where team = %s", NOORD) == 0
    town.goes_on(stories.agreed("kind-noord", 20), stories.joined("kind-noord", "huis-noord", on=20))
    assert town.feed.one("select count(*) from fact_consent where person = %s", name) == 0


def test_who_waits_for_a_token_holds_nobody_up_and_gets_it_when_the_vault_is_back(town: Town) -> None:
    assert "nog niet op te vragen" in page(town)
    town.vault.down = True
    with pytest.raises(Exception):  # noqa: B017
        town.feed.fill(town.vault)
    assert town.feed.one("select count(*) from pending") == 4
    town.vault.down = False
    while town.feed.fill(town.vault):
        pass
    assert town.feed.one("select count(*) from pending") == 0
    assert "nog niet op te vragen" not in page(town)


def test_no_pseudonym_is_anywhere_in_the_database_also_while_tokens_are_waited_for(town: Town) -> None:
    names = [stories.person(who) for who in ("kind-noord", "ouder-noord", "kind-oost", "ouder-oost")]
    dump = dumped(town.feed)
    for name in names:
        for form in (name, name.encode().hex(), name.upper()):
            assert form not in dump
    with town.feed.admin() as connection:
        connection.execute("insert into team_position values (%s, 0, 0)", (names[0],))
    assert names[0] in dumped(town.feed), "a canary must be found, else the check is void"


def dumped(feed: Feed) -> str:
    with feed.admin() as connection:
        tables = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        rows = [
            str(row[0])
            for (table,) in tables
            for row in connection.execute(f"select t::text from {table} t").fetchall()
        ]
    return "\n".join(rows)


def test_a_redelivery_changes_nothing(town: Town) -> None:
    before = dumped(town.feed)
    town.feed.read = 0
    town.feed.project(town.memory)
    assert dumped(town.feed) == before


@pytest.mark.parametrize("seed", range(6))
def test_topics_may_be_read_in_any_order_between_them(feed: Feed, seed: int) -> None:
    """Within a partition the order stands; between partitions and topics it does not."""
    memory = stories.told([*two_households(), stories.withdrew("kind-oost", 19)], first=20, partitions=8)
    lanes: dict[tuple[str, int], list[Arrived]] = {}
    for each in arrived_in(memory):
        lanes.setdefault((each.at.topic, each.at.partition), []).append(each)
    order = sorted(lanes, key=lambda lane: hash_of(f"{seed}/{lane}"))
    apply = projector(KEYS, feed.clock)
    for lane in order:
        with feed.connecting(PROJECTOR)() as connection, connection.transaction():
            apply(connection, lanes[lane])
    with feed.admin() as connection:
        found = connection.execute("select team, standing, status from alert order by team").fetchall()
    assert found == [(NOORD, "shown", "open"), (OOST, "withdrawn", "withdrawn")]


def hash_of(text: str) -> str:
    return stories.named("order", text)


def test_positions_of_a_team_have_no_gap_when_two_projectors_write_at_once(feed: Feed) -> None:
    lots = [
        [
            stories.joined(f"k{n}", f"h{n}"),
            stories.agreed(f"k{n}"),
            stories.absence(f"k{n}", 10),
            stories.arrears(f"k{n}", 12),
        ]
        for n in range(40)
    ]
    halves = [stories.told([each for lot in lots[i::2] for each in lot], first=20, partitions=8) for i in (0, 1)]

    def write(memory: object) -> None:
        apply = projector(KEYS, feed.clock)
        with feed.connecting(PROJECTOR)() as connection:
            for each in arrived_in(memory):  # type: ignore[arg-type]
                with connection.transaction():
                    apply(connection, [each])

    threads = [threading.Thread(target=write, args=(half,)) for half in halves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with feed.admin() as connection:
        positions = [row[0] for row in connection.execute("select position from feed_entry order by position")]
        numbers = [row[0] for row in connection.execute("select number from alert order by number")]
    assert positions == list(range(1, len(positions) + 1)) and len(positions) >= 40
    assert numbers == list(range(1, 41))


def test_a_rolled_back_batch_uses_no_position(town: Town) -> None:
    last = town.feed.one("select last from team_position where team = %s", NOORD)
    town.memory.publish(stories.arrears("ouder-noord", 14, name="tweede"))
    town.memory.run()
    arrived = arrived_in(town.memory, town.feed.read)
    with town.feed.connecting(PROJECTOR)() as connection, connection.transaction(force_rollback=True):
        projector(KEYS, town.feed.clock)(connection, arrived)
    assert town.feed.one("select last from team_position where team = %s", NOORD) == last
    town.feed.project(town.memory)
    assert town.feed.one("select max(position) from feed_entry where team = %s", NOORD) == last + 1


def test_an_answer_of_revision_0_tells_the_team_that_the_alert_is_unknown(town: Town) -> None:
    client = town.client("noor")
    csrf = csrf_in(client.get(f"/signaleringen/{town.noord}").text)
    client.post(f"/signaleringen/{town.noord}/oppakken", data={"csrf": csrf, "revisie": "1"})
    fresh = Memory(stories.codec(), 8)
    fresh.publish(stories.dawn(20), stories.policy())
    town.feed.relay(fresh)
    fresh.run()
    with town.feed.connecting(PROJECTOR)() as connection, connection.transaction():
        projector(KEYS, town.feed.clock)(connection, arrived_in(fresh))
    shown = client.get(f"/signaleringen/{town.noord}").text
    assert "niet doorgevoerd: deze signalering is hier niet bekend" in shown


def test_a_switched_off_ground_hides_at_once(town: Town) -> None:
    later = published(stories.bundle(), stories.at(19), ["ground:lpw-toestemming"])
    before_the_steps(town, later)
    assert "Er zijn nieuwere gegevens binnen" in page(town)


def test_a_switched_off_rule_hides_at_once(town: Town) -> None:
    rule = town.feed.one("select rule from alert where alert = %s", town.noord)
    before_the_steps(town, published(stories.bundle(), stories.at(19), ["rule:another"]))
    assert "Schoolverzuim" in page(town)
    before_the_steps(town, published(stories.bundle(), stories.at(19, 1), [f"rule:{rule}"]))
    assert "Er zijn nieuwere gegevens binnen" in page(town) and "Schoolverzuim" not in page(town)
    town.memory.run()
    town.feed.project(town.memory)
    assert town.feed.one("select standing from alert where alert = %s", town.noord) == "withdrawn"


def test_a_copy_of_the_policy_in_force_looks_at_no_alert_again(town: Town) -> None:
    standing = "select standing from alert where alert = %s"
    with town.feed.admin() as connection:
        connection.execute("update alert set standing = 'overtaken' where alert = %s", (town.noord,))
    before_the_steps(town, stories.policy())
    assert town.feed.one(standing, town.noord) == "overtaken"
    before_the_steps(town, published(stories.bundle(), stories.at(19)))
    assert town.feed.one(standing, town.noord) == "shown", "a newer policy does look"
