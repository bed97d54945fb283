"""What is said of a person, kept apart so that it can be forgotten.

The chain holds a key: the hash of a random salt and the text. As long as the text is there, the key proves
that it was not changed; when text and salt are deleted, nobody can tell what the key stood for.
"""

import json
import secrets
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

import msgspec


class Kind(StrEnum):
    """What a piece of personal data is."""

    CUSTOMER = "customer"
    CONVERSATION = "conversation"
    EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A piece of personal data under a key that tells nothing of it.

    Attributes:
        key: Sha256 of the rest, lower-case hex.
        salt: 128 random bits, hex.
        text: JSON, in ASCII so that every database can hold it.
    """

    key: str
    salt: str
    kind: Kind
    text: str


def seal(kind: Kind, value: object) -> Sealed:
    """Return a value under a new key; a second time, under another one."""
    salt, text = secrets.token_hex(16), written(value)
    return Sealed(key_of(salt, kind, text), salt, kind, text)


def key_of(salt: str, kind: str, text: str) -> str:
    """Return the key that belongs to a salt and a text."""
    return sha256(f"{salt}\n{kind}\n{text}".encode()).hexdigest()


def written(value: object) -> str:
    """Return any value as JSON in ASCII; equal values give equal texts."""
    # In ASCII every database holds every text; msgspec refuses half of a surrogate pair, which JSON may hold.
    return json.dumps(msgspec.to_builtins(value), sort_keys=True, separators=(",", ":"))


def read(text: str) -> Any:  # noqa: ANN401  # whatever was written
    """Return what ``written`` made the text of, as builtin values."""
    return json.loads(text)
