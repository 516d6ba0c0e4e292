"""Generated parts of the documents are the code, and a check sees when they are not."""

from pathlib import Path

import pytest

from schemas.catalogue import TOPICS
from signaalbrug import documents
from signaalbrug.documents import PARTS, data_protection_table, flow_diagram, out_of_step, write_all
from streams.topology import STEPS


def test_every_topic_stands_in_the_data_protection_table() -> None:
    table = data_protection_table()
    assert all(f"`{name}`" in table and topic.purpose in table for name, topic in TOPICS.items())


def test_every_topic_that_a_step_reads_stands_in_the_picture() -> None:
    picture = flow_diagram()
    for step in STEPS:
        assert all(f'"{topic}"' in picture for topic in step.topics)
        assert f"step_{step.name}[[" in picture


def test_what_was_written_is_in_step(tmp_path: Path) -> None:
    assert len(out_of_step(tmp_path)) == len(PARTS)
    write_all(tmp_path)
    assert out_of_step(tmp_path) == []


def test_text_around_a_generated_part_stays(tmp_path: Path) -> None:
    write_all(tmp_path)
    page = tmp_path / "docs" / "architecture.md"
    page.write_text(page.read_text() + "\nwritten by hand\n")
    assert out_of_step(tmp_path) == []
    page.write_text(page.read_text().replace("step_person", "step_nobody"))
    assert out_of_step(tmp_path) == [page]
    write_all(tmp_path)
    assert "written by hand" in page.read_text()
    assert out_of_step(tmp_path) == []


def test_a_changed_topology_makes_the_picture_out_of_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_all(tmp_path)
    monkeypatch.setattr(documents, "STEPS", STEPS[:1])
    assert [path.name for path in out_of_step(tmp_path)] == ["architecture.md"]
