"""bad_inputs.md C1: what is no citizen service number is refused, and never repaired into one."""

from __future__ import annotations

import pytest

from connectors.bsn import Bsn
from schemas.events.delivery import Quarantined
from schemas.events.signal import Signal
from schemas.vocabulary import Refusal, Stage
from tests.support.deliveries import NUMBERS, Door, arrears, ddas_file

C1 = {
    "fails the elfproef": "123456789",
    "one digit too few: a leading zero was lost": NUMBERS[0][1:],
    "one digit too many": f"0{NUMBERS[0]}",
    "dots": f"{NUMBERS[0][:4]}.{NUMBERS[0][4:6]}.{NUMBERS[0][6:]}",
    "a space inside": f"{NUMBERS[0][:4]} {NUMBERS[0][4:]}",
    "a space behind": f"{NUMBERS[0]} ",
    "zeros alone": "000000000",
    "Arabic-Indic digits": "".join(chr(0x660 + int(digit)) for digit in NUMBERS[0]),
    "full-width digits": "".join(chr(0xFF10 + int(digit)) for digit in NUMBERS[0]),
    "a sign": f"+{NUMBERS[0][1:]}",
}


@pytest.mark.parametrize("row", C1)
def test_what_is_no_number_goes_aside_and_the_next_row_comes_in(row: str) -> None:
    assert Bsn.parse(C1[row]) is None
    door = Door()
    taken = door.send("debt_services", ddas_file(arrears("A", C1[row]), arrears("B", NUMBERS[1])))
    assert (taken.accepted, [(each.row, each.reason) for each in taken.refused]) == (1, [(1, Refusal.BSN_INVALID)])
    (aside,) = door.log.events(Quarantined)
    assert (aside.stage, aside.row, aside.settled) == (Stage.IDENTITY, 1, None)
    assert len(door.log.events(Signal)) == 1
    assert C1[row].encode() not in door.log.everything()
