"""Every failure of a local server says what is wrong and which command repairs it."""

from __future__ import annotations


class LocalServerError(RuntimeError):
    """A local server could not be had."""

    def __init__(self, problem: str, repair: str) -> None:
        super().__init__(f"{problem}\n  repair: {repair}")
        self.problem = problem
        self.repair = repair


class WrongHash(LocalServerError):
    """A file is not the one the lock promises; it was removed."""


class PortTaken(LocalServerError):
    """A port this state folder uses is held by somebody else."""


class AlreadyRunning(LocalServerError):
    """A process of this name runs already for this state folder."""


class NotReady(LocalServerError):
    """A process ended, or its time was up, before it was ready."""
