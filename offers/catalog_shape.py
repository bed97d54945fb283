"""What a catalog's file must look like, entry by entry; pydantic finds every breach at once."""

import re
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
)
from pydantic_core import ErrorDetails

from listener.events import Channel
from offers.catalog_file import Path, Problem
from offers.decisions import OfferKind
from offers.gate import Complexity, OffersRule
from offers.rules import Rule, RuleError, compile_rule


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return text


def _day(value: object) -> date:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        raise ValueError("must be a date such as 2026-11-01")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"there is no such day as {value}") from None


def _rule(value: object) -> Rule:
    if not isinstance(value, str):
        raise ValueError("must be a rule in quotes, such as '\"basic\" in customer.products'")
    try:
        return compile_rule(value)
    except RuleError as error:
        raise ValueError(f"malformed rule, column {error.column}: {error}") from None


def _some_channel(channels: list[Channel]) -> list[Channel]:
    if not channels:
        raise ValueError("must name a channel; leave the key out for all of them")
    return channels


def _id(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9_-]+", text):
        raise ValueError(f"must be lower-case letters, digits, '-' and '_' only, found {text!r}")
    return text


def _currency(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", text):
        raise ValueError(f"must be three capital letters such as EUR, found {text!r}")
    return text


Id = Annotated[str, AfterValidator(_id)]
Text = Annotated[str, AfterValidator(_not_blank)]
Phrases = Annotated[list[Text], Field(max_length=50)]
Day = Annotated[date, BeforeValidator(_day)]
Lax = Field(strict=False)
"""For choices: the file says them as text."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PriceEntry(_Entry):
    """What the customer pays: ``amount`` in the catalog's currency, ``per`` once, month or year."""

    amount: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    per: Literal["once", "month", "year"]


class ValidEntry(_Entry):
    """First and last day of validity, both included."""

    first: Annotated[Day | None, Field(alias="from")] = None
    until: Day | None = None


class ObjectionEntry(_Entry):
    """What a customer may say against it, and the answer."""

    when: Text
    say: Text


class TalkEntry(_Entry):
    """How to say it."""

    bridge: str = ""
    pitch: str = ""
    objections: list[ObjectionEntry] = []
    decline: str = ""


class ReasonEntry(_Entry):
    """Why customers get in touch."""

    id: Id
    title: Text
    examples: Annotated[list[Text], Field(min_length=3, max_length=50)]
    complexity: Annotated[Complexity, Lax] = Complexity.SIMPLE
    offers: Annotated[OffersRule, Lax] = OffersRule.ALLOWED


class NeedEntry(_Entry):
    """What a customer may need."""

    id: Id
    title: Text
    stated: Phrases = []
    unstated: Phrases = []
    primer: list[Text] = []


class OfferEntry(_Entry):
    """What the business can offer."""

    id: Id
    title: Text
    kind: Annotated[OfferKind, Lax]
    needs: list[Id] = []
    price: PriceEntry | None = None
    value: Annotated[float, Field(allow_inf_nan=False)] = 0.0
    summary: str = ""
    eligible: Annotated[Rule | None, PlainValidator(_rule)] = None
    excludes: list[Id] = []
    valid: ValidEntry | None = None
    channels: Annotated[list[Annotated[Channel, Lax]], AfterValidator(_some_channel)] = list(Channel)
    talk: TalkEntry = TalkEntry()
    group: Id | None = None
    suitable: Annotated[Rule | None, PlainValidator(_rule)] = None


class CatalogEntry(_Entry):
    """The whole file."""

    catalog: Id
    version: Text
    currency: Annotated[str, AfterValidator(_currency)]
    vertical: Text
    reasons: list[ReasonEntry]
    needs: list[NeedEntry]
    offers: list[OfferEntry]


_KEYS: dict[Path, type[_Entry]] = {
    (): CatalogEntry,
    ("reasons",): ReasonEntry,
    ("needs",): NeedEntry,
    ("offers",): OfferEntry,
    ("offers", "price"): PriceEntry,
    ("offers", "valid"): ValidEntry,
    ("offers", "talk"): TalkEntry,
    ("offers", "talk", "objections"): ObjectionEntry,
}


def shaped(entries: object) -> tuple[CatalogEntry | None, list[Problem]]:
    """Check plain values against the shape; return them as entries, or None with every breach.

    Keys without a value are left to the checks between entries, which find them where they are optional too.
    """
    try:
        return CatalogEntry.model_validate(entries), []
    except ValidationError as error:
        return None, [_problem(breach) for breach in error.errors() if breach["input"] is not None]


def _problem(breach: ErrorDetails) -> Problem:
    path = tuple(breach["loc"])
    kind = breach["type"]
    if kind == "extra_forbidden":
        return Problem(path, f"unknown key; {_known_keys(path)}")
    if kind == "missing":
        return Problem(path, "is missing")
    if kind in _MESSAGES:
        found = _shown(breach["input"])
        return Problem(path, _MESSAGES[kind].format(found=found, **breach.get("ctx", {})))
    return Problem(path, breach["msg"].removeprefix("Value error, "))


def _known_keys(path: Path) -> str:
    around = tuple(part for part in path[:-1] if isinstance(part, str))
    keys = [field.alias or name for name, field in _KEYS[around].model_fields.items()]
    likely = get_close_matches(str(path[-1]), keys, 1)
    return f"did you mean '{likely[0]}'?" if likely else f"known here: {', '.join(keys)}"


def _shown(found: object) -> str:
    match found:
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return repr(found)[:60]


_MESSAGES = {
    "string_type": "must be text, found {found}; put it in quotes",
    "float_type": "must be a number, found {found}",
    "list_type": "must be a list such as [one, two], found {found}",
    "model_type": "must be a mapping of keys to values, found {found}",
    "literal_error": "must be {expected}, found {found}",
    "enum": "must be {expected}, found {found}",
    "too_short": "needs at least {min_length} entries, has {actual_length}",
    "too_long": "takes at most {max_length} entries, has more",
    "greater_than_equal": "must be {ge:g} or more, found {found}",
    "finite_number": "must be a finite number, found {found}",
}
