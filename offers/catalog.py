"""A business's catalog: why its customers get in touch, what they may need, what it can offer.

A catalog is taken whole or refused whole. Where the format leaves room:

* ``excludes`` names offers of the same catalog, as ``needs`` names its needs: a misspelt id is refused, for
  it would let two offers through that must never meet. A held product that is not an offer is ruled out in
  ``eligible``: ``!("x" in customer.products)``.
* ``service`` and ``goodwill`` offers cost the customer nothing: a price above zero is refused.
* A price of zero means free, like no price.
* ``value`` may be below zero: goodwill can cost the business money.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import cast

from listener.events import Channel
from nlu.business import Business, NeedExamples, ReasonExamples
from offers.catalog_checks import cross_checked
from offers.catalog_file import Document, Path, Problem, read_yaml
from offers.catalog_shape import CatalogEntry, NeedEntry, OfferEntry, TalkEntry, shaped
from offers.decisions import Objection, OfferKind, Talk
from offers.gate import Complexity, OffersRule
from offers.rules import Rule

_MOST_OFFER_WORDS = 50
"""Offers, the file's first, whose words help to hear a need: more would say nothing new."""


@dataclass(frozen=True, slots=True)
class CallReason:
    """Why customers get in touch, and what may be offered when they do."""

    id: str
    title: str
    examples: tuple[str, ...]
    complexity: Complexity
    offers: OffersRule


@dataclass(frozen=True, slots=True)
class Price:
    """What the customer pays; as text as they would hear it, such as ``15.00 USD per month``.

    Attributes:
        amount: Above zero, in ``currency``.
        currency: ISO 4217 code.
        per: ``once``, ``month`` or ``year``.
    """

    amount: float
    currency: str
    per: str

    def __str__(self) -> str:
        """Return the price as the customer would hear it."""
        often = "once" if self.per == "once" else f"per {self.per}"
        return f"{self.amount:.2f} {self.currency} {often}"


