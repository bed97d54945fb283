"""Offers from a CSV file, a row each."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence

from adapters.imports.draft import Draft, DraftOffer, plain, refuse

_TEXTS = ("id", "title", "kind", "summary", "eligible", "suitable", "group")
_LISTS = ("needs", "excludes", "channels")
_TALK = ("bridge", "pitch", "decline")
_COLUMNS = (*_TEXTS, *_LISTS, *_TALK, "amount", "per", "value", "from", "until")
_NEEDED = ("id", "title")
_OPEN = ("kind", "needs")
"""Keys that a person has to decide about where the table does not."""


def read_table(text: str, name: str, kind: str | None, currency: str | None) -> Draft:
    """Read a file whose first line names the columns, in any order.

    Columns: ``id`` and ``title``, which every row fills; ``kind``, ``summary``, ``eligible``, ``suitable``,
    ``group``, ``value``; ``needs``, ``excludes`` and ``channels``, ids or words with spaces between;
    ``amount`` and ``per`` of the price; ``from`` and ``until``, days such as 2026-11-01; ``bridge``,
    ``pitch`` and ``decline`` of the talk. An empty cell says nothing.

    Args:
        text: What the file holds.
        name: Its name, for messages.
        kind: Of the offers whose row does not say; None leaves it open.
        currency: Of all prices; None leaves it open.

    Raises:
        ImportedFileError: Any line is wrong.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    offers: list[DraftOffer] = []
    problems: list[str] = []
    try:
        refuse(name, [f"line 1: {problem}" for problem in _heading(reader.fieldnames or ())])
        for row in reader:
            place = f"line {reader.line_num}"
            if None in row or None in row.values():
                problems.append(f"{place}: has not as many cells as the first line")
                continue
            cells = {column: plain(cell) for column, cell in row.items() if plain(cell)}
            problems += (f"{place}, {column}: is empty" for column in _NEEDED if column not in cells)
            offers.append(DraftOffer(place, _entry(cells, kind)))
    except csv.Error as error:
        problems.append(f"line {reader.reader.line_num}: {error}")
    refuse(name, problems)
    return Draft(name, currency, tuple(offers))


def _heading(named: Sequence[str]) -> list[str]:
    unknown = [column for column in named if column not in _COLUMNS]
    twice = sorted({column for column in named if named.count(column) > 1})
    return [
        *(f"{column}: is missing" for column in _NEEDED if column not in named),
        *(f"{column!r}: unknown column; known are {', '.join(_COLUMNS)}" for column in unknown),
        *(f"{column}: stands there twice" for column in twice),
    ]


def _entry(cells: Mapping[str, str], kind: str | None) -> dict[str, object]:
    ordered: dict[str, object] = {
        "id": cells.get("id"),
        "title": cells.get("title"),
        "kind": cells.get("kind", kind),
        "needs": _listed(cells, "needs"),
        "price": _some(cells, {"amount": _number, "per": str}),
        "value": _number(cells["value"]) if "value" in cells else None,
        "summary": cells.get("summary"),
        "eligible": cells.get("eligible"),
        "suitable": cells.get("suitable"),
        "excludes": _listed(cells, "excludes"),
        "valid": _some(cells, {"from": str, "until": str}),
        "channels": _listed(cells, "channels"),
        "group": cells.get("group"),
        "talk": _some(cells, dict.fromkeys(_TALK, str)),
    }
    return {key: value for key, value in ordered.items() if value is not None or key in _OPEN}


def _listed(cells: Mapping[str, str], column: str) -> list[str] | None:
    return cells[column].split() if column in cells else None


def _some(cells: Mapping[str, str], parts: Mapping[str, Callable[[str], object]]) -> dict[str, object] | None:
    return {part: read(cells[part]) for part, read in parts.items() if part in cells} or None


def _number(cell: str) -> float | str:
    """A number, else the text as it is: the checker says what is wrong with it."""
    try:
        return float(cell)
    except ValueError:
        return cell
