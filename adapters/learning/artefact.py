"""What ``rightsell learn`` leaves: a readable file, reviewed by whoever puts it to use.

JSON: which catalog it was learned for, from how many outcomes, and each weight with its standard deviation,
in logits. Named by its sum in the ``started`` event of every conversation that it takes part in.
"""

from hashlib import sha256
from pathlib import Path

import msgspec

from adapters.files import read_text
from offers.propensity import PropensityModel, Weight


class ArtefactError(ValueError):
    """A file that cannot be used; the message says which and why."""


class _File(msgspec.Struct):
    propensity: int
    catalog: str
    outcomes: int
    weights: dict[str, tuple[float, float]]


_VERSION = 1
_DECIMALS = 6


def write(path: Path, model: PropensityModel, catalog: str, outcomes: int) -> None:
    """Write a model; the same model gives the same bytes."""
    weights = {
        name: (round(weight.mean, _DECIMALS), round(weight.spread, _DECIMALS))
        for name, weight in sorted(model.weights.items())
    }
    text = msgspec.json.encode(_File(_VERSION, catalog, outcomes, weights))
    path.write_bytes(msgspec.json.format(text, indent=1) + b"\n")


def read(path: Path, catalog: str) -> PropensityModel:
    """Read a model that belongs to a catalog.

    Raises:
        ArtefactError: It is not such a file, or was learned for another catalog.
    """
    text = read_text(path)
    try:
        found = msgspec.json.decode(text, type=_File)
    except msgspec.DecodeError as error:
        raise ArtefactError(f"{path}: not what 'rightsell learn' writes: {error}") from None
    if found.propensity != _VERSION:
        raise ArtefactError(f"{path}: of version {found.propensity}; learn again with this release")
    if found.catalog != catalog:
        raise ArtefactError(f"{path}: learned for catalog {found.catalog!r}, not for {catalog!r}")
    weights = {name: Weight(mean, spread) for name, (mean, spread) in found.weights.items()}
    return PropensityModel(weights, sha256(text.encode()).hexdigest())
