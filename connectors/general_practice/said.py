"""A row as it is kept: everything that is needed to judge it again, and nothing else.

No reason for a referral, no name of a doctor, no free text: only that something stood there that may not.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """Strict, closed, and silent about values."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    def __repr__(self) -> str:
        return type(self).__name__

    __str__ = __repr__


class PersonSaid(Part):
    """Who a row is about: every BSN that was given, or a description where there is none."""

    bsns: list[str] = []
    family: str = ""
    prefix: str = ""
    given: str = ""
    initials: str = ""
    born: str = ""
    postcode: str = ""
    house_number: str = ""
    house_suffix: str = ""


class FaultSaid(Part):
    """What was wrong with a resource, and where."""

    reason: Literal["field_not_allowed", "field_invalid", "control_character"]
    field: str


class ActorSaid(Part):
    """Whom a rule is about: wijkteam, gemeente or (empty) somebody else; and whether they receive."""

    who: str = ""
    receives: bool = False


class ProvisionSaid(Part):
    """One rule of a consent; `purposes` says of each whether it is ours."""

    type: str = ""
    start: str = ""
    end: str = ""
    actors: list[ActorSaid] = []
    purposes: list[bool] = []
    narrowed: bool = False
    provisions: list["ProvisionSaid"] = []


class ConsentSaid(Part):
    """One Consent, as far as it can be about sharing with the wijkteam."""

    resourceType: Literal["Consent"] = "Consent"
    id: str = ""
    own_system: bool = False
    status: str = ""
    privacy: bool = False
    disclosure: bool = False
    person: PersonSaid = PersonSaid()
    born: str = ""
    performers: list[Literal["self", "representative", "other"]] = []
    dateTime: str = ""
    lastUpdated: str = ""
    timestamp: str = ""
    provision: ProvisionSaid | None = None
    faults: list[FaultSaid] = []


class ReferralSaid(Part):
    """One ServiceRequest with the person, the doctor's AGB codes and the consents it stands on."""

    resourceType: Literal["ServiceRequest"] = "ServiceRequest"
    id: str = ""
    own_system: bool = False
    status: str = ""
    intent: str = ""
    asks: Literal["known", "other", "none"] = "none"
    roles: list[str] = []
    reason: str = "none"
    authoredOn: str = ""
    lastUpdated: str = ""
    person: PersonSaid = PersonSaid()
    agb: list[str] = []
    consents: list[ConsentSaid] = []
    faults: list[FaultSaid] = []
