"""Offers from TMF620 product offerings: the JSON that a product catalogue of version 4 or 5 returns.

Taken are a list of offerings, one offering, or an OpenAPI document's ``examples``; prices that stand in the
same file are looked up by id. Source: TM Forum's TMF620 Product Catalog Management API, v5.0.0.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from adapters.imports.draft import Draft, DraftOffer, id_of, plain, refuse

Record = Mapping[str, object]

_SOLD = {"", "active", "launched"}
"""States of the life cycle in which an offering can be ordered."""

_PERIODS = {"month": "month", "monthly": "month", "year": "year", "yearly": "year", "annual": "year"}
_ONCE = {"onetime", "once"}


@dataclass(frozen=True, slots=True)
class _Price:
    amount: float
    per: str
    currency: str


def read_offerings(text: str, name: str, kind: str | None, currency: str | None) -> Draft:
    """Read product offerings.

    Args:
        text: JSON.
        name: The file's name, for messages.
        kind: Of all offers; None leaves it open.
        currency: What the catalog is to be in; None takes the prices' own.

    Raises:
        ImportedFileError: It is not JSON, holds no offering, or some field cannot be read.
    """
    try:
        root: object = json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        refuse(name, [f"line {error.lineno}, column {error.colno}: not JSON: {error.msg}"])
        raise  # not reached
    found = list(_records(root, ""))
    prices = {str(record.get("id")): record for _, record in reversed(found) if _is_price(record)}
    reading = _Reading(prices, kind, currency)
    for place, record in found:
        if not _is_price(record):
            reading.take(place, record)
    if not reading.offers and not reading.problems:
        reading.problems.append("the file: holds no product offering that is sold")
    refuse(name, reading.problems)
    return Draft(name, reading.currency, tuple(reading.offers), tuple(reading.left_out))


def _records(value: object, place: str) -> Iterator[tuple[str, Record]]:
    """Yield offerings and prices with their places; references and events are neither."""
    if isinstance(value, list):
        for number, part in enumerate(cast("list[object]", value)):
            yield from _records(part, f"{place}[{number}]")
    elif isinstance(value, dict):
        record = cast("dict[str, object]", value)
        if isinstance(examples := record.get("examples"), dict):
            for key, example in cast("dict[str, object]", examples).items():
                within = cast("dict[str, object]", example) if isinstance(example, dict) else {}
                yield from _records(within.get("value"), f"examples.{key}")
        elif "eventType" not in record and "@referredType" not in record:
            yield place or "the offering", record


def _is_price(record: Record) -> bool:
    return "priceType" in record or str(record.get("@type", "")).startswith("ProductOfferingPrice")


class _Reading:
    """What was read so far."""

    def __init__(self, prices: Mapping[str, Record], kind: str | None, currency: str | None) -> None:
        self.offers: list[DraftOffer] = []
        self.left_out: list[str] = []
        self.problems: list[str] = []
        self.currency = currency
        self._prices = prices
        self._kind = kind
        self._seen: set[str] = set()

    def take(self, place: str, record: Record) -> None:
        """Read one offering; what is wrong is noted with its field."""
        their_id, title = _text(record, "id"), _text(record, "name")
        if not their_id or not title:
            field = "name" if their_id else "id"
            self.problems.append(f"{place}, {field}: is missing, or no text")
            return
        why = self._not_offered(record, their_id)
        if why:
            self.left_out.append(f"{place} {their_id!r} {title!r}: {why}")
            return
        self._seen.add(their_id)
        try:
            self.offers.append(self._offer(place, record, their_id, title))
        except ValueError as error:
            self.problems.append(f"{place}, {error}")

    def _not_offered(self, record: Record, their_id: str) -> str:
        state = _text(record, "lifecycleStatus")
        if their_id in self._seen:
            return "comes twice; the first is taken"
        if record.get("isSellable") is False:
            return "is not sold by itself"
        return "" if state.lower() in _SOLD else f"is {state}"

    def _offer(self, place: str, record: Record, their_id: str, title: str) -> DraftOffer:
        name = id_of(their_id) or id_of(title)
        notes = {
            "id": "" if name == their_id else f"there {their_id!r}: customer.products must have {name!r}"
        }
        prices, why_open = self._priced(record)
        notes["price"] = why_open
        summary = _text(record, "description")
        excluded = self._related(record, "exclusivity", "exclusive", "excludes")
        required = self._related(record, "dependency", "dependson", "requires")
        valid = {
            "from": _day(record, "startDateTime", last=False),
            "until": _day(record, "endDateTime", last=True),
        }
        ordered: dict[str, object] = {
            "id": name,
            "title": title,
            "kind": self._kind,
            "needs": None,
            "price": prices,
            "summary": summary or None,
            "eligible": " && ".join(f'"{other}" in customer.products' for other in required) or None,
            "excludes": excluded or None,
            "valid": {key: day.isoformat() for key, day in valid.items() if day is not None} or None,
        }
        is_open = ("kind", "needs", "price") if why_open else ("kind", "needs")
        entry = {key: value for key, value in ordered.items() if value is not None or key in is_open}
        return DraftOffer(f"{place} {their_id!r}", entry, notes)

    def _priced(self, record: Record) -> tuple[dict[str, object] | None, str]:
        """Return the price, or why the author has to say it; neither when it is free."""
        given = _parts(record, "productOfferingPrice")
        whole = [self._prices.get(_text(price, "id"), price) for price in given]
        charged = [price for price in whole if not _is_alteration(price)]
        if not charged:
            return None, ""
        read = [_price(price) for price in charged]
        known = [price for price in read if price is not None]
        if len(read) > 1 or not known:
            named = ", ".join(_text(price, "name") or _text(price, "id") for price in charged)
            return None, f"there {named}"
        return self._in_currency(known[0])

    def _in_currency(self, price: _Price) -> tuple[dict[str, object] | None, str]:
        self.currency = self.currency or price.currency or None
        if price.currency not in ("", self.currency):
            raise ValueError(f"productOfferingPrice: in {price.currency}, the catalog in {self.currency}")
        return {"amount": price.amount, "per": price.per}, ""

    def _related(self, record: Record, *kinds: str) -> list[str]:
        related = _parts(record, "productOfferingRelationship")
        named = (one for one in related if _word(_text(one, "relationshipType")) in kinds)
        return [id_of(_text(one, "id")) for one in named if id_of(_text(one, "id"))]


def _text(record: Record, key: str) -> str:
    value = record.get(key)
    return plain(value) if isinstance(value, str) else ""


def _within(record: Record, key: str) -> Record:
    value = record.get(key)
    return cast("Record", value) if isinstance(value, dict) else {}


def _parts(record: Record, key: str) -> list[Record]:
    parts = record.get(key)
    listed = cast("list[object]", parts) if isinstance(parts, list) else []
    if parts is not None and not (isinstance(parts, list) and all(isinstance(part, dict) for part in listed)):
        raise ValueError(f"{key}: must be a list of objects")
    return [cast("Record", part) for part in listed]


def _word(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalpha())


def _is_alteration(price: Record) -> bool:
    kinds = _word(_text(price, "priceType")), _word(_text(price, "@type"))
    return any(word in kind for kind in kinds for word in ("discount", "alteration", "allowance"))


def _price(record: Record) -> _Price | None:
    """Return a price that a customer pays once, by the month or by the year; None for any other."""
    period = _word(_text(record, "recurringChargePeriodType") or _text(record, "recurringChargePeriod"))
    is_once = _word(_text(record, "priceType")) in _ONCE
    per = "once" if is_once else _PERIODS.get(period.removeprefix("per"))
    money = _within(record, "price")
    money = _within(money, "taxIncludedAmount") or money
    amount = money.get("value")
    if per is None or not isinstance(amount, int | float) or isinstance(amount, bool):
        return None
    if not is_once and record.get("recurringChargePeriodLength", 1) != 1:
        return None
    return _Price(float(amount), per, _text(money, "unit"))


def _day(record: Record, key: str, *, last: bool) -> date | None:
    """Return the first or last day of validity; an end at midnight is the end of the day before."""
    moment = _within(record, "validFor").get(key)
    if moment is None:
        return None
    try:
        read = datetime.fromisoformat(str(moment))
        return (read - timedelta(microseconds=1) if last else read).date()
    except (ValueError, OverflowError):
        raise ValueError(f"validFor.{key}: must be a time such as 2026-11-01T00:00:00Z") from None
