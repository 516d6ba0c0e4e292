"""What a check of an invariant comes to: over how much it looked, and everything that is wrong."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation: which invariant, what is wrong, and where; never a value."""

    invariant: str
    what: str
    where: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.what} ({self.where})"


@dataclass(frozen=True, slots=True)
class Checked:
    """One invariant over everything."""

    invariant: str
    promise: str
    checked: int
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        return not self.findings
