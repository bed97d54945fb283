"""Files and folders, with errors that say which one and why."""

from pathlib import Path
from typing import BinaryIO


class FileError(ValueError):
    """A file that we were told to read and cannot."""


def read_text(path: Path) -> str:
    """Return what a text file holds, its line ends and byte order mark untouched.

    Raises:
        FileError: Missing, unreadable or not UTF-8.
    """
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise FileError(f"{path}: is not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    except OSError as error:
        raise FileError(f"{path}: {error.strerror}") from None


def create(path: Path) -> BinaryIO:
    """Open a file for writing, emptying one that exists.

    Raises:
        FileError: It cannot be written.
    """
    try:
        return path.open("wb")
    except OSError as error:
        raise FileError(f"{path}: {error.strerror}") from None


def make_folder(path: Path) -> None:
    """Make a folder that others cannot look into; one that exists is left as it is.

    Raises:
        FileError: It cannot be made.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"{path}: {error.strerror}") from None
