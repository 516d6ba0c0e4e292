"""`python -m signaalbrug` is `signaalbrug`."""

from signaalbrug.cli import main

main()
