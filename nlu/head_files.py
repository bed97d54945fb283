"""Trained numbers that ship with the package: read, and refused when they are not the ones we trained."""

import hashlib
import io
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[np.float32]]
"""The arrays of a head by name."""


class HeadError(ValueError):
    """A head whose bytes are not those we trained; the message says which, and how to mend it."""


def read_head(name: str, sha256: str) -> Arrays:
    """Read ``heads/NAME`` (``.npz`` without pickles) of this package.

    Args:
        name: The file's name.
        sha256: Of the file's bytes, lower-case hex; pinned in the code that uses it.

    Raises:
        HeadError: The file is missing or its bytes are others.
    """
    try:
        data = (files("nlu") / "heads" / name).read_bytes()
    except OSError as error:
        raise HeadError(f"nlu/heads/{name} is missing; install the package again") from error
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise HeadError(
            f"nlu/heads/{name} has sha256 {found}, not {sha256}; install the package again, "
            "or, if you trained it anew, pin its new sum"
        )
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return {key: arrays[key] for key in arrays.files}
