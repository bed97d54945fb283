"""Our packages have plain names; another distribution may have installed the same ones over ours."""

from collections.abc import Mapping
from importlib.metadata import packages_distributions

OURS = "rightsell"
NAMES = ("listener", "nlu", "offers", "adapters")


class ClaimError(ValueError):
    """Another distribution owns one of our package names: running on would mix its code with ours."""


def check_claims(owners: Mapping[str, list[str]] | None = None) -> None:
    """Refuse to run beside a distribution that installed a package under one of our names.

    Args:
        owners: Top-level package name to the distributions that installed it; None asks the environment.

    Raises:
        ClaimError: Naming the package and its other owner.
    """
    owners = packages_distributions() if owners is None else owners
    others = [f"{name} ({owner})" for name in NAMES for owner in owners.get(name, []) if owner != OURS]
    if others:
        raise ClaimError(
            f"another distribution owns {', '.join(sorted(set(others)))}: uninstall it, "
            "or install rightsell into an environment of its own"
        )
