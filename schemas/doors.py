"""Settings are read once, at the door of a process, into a frozen model; what is missing is named."""

from collections.abc import Mapping
from typing import NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

PREFIX = "SIGNAALBRUG_"


class Door(BaseModel):
    """Base of a process's settings: field `vault_socket` is read from `SIGNAALBRUG_VAULT_SOCKET`."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


Settings = TypeVar("Settings", bound=Door)


def settings_from(environment: Mapping[str, str], model: type[Settings]) -> Settings:
    """The settings of one process.

    Raises  SystemExit(2) naming every missing or wrong setting, never a value
    """
    given = {
        name.removeprefix(PREFIX).lower(): value for name, value in environment.items() if name.startswith(PREFIX)
    }
    try:
        return model.model_validate(given)
    except ValidationError as refused:
        unusable(*("_".join(map(str, error["loc"])) for error in refused.errors()))


def unusable(*fields: str) -> NoReturn:
    """Raises SystemExit(2), after naming the settings that are missing or wrong."""
    names = sorted({f"{PREFIX}{field.upper()}" for field in fields})
    print("ontbrekende of ongeldige instelling: " + ", ".join(names), flush=True)  # noqa: T201
    raise SystemExit(2) from None
