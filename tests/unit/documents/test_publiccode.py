"""Our publiccode.yml holds what version 0.7 of the standard asks, and nothing that it has deprecated."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

ROOT = Path(__file__).parents[3]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


Url = Annotated[str, Field(pattern=r"^(https?|git)://\S+$")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-\w+)*$")]
Scope = Literal[
    "agriculture", "culture", "defence", "education", "emergency-services", "employment", "energy", "environment",
    "finance-and-economic-development", "foreign-affairs", "healthcare", "infrastructures", "justice",
    "local-authorities", "manufacturing", "research", "science-and-technology", "security", "society", "sport",
    "tourism", "transportation", "welfare",
]  # fmt: skip
#: those of the standard that we may use
Category = Literal["collaboration", "compliance-management", "data-collection", "workflow-management"]
SoftwareType = Literal[
    "standalone/mobile", "standalone/iot", "standalone/desktop", "standalone/web", "standalone/backend",
    "standalone/other", "addon", "library", "configurationFiles",
]  # fmt: skip


class Description(Strict):
    localisedName: str | None = None
    shortDescription: Annotated[str, Field(max_length=150, pattern=r"^[^\n]+$")]
    longDescription: Annotated[str, Field(min_length=150, max_length=10_000)]
    documentation: Url | None = None
    apiDocumentation: Url | None = None
    features: Annotated[list[str], Field(min_length=1)]
    screenshots: list[Annotated[str, Field(pattern=r"\.(png|jpg)$")]] = []
    videos: list[Url] = []


class Legal(Strict):
    license: Literal["EUPL-1.2"]
    mainCopyrightOwner: str | None = None


class Contact(Strict):
    name: str
    email: str | None = None
    phone: str | None = None
    affiliation: str | None = None


class Contractor(Strict):
    name: str
    until: date
    email: str | None = None
    website: Url | None = None


class Maintenance(Strict):
    type: Literal["internal", "contract", "community", "none"]
    contacts: list[Contact] = []
    contractors: list[Contractor] = []

    @model_validator(mode="after")
    def someone_is_named(self) -> "Maintenance":
        if self.type == "contract" and not self.contractors:
            raise ValueError("contractors")
        if self.type in ("internal", "community") and not self.contacts:
            raise ValueError("contacts")
        return self


class Localisation(Strict):
    localisationReady: bool
    availableLanguages: Annotated[list[str], Field(min_length=1)]


class Dependency(Strict):
    name: str
    version: str | None = None
    versionMin: str | None = None
    versionMax: str | None = None
    optional: bool = False


class DependsOn(Strict):
    open: list[Dependency] = []
    proprietary: list[Dependency] = []
    hardware: list[Dependency] = []


class Audience(Strict):
    countries: list[Annotated[str, Field(pattern=r"^[a-z]{2}$")]] = []
    unsupportedCountries: list[str] = []
    scope: list[Scope] = []


class Supported(Strict):
    id: Annotated[str, Field(pattern=r"^(alias:[a-z0-9-]+|https?://\S+|urn:\S+)$")]


class PublicCode(Strict):
    publiccodeYmlVersion: Literal["0.7", "0.7.0"]
    name: str
    applicationSuite: str | None = None
    url: Url
    landingURL: Url | None = None
    organizationUri: str | None = None
    softwareVersion: str | None = None
    releaseDate: date | None = None
    logo: str | None = None
    platforms: Annotated[list[str], Field(min_length=1)]
    categories: Annotated[list[Category], Field(min_length=1)]
    roadmap: Url | None = None
    developmentStatus: Literal["concept", "development", "beta", "stable", "obsolete"]
    softwareType: SoftwareType
    intendedAudience: Audience = Audience()
    supports: list[Supported] = []
    description: Annotated[dict[Language, Description], Field(min_length=1)]
    legal: Legal
    maintenance: Maintenance
    localisation: Localisation
    dependsOn: DependsOn = DependsOn()


def said() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
    return read


def test_our_file_is_valid() -> None:
    PublicCode.model_validate(said())


@pytest.mark.parametrize(
    "damage",
    [
        {"publiccodeYmlVersion": "0.2"},
        {"url": "signaalbrug"},
        {"developmentStatus": "nearly"},
        {"softwareType": "standalone"},
        {"categories": ["surveillance"]},
        {"legal": {"license": "EUPL-1.2", "repoOwner": "deprecated"}},
        {"maintenance": {"type": "community"}},
        {"usedby": ["nobody"]},
        {"description": {"nl": {"shortDescription": "x" * 151, "longDescription": "x" * 150, "features": ["x"]}}},
    ],
    ids=lambda damage: next(iter(damage)),
)
def test_a_file_that_is_not_is_refused(damage: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PublicCode.model_validate({**said(), **damage})


def test_licence_and_files_are_there() -> None:
    assert "EUROPEAN UNION PUBLIC LICENCE v. 1.2" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    for name in ("README", "CHANGELOG", "CONTRIBUTING", "SECURITY", "CODE_OF_CONDUCT"):
        assert (ROOT / f"{name}.md").stat().st_size > 200
