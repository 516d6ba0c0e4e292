"""Hashes as an array of PostgreSQL: what would have to be escaped never gets there."""

import pytest

from connectors.claims_postgres import array_of


def test_hashes_stand_in_order_and_quoted_so_that_an_empty_one_is_one() -> None:
    assert array_of(["b1", "a0", ""]) == '{"","a0","b1"}'
    assert array_of([]) == "{}"
    assert array_of([""]) == '{""}'


@pytest.mark.parametrize("other", ['a"b', "a\\b", "a,b", "a b", "{"])
def test_what_is_no_hash_is_an_error_of_ours(other: str) -> None:
    with pytest.raises(AssertionError):
        array_of(["a0", other])
