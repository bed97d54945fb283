"""What ``rightsell fit`` leaves behind: written once, verified whenever it is read.

A folder of three files: the tuned encoder (ONNX), the head that goes with it (npz without pickles) and
``fit.json``, which names the catalog and the sha256 of both.
"""

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from adapters.files import FileError
from nlu.embedder import open_minilm
from nlu.examples import ExampleHead, ReasonModel
from offers.catalog import Catalog

_FORMAT = 1
_ENCODER, _HEAD, _MANIFEST = "encoder.onnx", "reasons.npz", "fit.json"
_ARRAYS = ("examples", "owners", "weights", "bias")

_Sha256 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


class FittedError(ValueError):
    """A fitted folder that must not be used; the message says why and how to mend it."""


class _Manifest(BaseModel):
    """What ``fit.json`` holds; ``accuracy`` is there for people."""

    model_config = ConfigDict(extra="forbid")

    format: int
    catalog: str
    catalog_sha256: _Sha256
    files: dict[str, _Sha256]
    accuracy: dict[str, float]


def write_fitted(
    folder: Path, catalog: Catalog, encoder: bytes, head: ExampleHead, accuracy: Mapping[str, float]
) -> None:
    """Write the artefact; until its last file is there, the folder is refused.

    Raises:
        FileError: It cannot be written.
    """
    arrays = io.BytesIO()
    np.savez(arrays, **{name: getattr(head, name) for name in _ARRAYS})
    contents = {_ENCODER: encoder, _HEAD: arrays.getvalue()}
    manifest = _Manifest(
        format=_FORMAT,
        catalog=catalog.id,
        catalog_sha256=catalog.sha256,
        files={name: _sum(content) for name, content in contents.items()},
        accuracy=dict(accuracy),
    )
    contents[_MANIFEST] = (manifest.model_dump_json(indent=1) + "\n").encode()
    try:
        for name, content in contents.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise FileError(f"{folder}: {error.strerror}") from None


def read_fitted(folder: Path, catalog: Catalog) -> ReasonModel:
    """Read the artefact that was fitted to this very catalog.

    Raises:
        FileError: A file is missing or unreadable.
        FittedError: It belongs to another catalog, or a file is not the one that was written.
    """
    written = _read(folder / _MANIFEST)
    manifest = _checked(folder, written)
    if manifest.catalog_sha256 != catalog.sha256:
        raise FittedError(
            f"{folder}: belongs to another catalog, {manifest.catalog!r} ({manifest.catalog_sha256[:12]}…), "
            f"not to {catalog.id!r} as it is now ({catalog.sha256[:12]}…); run rightsell fit again"
        )
    encoder, head = (_verified(folder / name, manifest.files[name]) for name in (_ENCODER, _HEAD))
    with np.load(io.BytesIO(head), allow_pickle=False) as arrays:
        return ReasonModel(
            open_minilm(encoder), ExampleHead(**{name: arrays[name] for name in _ARRAYS}), _sum(written)
        )


def _checked(folder: Path, written: bytes) -> _Manifest:
    try:
        manifest = _Manifest.model_validate_json(written)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"])) or "JSON"
        raise FittedError(
            f"{folder / _MANIFEST}: {where} is not as rightsell fit wrote it; fit again"
        ) from None
    if manifest.format != _FORMAT or set(manifest.files) != {_ENCODER, _HEAD}:
        raise FittedError(f"{folder / _MANIFEST}: was written by another version of rightsell; fit again")
    return manifest


def _verified(path: Path, sha256: str) -> bytes:
    content = _read(path)
    if _sum(content) != sha256:
        raise FittedError(
            f"{path}: its sha256 is {_sum(content)}, not {sha256}: altered; run rightsell fit again"
        )
    return content


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileError(f"{path}: {error.strerror}; name a folder that rightsell fit wrote") from None


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
