"""The policy's rules of contact: what is counted, and what rests for how long."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from listener.events import Channel
from offers.decisions import OfferKind, OutcomeKind
from offers.sections import Days, Points, Section


class Suppresses(StrEnum):
    """What a rule of contact suppresses, and whose past it counts."""

    OFFER = "offer"
    GROUP = "group"
    CUSTOMER = "customer"


class ContactRule(Section):
    """So many of one outcome within a window suppress for a while.

    Attributes:
        of: The offer that it happened to, its whole group, or every offer to this customer.
        after: The outcome that is counted.
        times: How often it must have happened.
        within_days: The window; None counts from the beginning of records.
        for_days: How long the suppression lasts, from the last one counted.
        channels: Where it must have happened, and where it then suppresses.
        kinds: The kinds of offer it suppresses; empty is all.
    """

    of: Suppresses
    after: OutcomeKind
    times: Annotated[int, Field(ge=1)] = 1
    within_days: Days | None = None
    for_days: Days
    channels: frozenset[Channel] = frozenset(Channel)
    kinds: frozenset[OfferKind] = frozenset()


class LaterPolicy(Section):
    """What "maybe later" is worth.

    Attributes:
        points: Added to the offer's levers on the day it was said.
        half_life_days: Days in which half of that is gone.
    """

    points: Points = 30.0
    half_life_days: Days = 14.0


_SALES = frozenset({OfferKind.UPSELL, OfferKind.CROSS_SELL})


class ContactPolicy(Section):
    """How often a customer may hear of the same, over all conversations and channels.

    Attributes:
        suppress: Each rule by itself; what one suppresses, no other lifts.
        later: What "maybe later" is worth.
    """

    suppress: tuple[ContactRule, ...] = (
        ContactRule(of=Suppresses.OFFER, after=OutcomeKind.DECLINED, for_days=30),
        ContactRule(of=Suppresses.OFFER, after=OutcomeKind.SHOWN, times=3, within_days=7, for_days=10),
        ContactRule(of=Suppresses.OFFER, after=OutcomeKind.ACCEPTED, for_days=90),
        ContactRule(
            of=Suppresses.CUSTOMER,
            after=OutcomeKind.DECLINED,
            times=3,
            within_days=30,
            for_days=30,
            kinds=_SALES,
        ),
        ContactRule(
            of=Suppresses.CUSTOMER, after=OutcomeKind.SHOWN, times=6, within_days=1, for_days=1, kinds=_SALES
        ),
    )
    later: LaterPolicy = LaterPolicy()
