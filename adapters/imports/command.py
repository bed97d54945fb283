"""``rightsell import``: a catalog begun from a file of another system."""

from dataclasses import dataclass
from pathlib import Path

import click

from adapters.files import create, read_text
from adapters.imports.draft import ImportedFileError, id_of, write
from adapters.imports.table import read_table
from adapters.imports.tmf620 import read_offerings

_READERS = {".json": read_offerings, ".csv": read_table}


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for.

    Attributes:
        file: Whose name ends in .json or .csv.
        out: Where the catalog goes; None is standard output.
        kind: Of offers that do not say theirs.
        currency: Of the prices.
    """

    file: Path
    out: Path | None
    kind: str | None
    currency: str | None


def run(request: Request) -> None:
    """Read the file and write the catalog.

    Raises:
        ImportedFileError: The file is not one of the two kinds, or something in it is wrong.
        FileError: A file cannot be read or written.
    """
    reader = _READERS.get(request.file.suffix.lower())
    if reader is None:
        raise ImportedFileError(f"{request.file}: must be product offerings, .json, or a table, .csv")
    draft = reader(read_text(request.file), str(request.file), request.kind, request.currency)
    text = write(draft, id_of(request.file.stem) or "imported")
    if request.out is None:
        click.echo(text, nl=False)
    else:
        with create(request.out) as file:
            file.write(text.encode())
    for line in draft.left_out:
        click.echo(f"left out: {line}", err=True)
    click.echo(f"{len(draft.offers)} offers; now settle every TODO, and run rightsell check", err=True)
