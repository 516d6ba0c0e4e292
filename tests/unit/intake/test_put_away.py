"""Where a file lies after it was taken in: with the done, with the refused, or nowhere if we may never have it."""

from pathlib import Path

import pytest

from connectors.dropped import put_away, take_dropped
from connectors.files import DropFolder, prepare
from tests.support.deliveries import CONNECTORS, Door
from tests.support.handovers import handover, handover_file, person

VT = "veilig_thuis"


def lying(root: Path, content: bytes) -> dict[str, list[bytes]]:
    """What lies in each folder after the file was taken in."""
    prepare(root, (VT,))
    folder, door = DropFolder(root / VT, 0.0), Door()
    (root / VT / "in" / "levering.json").write_bytes(content)
    folder.candidates(4e9)
    (candidate,) = folder.candidates(4e9)
    with folder.opened(candidate) as opened:
        takens = take_dropped(CONNECTORS[VT], opened, door.effects(), lambda: True, sidecar=None, spool=root)
    put_away(folder, candidate, CONNECTORS[VT], takens)
    return {
        part: [each.read_bytes() for each in (root / VT / part).iterdir()] for part in ("in", "done", "refused")
    }


@pytest.mark.parametrize(
    "what",
    [
        handover(meldingnummer="AD90001"),
        handover(vervolg="03"),
        handover(person(hoedanigheid="01"), hoedanigheidMelder="01"),
    ],
    ids=["advice", "became-advice", "police"],
)
def test_an_advice_or_a_police_report_is_destroyed_as_soon_as_it_was_refused(tmp_path: Path, what: object) -> None:
    assert lying(tmp_path, handover_file(what)) == {"in": [], "done": [], "refused": []}


def test_another_file_that_is_refused_lies_with_the_refused(tmp_path: Path) -> None:
    assert lying(tmp_path, b"{") == {"in": [], "done": [], "refused": [b"{"]}


def test_a_good_one_lies_with_the_done(tmp_path: Path) -> None:
    good = handover_file(handover())
    assert lying(tmp_path, good) == {"in": [], "done": [good], "refused": []}
