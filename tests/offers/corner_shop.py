"""A small shop's conversations, for tests of the core apart from understanding."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from listener.events import Channel, Speaker, Turn, Utterance
from nlu.pipeline import Mind, Understander
from nlu.roles import Roles
from nlu.understanding import (
    Evidence,
    Need,
    NeedKind,
    Resolution,
    ResolutionState,
    Sentiment,
    Understanding,
)
from offers.catalog import load_catalog
from offers.conversation import Conversation, Desk
from offers.decisions import (
    Decision,
)
from offers.events import Event, Opening
from offers.matching import Matcher
from offers.policy import Policy

CATALOG = load_catalog(
    """
catalog: corner-shop
version: "2026-11-01"
currency: USD
vertical: retail
reasons:
  - {id: order, title: An order, examples: [where is my order, my order is late, order status]}
needs:
  - {id: bags, title: Bags, stated: [i need a bag], unstated: [my hands are full],
     primer: [How far do you carry it?]}
  - {id: gifts, title: Gifts, stated: [i need a gift], unstated: [it is her birthday]}
offers:
  - {id: tote, title: Tote bag, kind: cross_sell, needs: [bags], price: {amount: 5, per: once},
     value: 2, excludes: [trolley],
     talk: {bridge: As your hands are full, pitch: a tote would help., decline: No problem.}}
  - {id: trolley, title: Trolley, kind: upsell, needs: [bags], price: {amount: 40, per: once},
     value: 9}
  - {id: wrap, title: Gift wrap, kind: goodwill, needs: [gifts]}
  - {id: card, title: Greeting card, kind: cross_sell, needs: [gifts], price: {amount: 3, per: once},
     value: 1}
""",
    "corner-shop.yaml",
)


class Constant:
    """An embedder to which all texts are alike: these tests are not about meaning."""

    name = "constant"
    sha256 = "0"
    dim = 4

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.full((len(texts), self.dim), 0.5, np.float32)


@dataclass(frozen=True)
class Scripted:
    """Believes what the test says, turn by turn: the core is tested apart from understanding."""

    beliefs: tuple[Understanding, ...]

    @property
    def models(self) -> dict[str, str]:
        return {}

    def begin(self, customer: Mapping[str, object], context: Mapping[str, object]) -> Mind:
        del customer, context
        return cast(Mind, Remembered(Understanding()))

    def read(self, mind: Mind, turn: Turn) -> Mind:
        del mind
        return cast(Mind, Remembered(self.beliefs[turn.index % len(self.beliefs)]))


@dataclass(frozen=True)
class Remembered:
    understanding: Understanding
    roles: Roles = field(default_factory=Roles)


Said = TypeVar("Said")


def conversation(beliefs: Iterable[Understanding], policy: Policy | None = None) -> Conversation:
    desk = Desk(
        catalog=CATALOG,
        policy=policy or Policy(),
        understander=cast(Understander, Scripted(tuple(beliefs))),
        matcher=Matcher(CATALOG, Constant()),
    )
    return Conversation(Opening("c-1", Channel.CHAT, {"id": "cu-1", "products": []}), desk)


def said(at_s: float, text: str = "my hands are full", speaker: Speaker = Speaker.CUSTOMER) -> Utterance:
    return Utterance(speaker, text, at_s, at_s)


def run(talk: Conversation, events: Iterable[Event]) -> list[Decision]:
    return talk.begin() + [decision for event in events for decision in talk.receive(event)]


def told(kind: type[Said], decisions: Iterable[Decision]) -> list[Said]:
    return [decision.data for decision in decisions if isinstance(decision.data, kind)]


QUOTE = (Evidence(0, 0, 17, "my hands are full"),)
BAGS = Need("bags", NeedKind.UNSTATED, 0.9, QUOTE)
GIFTS = Need("gifts", NeedKind.STATED, 0.9, QUOTE)
OPEN = Understanding(resolution=Resolution(ResolutionState.OPEN, 0.9), needs=(BAGS,))
HELPED = Understanding(resolution=Resolution(ResolutionState.CONFIRMED, 0.9), needs=(BAGS,))
UPSET = Understanding(
    resolution=Resolution(ResolutionState.CONFIRMED, 0.9), sentiment=Sentiment(mood=-0.4), needs=(BAGS,)
)
