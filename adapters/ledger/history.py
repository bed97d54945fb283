"""What one customer was offered before, read from the ledger."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Row, select

from adapters.ledger.moments import days_between, later
from adapters.ledger.personal import Kind, read, written
from adapters.ledger.tables import CONVERSATIONS, OUTCOMES, PERSONAL, SUGGESTIONS
from listener.events import Channel
from offers.contact import Contact
from offers.decisions import OutcomeKind


@dataclass(frozen=True, slots=True)
class Happened:
    """An outcome of a suggestion; ``result`` is the business's word for it, empty where it has none."""

    outcome: str
    by: str
    at: str
    result: str


@dataclass(frozen=True, slots=True)
class Offered:
    """A suggestion of the past.

    Attributes:
        id: As in the decision stream.
        evidence: The customer's words, masked; none when they are erased.
    """

    id: str
    offer: str
    at: str
    evidence: tuple[str, ...]
    outcomes: tuple[Happened, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """A conversation of the past."""

    id: str
    channel: str
    started_at: str
    offered: tuple[Offered, ...]


def contacts(connection: Connection, customer: str, moment: str) -> tuple[Contact, ...]:
    """Return what a customer was offered before a moment, oldest first.

    Each suggestion counts as shown, once, whether a screen reported it or not; and as the last other
    thing that was told of it.
    """
    found: list[Contact] = []
    for row in _suggested(connection, customer, moment):
        at = later(row.started_at, row.at_s)
        happened = [(OutcomeKind.SHOWN, at)]
        told = [one for one in _outcomes(connection, row.seq) if one.outcome != OutcomeKind.SHOWN.value]
        happened += [(OutcomeKind(one.outcome), one.at) for one in told[-1:]]
        for outcome, when in happened:
            days = max(0.0, days_between(when, moment))
            found.append(Contact(row.offer, row.offer_group, outcome, days, Channel(row.channel)))
    return tuple(sorted(found, key=lambda contact: -contact.days_ago))


def past(connection: Connection, customer: str) -> list[Past]:
    """Return a customer's conversations, oldest first."""
    names = PERSONAL.alias()
    found = (
        select(CONVERSATIONS, names.c.text)
        .outerjoin(names, names.c.key == CONVERSATIONS.c.name)
        .join(PERSONAL, PERSONAL.c.key == CONVERSATIONS.c.customer)
        .where(PERSONAL.c.kind == Kind.CUSTOMER.value, PERSONAL.c.text == written(customer))
        .order_by(CONVERSATIONS.c.seq)
    )
    return [_past(connection, row) for row in connection.execute(found).all()]


def _past(connection: Connection, row: Row[*tuple[object, ...]]) -> Past:
    name = read(row.text)
    suggested = (
        select(SUGGESTIONS, PERSONAL.c.text)
        .outerjoin(PERSONAL, PERSONAL.c.key == SUGGESTIONS.c.evidence)
        .where(SUGGESTIONS.c.conversation == row.seq)
        .order_by(SUGGESTIONS.c.seq)
    )
    offered = tuple(
        Offered(
            id=f"{name}:{one.number}",
            offer=one.offer,
            at=later(row.started_at, one.at_s),
            evidence=tuple(said["text"] for said in read(one.text or "[]")),
            outcomes=tuple(_outcomes(connection, one.seq)),
        )
        for one in connection.execute(suggested).all()
    )
    return Past(name, row.channel, row.started_at, offered)


def _suggested(connection: Connection, customer: str, moment: str) -> Iterable[Row[*tuple[object, ...]]]:
    found = (
        select(SUGGESTIONS, CONVERSATIONS.c.started_at, CONVERSATIONS.c.channel)
        .join(CONVERSATIONS, CONVERSATIONS.c.seq == SUGGESTIONS.c.conversation)
        .join(PERSONAL, PERSONAL.c.key == CONVERSATIONS.c.customer)
        .where(PERSONAL.c.kind == Kind.CUSTOMER.value, PERSONAL.c.text == written(customer))
        .where(CONVERSATIONS.c.started_at <= moment)
        .order_by(SUGGESTIONS.c.seq)
    )
    return connection.execute(found).all()


def _outcomes(connection: Connection, suggestion: int) -> list[Happened]:
    """Return what became of a suggestion, in the order told."""
    found = select(OUTCOMES).where(OUTCOMES.c.suggestion == suggestion).order_by(OUTCOMES.c.seq)
    return [
        Happened(row.outcome, row.said_by, row.happened_at, row.result or "")
        for row in connection.execute(found).all()
    ]
