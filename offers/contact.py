"""Contact policy: how often a customer may hear of an offer, a group of offers, or of offers at all.

A rule counts what happened before: so many rejections, impressions or acceptances within a window suppress
the offer, its group, or everything for a while from the last of them on. "Maybe later" is the opposite: it
lifts the offer, and the lift decays.

Source: the rules' form is Pega's (outcome, count, window, suppression, of an action or its group).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from listener.events import Channel
from offers.catalog import Offer
from offers.contact_rules import ContactPolicy, ContactRule, Suppresses
from offers.decisions import OutcomeKind


@dataclass(frozen=True, slots=True)
class Contact:
    """What became of an offer that was made to this customer before.

    Attributes:
        offer: Its id, whether the catalog still has it or not.
        group: Its group then.
        days_ago: Days before this conversation began.
        channel: In which it was made.
    """

    offer: str
    group: str
    outcome: OutcomeKind
    days_ago: float
    channel: Channel


class ContactHistory:
    """What one customer has heard of, as far as it bears on one conversation.

    Args:
        contacts: What happened before, in any order.
        policy: The business's rules.
        channel: Of this conversation.
    """

    def __init__(self, contacts: Iterable[Contact], policy: ContactPolicy, channel: Channel) -> None:
        self._contacts = tuple(sorted(contacts, key=lambda contact: -contact.days_ago))
        self._policy = policy
        self._rules = [rule for rule in policy.suppress if channel in rule.channels]
        self._channel = channel

    def suppression(self, offer: Offer) -> str:
        """Return why an offer may not be made now, in an agent's words; empty when it may."""
        for rule in self._rules:
            counted = [contact for contact in self._contacts if _counts(rule, contact, offer)]
            if rule.kinds and offer.kind not in rule.kinds:
                continue
            left = _days_left(rule, [contact.days_ago for contact in counted])
            if left > 0:
                return f"{_WHAT[rule.of]} {rule.after.value} {_times(rule)}: rests for {_days(left)} more."
        return ""

    def lift(self, offer: Offer) -> float:
        """Return the points, in percent, by which "maybe later" lifts an offer; 0 when nobody said so.

        The last word counts: who declined after all is not asked again for having hesitated before.
        """
        said = [c for c in self._contacts if c.offer == offer.id and c.outcome in _ANSWERS]
        if not said or said[-1].outcome is not OutcomeKind.POSTPONED:
            return 0.0
        later = self._policy.later
        return later.points * 0.5 ** (said[-1].days_ago / later.half_life_days)


_ANSWERS = (
    OutcomeKind.ACCEPTED,
    OutcomeKind.DECLINED,
    OutcomeKind.DISMISSED,
    OutcomeKind.POSTPONED,
)

_WHAT = {
    Suppresses.OFFER: "This offer was",
    Suppresses.GROUP: "Offers of this group were",
    Suppresses.CUSTOMER: "Offers to this customer were",
}


def _counts(rule: ContactRule, contact: Contact, offer: Offer) -> bool:
    if contact.outcome is not rule.after or contact.channel not in rule.channels:
        return False
    match rule.of:
        case Suppresses.OFFER:
            return contact.offer == offer.id
        case Suppresses.GROUP:
            return contact.group == offer.group_id
        case Suppresses.CUSTOMER:
            return True


def _days_left(rule: ContactRule, days_ago: Sequence[float]) -> float:
    """Return the days for which the rule still suppresses, given when it happened, oldest first.

    Each time the count is reached within the window, the suppression begins anew.
    """
    left = 0.0
    for last in range(rule.times - 1, len(days_ago)):
        span = days_ago[last - rule.times + 1] - days_ago[last]
        if rule.within_days is None or span <= rule.within_days:
            left = max(left, rule.for_days - days_ago[last])
    return left


def _times(rule: ContactRule) -> str:
    often = "once" if rule.times == 1 else f"{rule.times} times"
    return often if rule.within_days is None else f"{often} within {_days(rule.within_days)}"


def _days(days: float) -> str:
    whole = max(1, round(days))
    return "1 day" if whole == 1 else f"{whole} days"
