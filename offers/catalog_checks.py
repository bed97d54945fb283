"""What no single entry of a catalog shows: ids that repeat or point nowhere, rules between fields.

Looks at plain values of any shape, so that these problems come to light together with those of shape.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import cast

from offers.catalog_file import Path, Problem
from offers.decisions import OfferKind

Row = tuple[Path, dict[str, object]]
_FREE = (OfferKind.SERVICE, OfferKind.GOODWILL)


def cross_checked(entries: object) -> list[Problem]:
    """Return every problem between the entries of a catalog, in no particular order."""
    return [
        *(problem for problem in _blanks(entries, ()) if problem.path),
        *_duplicates(entries),
        *_dangling(entries),
        *_silent_needs(entries),
        *_offers(entries),
    ]


def _blanks(value: object, path: Path) -> Iterator[Problem]:
    match value:
        case None:
            yield Problem(path, "is empty; give it a value or drop it")
        case dict():
            for key, part in cast("dict[str, object]", value).items():
                yield from _blanks(part, (*path, key))
        case list():
            for number, part in enumerate(cast("list[object]", value)):
                yield from _blanks(part, (*path, number))
        case _:
            pass


def _rows(entries: object, section: str) -> list[Row]:
    rows = _mapping(entries).get(section)
    numbered = enumerate(cast("list[object]", rows)) if isinstance(rows, list) else ()
    return [((section, number), _mapping(row)) for number, row in numbered]


def _mapping(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _texts(value: object) -> list[tuple[int, str]]:
    listed = cast("list[object]", value) if isinstance(value, list) else []
    return [(number, text) for number, text in enumerate(listed) if isinstance(text, str)]


def _ids(entries: object, section: str) -> list[str]:
    names = (row.get("id") for _, row in _rows(entries, section))
    return [name for name in names if isinstance(name, str)]


def _duplicates(entries: object) -> Iterator[Problem]:
    for section in ("reasons", "needs", "offers"):
        seen: set[object] = set()
        for path, row in _rows(entries, section):
            name = row.get("id")
            if isinstance(name, str) and name in seen:
                yield Problem((*path, "id"), f"duplicate id '{name}' among {section}")
            seen.add(name if isinstance(name, str) else None)


def _dangling(entries: object) -> Iterator[Problem]:
    for key, section in (("needs", "needs"), ("excludes", "offers")):
        known = _ids(entries, section)
        ids = set(known)
        for path, row in _rows(entries, "offers"):
            for number, name in _texts(row.get(key)):
                if name not in ids:
                    yield Problem((*path, key, number), f"no '{name}' among {section}{_likely(name, known)}")


def _likely(name: str, known: list[str]) -> str:
    likely = get_close_matches(name, known, 1)
    return f"; did you mean '{likely[0]}'?" if likely else ""


def _silent_needs(entries: object) -> Iterator[Problem]:
    for path, row in _rows(entries, "needs"):
        if not row.get("stated") and not row.get("unstated"):
            yield Problem((*path, "stated"), "a need takes examples, stated or unstated, to be heard by")


def _offers(entries: object) -> Iterator[Problem]:
    for path, row in _rows(entries, "offers"):
        valid, price = _mapping(row.get("valid")), _mapping(row.get("price"))
        first, until = valid.get("from"), valid.get("until")
        if isinstance(first, str) and isinstance(until, str) and until < first:
            yield Problem((*path, "valid", "until"), f"{until} is before from, {first}")
        amount = price.get("amount")
        if row.get("kind") in _FREE and isinstance(amount, int | float) and amount > 0:
            yield Problem(
                (*path, "price"), f"a {row['kind']} offer costs the customer nothing; drop the price"
            )
        if isinstance(row.get("id"), str) and (
            row["id"] in [name for _, name in _texts(row.get("excludes"))]
        ):
            yield Problem((*path, "excludes"), "an offer cannot exclude itself")
