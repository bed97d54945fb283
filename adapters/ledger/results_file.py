"""Outcomes in a CSV file, as a CRM exports them."""

import csv
import io
import math
from collections.abc import Mapping
from datetime import date

from adapters.ledger.business import Result, ResultKind

_NEEDED = ("key", "suggestion", "result")
_COLUMNS = {*_NEEDED, "day", "amount"}
_MOST_TOLD = 20


class ResultsFileError(ValueError):
    """A file of outcomes that we do not take; names every line that is wrong, and how."""


def read_results(text: str, name: str) -> list[Result]:
    """Read a file whose first line names the columns.

    Args:
        text: What the file holds.
        name: Its name, for messages.

    Raises:
        ResultsFileError: Any line is wrong.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    columns = set(reader.fieldnames or ())
    if not columns.issuperset(_NEEDED) or not columns <= _COLUMNS:
        raise ResultsFileError(
            f"{name}, line 1: the columns must be key, suggestion, result and, if wanted, day and amount"
        )
    results: list[Result] = []
    problems: list[str] = []
    try:
        for row in reader:
            where = f"{name}, line {reader.line_num}"
            try:
                results.append(_result(row, where))
            except ValueError as error:
                problems.append(f"{where}: {error}")
    except csv.Error as error:
        problems.append(f"{name}, line {reader.reader.line_num}: {error}")
    if problems:
        raise ResultsFileError("\n".join(problems[:_MOST_TOLD]))
    return results


def _result(row: Mapping[str | None, str | None], where: str) -> Result:
    if None in row or None in row.values():
        raise ValueError("has not as many cells as the first line")
    cell = {str(column): str(value).strip() for column, value in row.items()}
    for column in _NEEDED:
        if not cell[column]:
            raise ValueError(f"{column} is empty")
    if cell["result"] not in set(ResultKind):
        raise ValueError(f"result is {cell['result']!r}: write {', '.join(ResultKind)}")
    return Result(
        where,
        cell["key"],
        cell["suggestion"],
        ResultKind(cell["result"]),
        _day(cell.get("day", "")),
        _amount(cell.get("amount", "")),
    )


def _day(cell: str) -> date | None:
    try:
        return date.fromisoformat(cell) if cell else None
    except ValueError:
        raise ValueError(f"day is {cell!r}: write it as 2026-11-22") from None


def _amount(cell: str) -> float | None:
    try:
        amount = float(cell) if cell else None
    except ValueError:
        amount = math.nan
    if amount is not None and not math.isfinite(amount):
        raise ValueError(f"amount is {cell!r}: write a number such as 15.00")
    return amount
