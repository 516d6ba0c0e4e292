"""What a step's process is told at the door."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, field_validator

from schemas.doors import Door, settings_from
from schemas.transport import Cluster


class StepSettings(Door):
    """Settings of `signaalbrug worker`."""

    operations_port: int = Field(ge=0, le=65_535)
    quarantine_key: Path
    transactional_prefix: str = ""
    state: Path
    session_seconds: float = Field(default=10.0, ge=1)

    @field_validator("quarantine_key")
    @classmethod
    def _an_x25519_key(cls, path: Path) -> Path:
        if len(bytes.fromhex(path.read_text().strip())) != 32:
            raise ValueError("key")
        return path

    @property
    def quarantine_public_key(self) -> str:
        """Hex of the X25519 key to which what cannot be processed is sealed."""
        return self.quarantine_key.read_text().strip()


class CalendarSettings(Door):
    """Settings of the calendar."""

    operations_port: int = Field(ge=0, le=65_535)
    transactional_prefix: str = ""


def step_settings(environment: Mapping[str, str]) -> tuple[StepSettings, Cluster]:
    """Settings and cluster of a worker; exit 2 names what is missing."""
    return settings_from(environment, StepSettings), Cluster.from_environment(environment)
