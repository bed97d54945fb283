"""A catalog begun from another system's records: what they say is filled in, the rest is left to its author.

What is left open has its key and no value, so ``rightsell check`` refuses the catalog and names every such
line until a person has decided. Nothing that a record does not say is guessed.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from offers.catalog_checks import cross_checked
from offers.catalog_file import Path
from offers.catalog_shape import shaped
from offers.decisions import OfferKind

_MOST_TOLD = 20
_HINTS = {
    "reasons": "why customers get in touch, three examples each at least; see docs/catalog.md",
    "needs": "what customers may need besides, and how they say it; see docs/catalog.md",
    "kind": " | ".join(OfferKind),
    "vertical": "your line of business, in your own word",
    "currency": "three capital letters, such as EUR",
    "offer needs": "which of the needs it meets, by id; drop the line only if it fits any customer",
    "price": "{amount: 15.00, per: month}; drop the line if it is free",
    "stated": "how customers ask for it",
}


class ImportedFileError(ValueError):
    """A file that no catalog can be begun from; names every place that is wrong, and how."""


@dataclass(frozen=True, slots=True)
class DraftOffer:
    """One offer as far as its record tells it.

    Attributes:
        place: Where the record stands, for messages, such as ``line 3``.
        entry: Keys and values as in the catalog; None where the author has to decide.
        notes: By key, what the author should know; under ``id``, of the whole offer.
    """

    place: str
    entry: Mapping[str, object]
    notes: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Draft:
    """A catalog begun.

    Attributes:
        source: Name of the file it comes from.
        currency: Of its prices; None where it does not say.
        offers: In the file's order.
        left_out: Records that are no offers, and why, a sentence each.
    """

    source: str
    currency: str | None
    offers: tuple[DraftOffer, ...]
    left_out: tuple[str, ...] = ()


def id_of(text: str) -> str:
    """Return the text as a catalog's id; empty when nothing in it can be one."""
    return re.sub(r"[^a-z0-9_-]+", "-", text.lower()).strip("-")


def plain(text: str) -> str:
    """Return the text on one line, without what cannot be printed."""
    spaced = (letter if letter.isprintable() else " " for letter in text)
    return " ".join("".join(spaced).split())


def refuse(name: str, problems: list[str]) -> None:
    """Raise what is wrong with a file, if anything is.

    Raises:
        ImportedFileError: There are problems.
    """
    if problems:
        more = len(problems) - _MOST_TOLD
        rest = [f"{name}: and {more} more"] if more > 0 else []
        raise ImportedFileError("\n".join([f"{name}, {one}" for one in problems[:_MOST_TOLD]] + rest))


def write(draft: Draft, name: str) -> str:
    """Return the catalog as YAML text, with a TODO at everything that is left open.

    Args:
        draft: What is known.
        name: The catalog's id.

    Raises:
        ImportedFileError: What the records do say would be refused in a catalog.
    """
    head: dict[str, object] = {
        "catalog": name,
        "version": "1",
        "currency": draft.currency,
        "vertical": None,
        "reasons": None,
        "needs": [{"id": need, "title": need, "stated": None} for need in _needs(draft)] or None,
        "offers": [dict(offer.entry) for offer in draft.offers],
    }
    refuse(draft.source, list(_problems(head, draft)))
    lines = [f"# Begun from {plain(draft.source)}. Settle every TODO: rightsell check names the lines."]
    for key, value in head.items():
        if key == "needs" and isinstance(value, list):
            lines += ["needs:", *_needs_written(cast("list[dict[str, object]]", value))]
        elif key == "offers":
            lines += ["offers:", *(line for offer in draft.offers for line in _offer_written(offer))]
        else:
            lines.append(_line(key, value, _HINTS.get(key, "") if value is None else "", indent=""))
    return "\n".join(lines) + "\n"


def _needs(draft: Draft) -> list[str]:
    listed = (offer.entry.get("needs") for offer in draft.offers)
    named = (str(need) for needs in listed if isinstance(needs, list) for need in cast("list[object]", needs))
    return list(dict.fromkeys(named))


def _problems(head: Mapping[str, object], draft: Draft) -> Iterator[str]:
    """Whatever the checker would say of the offers, told by the record's place; what is open apart."""
    for problem in (*shaped(head)[1], *cross_checked(head)):
        match problem.path:
            case ("offers", int(number), *rest) if not _is_open(head, problem.path):
                named = ".".join(map(str, rest))
                yield f"{draft.offers[number].place}, {named}: {problem.message}"
            case ("currency",) if draft.currency is not None:
                yield f"currency: {problem.message}"
            case _:
                pass


def _is_open(head: object, path: Path) -> bool:
    value = head
    for part in path:
        if not (isinstance(value, dict | list) and _has(cast("object", value), part)):
            return False
        value = cast("dict[str | int, object]", value)[part]
    return value is None


def _has(value: object, part: str | int) -> bool:
    if isinstance(value, dict):
        return part in value
    return isinstance(value, list) and isinstance(part, int) and part < len(cast("list[object]", value))


def _needs_written(needs: list[dict[str, object]]) -> Iterator[str]:
    for need in needs:
        yield f"  - id: {_scalar(need['id'])}"
        yield _line("title", need["title"], "", indent="    ")
        yield _line("stated", None, _HINTS["stated"], indent="    ")


def _offer_written(offer: DraftOffer) -> Iterator[str]:
    indent = "  - "
    for key, value in offer.entry.items():
        hint = _HINTS.get("offer needs" if key == "needs" else key, "") if value is None else ""
        note = "; ".join(part for part in (offer.notes.get(key, ""), hint) if part)
        yield _line(key, value, note, indent=indent)
        indent = "    "


def _line(key: str, value: object, note: str, *, indent: str) -> str:
    written = f"{indent}{key}:" if value is None else f"{indent}{key}: {_scalar(value)}"
    todo = "TODO: " if value is None else ""
    return f"{written}  # {todo}{plain(note)}" if todo or note else written


def _scalar(value: object) -> str:
    """JSON is YAML; only its text must be printable, which ``plain`` sees to."""
    return json.dumps(value, ensure_ascii=False)
