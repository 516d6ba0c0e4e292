"""The same question asked by atheris, which looks where the code branches; Linux on x86-64 only.

Run     python -m tests.fuzz.guided SOURCE RUNS SEED FOLDER
"""

import importlib.util
import sys
from pathlib import Path


def available() -> bool:
    """Whether atheris is here."""
    return importlib.util.find_spec("atheris") is not None


def main(source: str, runs: str, seed: str, folder: str) -> None:
    """Begin with the samples and never return; a case that escapes is kept in *folder* and ends it with 77."""
    import atheris

    with atheris.instrument_imports(include=["connectors"]):
        from tests.fuzz.mutations import samples
        from tests.fuzz.oracle import tried
    corpus = Path(folder) / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(samples(source)):
        (corpus / f"{number}").write_bytes(content)
    said = [f"-runs={runs}", f"-seed={seed}", "-max_len=65536", "-verbosity=0", "-timeout=60", "-rss_limit_mb=2048"]
    atheris.Setup(["fuzz", *said, f"-artifact_prefix={folder}/", str(corpus)], lambda data: tried(source, data))
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
