"""Whether every schema has the id under which it was committed."""

from schemas.registry import DirectoryRegistry, known_versions


def verify_schemas() -> int:
    """How many schemas this release may read; each is looked up by its fingerprint.

    Raises  ValueError, KeyError when an .avsc is not what registry.json says
    """
    registry, versions = DirectoryRegistry(), known_versions()
    for version in versions:
        if registry.id_of(version) != version.id:
            raise ValueError(f"{version.subject} version {version.version} has another id in registry.json")
    return len(versions)