@dataclass(frozen=True, slots=True)
class Validity:
    """First and last day, both included; None where there is no bound."""

    first: date | None
    until: date | None

    def covers(self, day: date) -> bool:
        """Whether the day lies within."""
        return (self.first is None or self.first <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Offer:
    """What the business can offer.

    Attributes:
        needs: Ids of the needs it meets; empty when it fits any customer.
        price: None when it is free.
        value: Expected margin per acceptance, in the catalog's currency.
        eligible: None when everyone is.
        excludes: Ids of offers never made together with it, nor held by a customer who gets it.
        valid: None when always.
        group: What it is counted with in contact policy and levers; empty for its kind.
        suitable: Whether it is good for this customer; None when it always is.
        talk: Without primer questions, which belong to the need.
    """

    id: str
    title: str
    kind: OfferKind
    needs: tuple[str, ...] = ()
    price: Price | None = None
    value: float = 0.0
    summary: str = ""
    eligible: Rule | None = None
    excludes: frozenset[str] = frozenset()
    valid: Validity | None = None
    channels: frozenset[Channel] = frozenset(Channel)
    talk: Talk = field(default_factory=Talk)
    group: str = ""
    suitable: Rule | None = None

    @property
    def group_id(self) -> str:
        """The group it is counted with."""
        return self.group or self.kind.value

    def clashes(self, other: "Offer") -> bool:
        """Whether the two must not be on offer together."""
        return other.id in self.excludes or self.id in other.excludes


@dataclass(frozen=True, slots=True)
class Catalog:
    """One business's reasons, needs and offers, each by id in the file's order.

    Attributes:
        sha256: Of the file's bytes (UTF-8), lower-case hex.
    """

    id: str
    version: str
    currency: str
    vertical: str
    sha256: str
    reasons: Mapping[str, CallReason]
    needs: Mapping[str, NeedExamples]
    offers: Mapping[str, Offer]

    @property
    def business(self) -> Business:
        """What understanding needs to know of this business."""
        reasons = (ReasonExamples(r.id, r.title, r.examples) for r in self.reasons.values())
        return Business(tuple(reasons), tuple(self.needs.values()))


@dataclass(frozen=True, slots=True)
class CatalogProblem:
    """One thing wrong with a catalog.

    Attributes:
        file: The name the catalog was given.
        line: From 1.
        entry: Such as ``offers[3] 'family-data-60'`` (from 0), or ``catalog`` for the file itself.
        field: Such as ``talk.objections[0].say``; empty for the whole entry.
        message: What is wrong and how to mend it.
    """

    file: str
    line: int
    entry: str
    field: str
    message: str

    def __str__(self) -> str:
        """Return all of it on one line."""
        field = f", {self.field}" if self.field else ""
        return f"{self.file}:{self.line}: {self.entry}{field}: {self.message}"


class CatalogError(ValueError):
    """A catalog we refuse to sell from; the message lists every problem, a line each.

    Attributes:
        problems: All of them, in the order of their lines.
    """

    def __init__(self, problems: tuple[CatalogProblem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def load_catalog(text: str, name: str) -> Catalog:
    """Read a catalog from YAML text.

    Args:
        text: The file's contents.
        name: The file's name, for messages.

    Raises:
        CatalogError: Listing every problem with file, line, entry and field.
    """
    document = read_yaml(text.removeprefix("\ufeff"))
    entry, breaches = shaped(document.entries)
    problems = [*document.faults, *breaches, *cross_checked(document.entries)]
    if entry is None or problems:
        located = {_located(problem, document, name) for problem in problems}
        raise CatalogError(tuple(sorted(located, key=lambda p: (p.line, p.entry, p.field, p.message))))
    return _catalog(entry, sha256(text.encode()).hexdigest())


def _located(problem: Problem, document: Document, name: str) -> CatalogProblem:
    line = problem.line or document.line(problem.path)
    match problem.path:
        case (section, int(number), *rest):
            entry = f"{section}[{number}]{_id_of(document.entries, section, number)}"
        case rest:
            entry = "catalog"
    return CatalogProblem(name, line, entry, _dotted(tuple(rest)), problem.message)


def _id_of(entries: object, section: str | int, number: int) -> str:
    rows = cast("dict[object, list[object]]", entries)[section]
    row = rows[number]
    name = cast("dict[str, object]", row).get("id") if isinstance(row, dict) else None
    return f" '{name}'" if isinstance(name, str) else ""


def _dotted(path: Path) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")


def _catalog(entry: CatalogEntry, digest: str) -> Catalog:
    offers = {offer.id: _offer(offer, entry.currency) for offer in entry.offers}
    words: defaultdict[str, list[str]] = defaultdict(list)
    for offer in offers.values():
        for need in offer.needs:
            words[need].append(f"{offer.title}. {offer.summary}".rstrip(" "))
    reasons = (CallReason(r.id, r.title, tuple(r.examples), r.complexity, r.offers) for r in entry.reasons)
    return Catalog(
        id=entry.catalog,
        version=entry.version,
        currency=entry.currency,
        vertical=entry.vertical,
        sha256=digest,
        reasons={reason.id: reason for reason in reasons},
        needs={need.id: _need(need, words[need.id][:_MOST_OFFER_WORDS]) for need in entry.needs},
        offers=offers,
    )


def _need(entry: NeedEntry, words: Sequence[str]) -> NeedExamples:
    return NeedExamples(
        id=entry.id,
        title=entry.title,
        stated=tuple(entry.stated),
        unstated=tuple(entry.unstated),
        primer=tuple(entry.primer),
        offer_words=tuple(words),
    )


def _offer(entry: OfferEntry, currency: str) -> Offer:
    costs = entry.price is not None and entry.price.amount > 0
    return Offer(
        id=entry.id,
        title=entry.title,
        kind=entry.kind,
        needs=tuple(dict.fromkeys(entry.needs)),
        price=Price(entry.price.amount, currency, entry.price.per) if entry.price and costs else None,
        value=entry.value,
        summary=entry.summary,
        eligible=entry.eligible,
        excludes=frozenset(entry.excludes),
        valid=Validity(entry.valid.first, entry.valid.until) if entry.valid else None,
        channels=frozenset(entry.channels),
        talk=_talk(entry.talk),
        group=entry.group or "",
        suitable=entry.suitable,
    )


def _talk(entry: TalkEntry) -> Talk:
    objections = tuple(Objection(objection.when, objection.say) for objection in entry.objections)
    return Talk(bridge=entry.bridge, pitch=entry.pitch, objections=objections, decline=entry.decline)
