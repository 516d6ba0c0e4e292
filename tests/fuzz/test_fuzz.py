"""Twenty thousand hostile files: every one gets an answer. `make fuzz` asks a million."""

import random
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.json_events import canonical
from connectors.sources import SOURCES
from schemas.vocabulary import Refusal
from tests.fuzz.bulk import Escaped, bulk, case
from tests.fuzz.mutations import samples
from tests.fuzz.oracle import tried
from tests.support.deliveries import arrears, ddas_file, statement

CASES = 20_000
SEED = secrets.randbelow(2**31)

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=6), inside, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("source", SOURCES)
def test_every_hostile_file_gets_an_answer(source: str, figures: Callable[[str], None]) -> None:
    given_answers = bulk(source, CASES // len(SOURCES), SEED)
    figures(f"seed {SEED}: {sum(given_answers.values()):,} files, {len(given_answers)} kinds of answer")
    assert len(given_answers) > 1, "not all of one kind: else nothing but the door was tried"


@pytest.mark.parametrize("source", SOURCES)
def test_a_seed_gives_the_same_files_again(source: str) -> None:
    assert [case(source, 7, n) for n in range(20)] == [case(source, 7, n) for n in range(20)]
    assert len({case(source, 7, n) for n in range(20)}) > 10


def test_what_escapes_is_told_with_its_case_and_not_its_content() -> None:
    def careless(source: str, content: bytes, twice: bool) -> object:
        raise ValueError(content)

    with pytest.raises(Escaped, match=r"ValueError: tests\.fuzz\.bulk\.case\('debt_services', 3, 0\)"):
        bulk("debt_services", 1, 3, careless)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
@given(name=st.sampled_from(sorted(arrears())), value=ANYTHING)
def test_any_value_in_any_field_of_a_vroegsignaal(name: str, value: Any) -> None:
    tried("debt_services", ddas_file(arrears("VS-1"), {**arrears("VS-2"), name: value}), twice=True)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
@given(name=st.sampled_from(sorted(statement())), value=ANYTHING)
def test_any_value_in_any_field_of_a_statement(name: str, value: Any) -> None:
    tried("consent_register", canonical({**statement(), name: value}) + b"\n", twice=True)


@pytest.mark.parametrize("source", SOURCES)
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
@given(content=st.binary(max_size=200), before=st.booleans(), seed=st.integers(0, 2**32))
def test_any_bytes_before_or_behind_a_sample(source: str, content: bytes, before: bool, seed: int) -> None:
    sample = random.Random(seed).choice(samples(source))
    tried(source, content + sample if before else sample + content)


def test_the_oracle_would_see_an_answer_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from connectors.connector import Refused
    from tests.fuzz import oracle

    told = Refused(1, Refusal.FIELD_INVALID, "999990019 Jansen\n")
    broken = {name: replace(each, normalise=lambda record, today: told) for name, each in oracle.CONNECTORS.items()}
    monkeypatch.setattr(oracle, "CONNECTORS", broken)
    with pytest.raises(AssertionError):
        tried("debt_services", ddas_file(arrears()))
