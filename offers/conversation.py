"""The core of one conversation: events in, decisions out. No clock, no socket, no model of its own.

The order within one event is always the same: what was heard, what is believed, what leaves the screen,
the gate, what is put on the screen. So a replay of the same events gives the same stream.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from listener.events import Channel, Partial, Tick, Turn, Utterance
from nlu.pipeline import Understander
from nlu.understanding import FlagId, Need
from offers.catalog import Catalog
from offers.choice import Choice
from offers.contact import ContactHistory
from offers.decisions import (
    CatalogMark,
    Considered,
    Decision,
    Ended,
    Fact,
    GateState,
    Lagging,
    NoticeId,
    Outcome,
    Scope,
    Started,
    Suggestion,
    Unsuggested,
    WhyWithdrawn,
)
from offers.eligibility import Eligibility, Facts
from offers.events import Behind, End, Event, Noticed, Opening, OutcomeReported, QueueLoad, Switched
from offers.explanation import Moment, fall_of
from offers.exploration import Exploration
from offers.funnel import Fall, Funnel
from offers.gate import Situation, judge
from offers.hearing import Ear
from offers.matching import Candidate, Matcher
from offers.notices import Notices
from offers.policy import Policy
from offers.propensity import NOTHING_LEARNED, PropensityModel, known_of
from offers.screen import REFUSED, Screen


@dataclass(frozen=True, slots=True)
class Desk:
    """What every conversation of one business shares.

    Attributes:
        understander: Reads turns with this catalog's reasons and needs.
        matcher: Matches needs with this catalog's offers.
        propensity: What was learned from outcomes; nothing, unless the business says which model to use.
    """

    catalog: Catalog
    policy: Policy
    understander: Understander
    matcher: Matcher
    propensity: PropensityModel = NOTHING_LEARNED

    @property
    def models(self) -> dict[str, str]:
        """Name to sha256 of every model that takes part from the words on."""
        learned = {"propensity": self.propensity.sha256} if self.propensity.sha256 else {}
        return {**self.understander.models, **learned}


class Conversation:
    """One call or chat, from its opening to its end."""

    def __init__(self, opening: Opening, desk: Desk) -> None:
        self._opening = opening
        self._desk = desk
        facts = Facts(opening.channel, opening.id, opening.customer, opening.context)
        history = ContactHistory(opening.contacts, desk.policy.contact, opening.channel)
        eligibility = Eligibility(facts, opening.day)
        self._funnel = Funnel(eligibility, history, desk.policy.arbitration)
        self._exploration = Exploration(
            desk.policy.arbitration,
            desk.propensity,
            (desk.policy.policy, opening.id),
            self._known,
            active=opening.explores,
        )
        self._mind = desk.understander.begin(opening.customer, opening.context)
        self._screen = Screen(opening.id, desk.policy.suggestions)
        self._ear = Ear(lambda text: desk.matcher.voiced(text, self._funnel.admits))
        self._candidates = self._match(())
        self._considered: tuple[Considered, ...] = ()
        self._unsuggested: Unsuggested | None = None
        self._hearing: list[float] = []
        self._seq = 0
        self._at_s = 0.0
        self._behind_s = 0.0
        self._switched_off = False
        self._notices = Notices()
        self._waiting = 0
        self._cool_until_s: float | None = None
        self._over = False
        self._gate = self._judge()

    @property
    def deadline(self) -> float | None:
        """When something is due although nobody speaks, in seconds since the conversation began.

        Send a ``Tick`` of at least that time; an earlier one does nothing.
        """
        if self._over:
            return None
        due = (self._screen.deadline, self._cool_until_s, self._long_from_s)
        return min((at for at in due if at is not None), default=None)

    @property
    def _long_from_s(self) -> float | None:
        """When the conversation will have run long; None when it has, or when nobody minds."""
        bound = self._desk.policy.gate.handling_s
        return None if bound is None or self._at_s >= bound else bound

    def begin(self) -> list[Decision]:
        """Return what is to be told before anything was said."""
        catalog = self._desk.catalog
        customer = self._opening.customer.get("id")
        started = Started(
            channel=self._opening.channel.value,
            customer=customer if isinstance(customer, str) else None,
            catalog=CatalogMark(catalog.id, catalog.version, catalog.sha256),
            policy=self._desk.policy.policy,
            models={**self._opening.models, **self._desk.models},
        )
        return self._stamp([started, self._gate], None)

    def receive(self, event: Event) -> list[Decision]:
        """Take the next event; return what to tell the agent, oldest first."""
        if self._over:
            return []
        if isinstance(event, End):
            return self._end(event)
        moment = event.end_s if isinstance(event, Utterance) else event.at_s
        decisions = self._fire_deadlines(moment)
        self._at_s = max(self._at_s, round(moment, 3))
        if isinstance(event, Utterance):
            turn = Turn(len(self._hearing), event)
            return decisions + self._stamp(self._hear(turn), turn.index)
        return decisions + self._stamp(self._note(event), None)

    def explain(self, offer: str) -> Fall | None:
        """Return where an offer of the catalog falls out now, and why; None when it is on the screen."""
        now = Moment(
            self._funnel, self._candidates, self._gate, self._screen, self._desk.policy, self._may_leave
        )
        return fall_of(self._desk.catalog.offers[offer], now)

    @property
    def _may_leave(self) -> bool:
        return any(flag.id is FlagId.CHURN for flag in self._mind.understanding.flags)

    def _note(
        self, event: Partial | Tick | OutcomeReported | Behind | Switched | QueueLoad | Noticed
    ) -> Iterator[Fact]:
        match event:
            case Partial():
                yield event
            case OutcomeReported():
                yield from self._take_outcome(event)
            case Behind():
                yield from self._fall_behind(event.behind_s)
            case Switched():
                self._switched_off = not event.on
                yield from self._act()
            case QueueLoad():
                self._waiting = event.waiting
                yield from self._act()
            case Noticed():
                yield from self._notices.take(event.id, active=event.active)
                yield from self._act()
            case Tick():
                return

    def _match(self, needs: tuple[Need, ...]) -> tuple[Candidate, ...]:
        found = self._desk.matcher.candidates(needs, self._funnel.admits)
        return tuple(self._funnel.weigh(candidate) for candidate in found)

    def _stamp(self, facts: Iterable[Fact], turn: int | None) -> list[Decision]:
        decisions: list[Decision] = []
        for fact in facts:
            self._seq += 1
            considered = self._considered if isinstance(fact, Suggestion) else ()
            heard = self._unsuggested if isinstance(fact, Utterance) else None
            decisions.append(Decision(self._seq, self._opening.id, self._at_s, turn, fact, considered, heard))
        return decisions

    def _fire_deadlines(self, until_s: float) -> list[Decision]:
        decisions: list[Decision] = []
        while (due := self.deadline) is not None and due <= until_s:
            self._at_s = max(self._at_s, due)
            if self._cool_until_s is not None and self._cool_until_s <= due:
                self._cool_until_s = None
            decisions += self._stamp([*self._screen.expire(due), *self._act()], None)
        return decisions

    def _hear(self, turn: Turn) -> Iterator[Fact]:
        heard = self._ear.hear(turn.utterance, self._screen)
        self._unsuggested = heard if isinstance(heard, Unsuggested) else None
        yield turn.utterance
        self._hearing.append(turn.utterance.confidence)
        before = self._mind.understanding
        self._mind = self._desk.understander.read(self._mind, turn)
        seen = self._mind.understanding
        if seen != before:
            yield seen
        if seen.needs != before.needs:
            self._candidates = self._match(seen.needs)
        if heard is not None:
            yield from self._settle(heard)
        if self._opening.channel is Channel.VOICE:
            yield from self._notices.take(NoticeId.SWAPPED_ROLES, active=self._mind.roles.swapped)
        yield from self._act()

    def _take_outcome(self, event: OutcomeReported) -> Iterator[Fact]:
        if self._screen.knows(event.suggestion):
            yield from self._settle(Outcome(event.suggestion, event.outcome, event.by))
            yield from self._act()

    def _settle(self, outcome: Outcome | Unsuggested) -> Iterator[Outcome]:
        if isinstance(outcome, Outcome):
            yield outcome
        self._screen.settle(outcome)
        if outcome.outcome in REFUSED:
            self._cool_until_s = self._at_s + self._desk.policy.gate.cooldown_s

    def _fall_behind(self, behind_s: float) -> Iterator[Fact]:
        self._behind_s = behind_s
        if behind_s > self._desk.policy.gate.lag_s:
            yield Lagging(round(behind_s, 3))
        yield from self._act()

    def _end(self, event: End) -> list[Decision]:
        self._over = True
        self._at_s = max(self._at_s, round(event.at_s, 3))
        return self._stamp([Ended(len(self._hearing), self._screen.made)], None)

    def _act(self) -> Iterator[Fact]:
        """Judge again; take back what may not stand, and put up what now may."""
        gate = self._judge()
        yield from self._withdraw(gate)
        if gate != self._gate:
            self._gate = gate
            yield gate
        if gate.scope is not Scope.NONE:
            yield from self._suggest(gate.scope)

    def _withdraw(self, gate: GateState) -> Iterator[Fact]:
        needs = {need.id for need in self._mind.understanding.needs}
        yield from self._screen.take_back(
            lambda candidate: candidate.need is not None and candidate.need not in needs,
            WhyWithdrawn("need_gone", "The customer no longer needs it."),
        )
        if gate.reasons:
            why = WhyWithdrawn(gate.reasons[0].id, gate.reasons[0].text)
            yield from self._screen.take_back(
                lambda candidate: not gate.scope.lets(candidate.offer.kind), why
            )

    def _suggest(self, scope: Scope) -> Iterator[Fact]:
        fresh = self._screen.fresh(self._candidates)
        choice = Choice(fresh, scope, self._screen.standing(), self._may_leave)
        chosen = choice.made(self._desk.policy, self._exploration)[: max(self._screen.room, 0)]
        if chosen:
            self._considered = tuple(choice.considered(self._desk.policy, self._exploration))
        for candidate in chosen:
            yield self._screen.put_up(candidate, self._at_s)

    def _known(self) -> tuple[str, ...]:
        """Return what a propensity may depend on besides the offer."""
        reason = self._mind.understanding.reason
        return known_of(self._opening.channel, reason.id if reason else None)

    def _judge(self) -> GateState:
        seen = self._mind.understanding
        reason = self._desk.catalog.reasons.get(seen.reason.id) if seen.reason else None
        consent = self._opening.customer.get("consent")
        situation = Situation(
            seen=seen,
            offers=reason.offers if reason else None,
            complexity=reason.complexity if reason else None,
            heard=min((self._hearing[e.turn] for e in seen.resolution.evidence), default=1.0),
            consent_known=isinstance(consent, Mapping) and "offers" in consent,
            behind_s=self._behind_s,
            cooling=self._cool_until_s is not None,
            switched_off=self._switched_off,
            waiting=self._waiting,
            at_s=self._at_s,
            noticed=self._notices.standing,
        )
        return judge(situation, self._desk.policy.gate)
