"""Lines of JSON: under ``$RIGHTSELL_DATA``, and composed ones in this folder."""

import gzip
import json
import os
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

Record = dict[str, Any]  # its shape is its source's own business


class DataMissingError(ValueError):
    """There is nothing to measure on; the message says where it was looked for."""


def data_folder() -> Path:
    """Return the folder that ``$RIGHTSELL_DATA`` names.

    Raises:
        DataMissingError: The variable is not set, or there is no such folder.
    """
    folder = Path(os.environ.get("RIGHTSELL_DATA", ""))
    if not os.environ.get("RIGHTSELL_DATA") or not (folder / "dev").is_dir():
        raise DataMissingError("no data: set RIGHTSELL_DATA to a folder that holds dev/")
    return folder / "dev"


def composed_files() -> list[Path]:
    """Return ``BUSINESS/conversations.jsonl`` of the businesses composed to train on, beside their catalogs.

    Of the same shape as the authored ones, but part of this repository, and never judged on.
    """
    return sorted((Path(__file__).parent / "composed").glob("*/conversations.jsonl"))


def read_records(path: Path) -> list[Record]:
    """Read JSON Lines, compressed or not."""
    data = path.read_bytes()
    text = gzip.decompress(data) if path.suffix == ".gz" else data
    return [json.loads(line) for line in text.decode().splitlines() if line]


def is_measured(record: Record) -> bool:
    """Tell the half of a public set that is measured from the half that gives examples."""
    return sha256(str(record["id"]).encode()).digest()[0] % 2 == 1


def slug(text: str) -> str:
    """Return an id that a catalog may hold."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
