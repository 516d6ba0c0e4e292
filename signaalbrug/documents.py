"""Parts of the documentation that are the code, told in another form; a check fails when they are not in step."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from schemas.catalogue import TOPICS, Topic
from streams.topology import PARTITION_WIDE, STEPS


def flow_diagram() -> str:
    """The topology as a Mermaid diagram: topics as pipes, steps as boxes, writers and readers around them."""
    lines = ["```mermaid", "flowchart LR"]
    lines += [f"  step_{step.name}[[step {step.name}]]" for step in STEPS]
    lines += [f'  {_id(topic.name)}(["{topic.name}"])' for topic in _in_picture()]
    lines += sorted(set(_edges()))
    return "\n".join([*lines, "```"])


def _in_picture() -> list[Topic]:
    """What the steps decide on and what crosses a border; the accounts of it stand in the table only."""
    read = {name for step in STEPS for name in (*step.topics, *PARTITION_WIDE)}
    return [topic for topic in TOPICS.values() if topic.name in read or topic.crosses_border]


def _edges() -> Iterator[str]:
    steps = {step.name for step in STEPS}
    for topic in _in_picture():
        for producer in topic.producers:
            yield f"  {_party(producer, steps)} --> {_id(topic.name)}"
        for consumer in topic.consumers:
            if consumer != "trail":
                yield f"  {_id(topic.name)} --> {_party(consumer, steps)}"


def _id(topic: str) -> str:
    return "t_" + re.sub(r"[^a-z0-9]", "_", topic)


def _party(name: str, steps: set[str]) -> str:
    bare = name.removeprefix("streams.").removeprefix("step ")
    if bare in steps:
        return f"step_{bare}"
    return f'p_{re.sub(r"[^a-z0-9]", "_", name)}["{name}"]'


def data_protection_table() -> str:
    """Per topic: what it carries and for what, on which ground, how long, written and read by whom."""
    head = "| topic | purpose | legal basis | kept | written by | read by |\n| --- | --- | --- | --- | --- | --- |"
    return "\n".join([head, *map(_row, TOPICS.values())])


def _row(topic: Topic) -> str:
    kept = "until replaced" if topic.compacted else "for ever"
    if topic.retention_days is not None:
        kept = f"{topic.retention_days} days"
    cells = (
        f"`{topic.name}`",
        topic.purpose,
        topic.legal_basis,
        kept,
        ", ".join(topic.producers),
        ", ".join(topic.consumers),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


#: file → name of its generated part → what it must be
PARTS: Mapping[str, Mapping[str, Callable[[], str]]] = MappingProxyType(
    {
        "docs/architecture.md": {"flow": flow_diagram},
        "docs/data_protection.md": {"topics": data_protection_table},
    }
)
_TITLES = {"docs/architecture.md": "# Architecture", "docs/data_protection.md": "# Data protection"}


def _between(name: str, content: str) -> str:
    return f"<!-- generated: {name} (signaalbrug docs write) -->\n{content}\n<!-- /generated: {name} -->"


def _filled(text: str, name: str, content: str) -> str:
    pattern = re.compile(
        rf"<!-- generated: {name} \(signaalbrug docs write\) -->.*?<!-- /generated: {name} -->", re.DOTALL
    )
    block = _between(name, content)
    if pattern.search(text):
        return pattern.sub(lambda _: block, text)
    return f"{text.rstrip()}\n\n{block}\n"


def _wanted(root: Path) -> Iterator[tuple[Path, str]]:
    for file, parts in PARTS.items():
        path = root / file
        text = path.read_text(encoding="utf-8") if path.exists() else _TITLES[file]
        for name, content in parts.items():
            text = _filled(text, name, content())
        yield path, text


def out_of_step(root: Path) -> list[Path]:
    """The documents whose generated part is missing or not what the code says now."""
    return [path for path, text in _wanted(root) if not path.exists() or path.read_text(encoding="utf-8") != text]


def write_all(root: Path) -> list[Path]:
    """Bring them in step; returns what was changed."""
    changed = out_of_step(root)
    for path, text in list(_wanted(root)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return changed
