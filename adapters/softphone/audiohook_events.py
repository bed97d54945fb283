"""A conversation's decisions as AudioHook events: transcripts and suggestions.

Source: github.com/purecloudlabs/audiohook-reference-implementation, ``entities-transcript.ts`` and
``entities-agentassist.ts``.
"""

from html import escape
from time import monotonic
from urllib.parse import quote
from uuid import UUID, uuid5

from adapters.session import Session
from adapters.softphone.audiohook_exchange import Exchange
from adapters.softphone.audiohook_messages import duration
from adapters.softphone.audiohook_time import StreamTime
from listener.events import Partial, Speaker, Utterance
from offers.decisions import Decision, Suggestion, Withdrawn

_PARTIALS_EVERY_S = 1.0  # a speaker's; Genesys limits how many messages it takes
_PARTIALS_UNTIL = 50  # messages that wait
_UNSURE = 0.5  # of words that may still change, nobody knows how sure they are

Entity = dict[str, object]


class AudioHookEvents:
    """Follows one conversation and tells Genesys.

    Args:
        exchange: Where the events go.
        conversation: Its id.
        speakers: Whose speech the session brings, in the order of its channels.
        language: As Genesys calls it, such as ``en-US``.
    """

    def __init__(
        self, exchange: Exchange, conversation: UUID, speakers: tuple[Speaker, ...], language: str
    ) -> None:
        self.language = language
        self._exchange = exchange
        self._conversation = conversation
        self._speakers = speakers
        self._time = StreamTime(0.0)
        self._turns = dict.fromkeys(Speaker, 0)
        self._next_partial_s = dict.fromkeys(Speaker, 0.0)
        self._articles: dict[str, Entity] = {}

    def keep_time(self, time: StreamTime) -> None:
        """Say when something was said in this time."""
        self._time = time

    def tell(self, session: Session, decision: Decision) -> None:
        """Send a decision of the conversation, if the protocol has something for it."""
        if session.opening.id != str(self._conversation):
            return
        match decision.data:
            case Utterance() as utterance:
                self._tell_utterance(utterance)
            case Partial() as partial:
                self._tell_partial(partial)
            case Suggestion() as suggestion:
                self._tell_suggestion(suggestion, decision.at)
            case Withdrawn() as withdrawn:
                self._tell_withdrawn(withdrawn)
            case _:
                pass

    def _tell_utterance(self, utterance: Utterance) -> None:
        if utterance.speaker not in self._speakers:
            return
        start_s = self._time.position_s(utterance.start_s)
        length_s = self._time.position_s(utterance.end_s) - start_s
        self._send(
            "transcript",
            **self._said(utterance.speaker, utterance.text, utterance.confidence),
            isFinal=True,
            offset=duration(start_s),
            duration=duration(length_s),
        )
        self._turns[utterance.speaker] += 1

    def _tell_partial(self, partial: Partial) -> None:
        now_s = monotonic()
        is_due = now_s >= self._next_partial_s[partial.speaker] and self._exchange.waiting < _PARTIALS_UNTIL
        if is_due and partial.text and partial.speaker in self._speakers:
            self._next_partial_s[partial.speaker] = now_s + _PARTIALS_EVERY_S
            self._send("transcript", **self._said(partial.speaker, partial.text, _UNSURE), isFinal=False)

    def _said(self, speaker: Speaker, text: str, confidence: float) -> Entity:
        """Return the words; until they are final, they keep their id."""
        shown = {"type": "display", "transcript": text}
        return {
            "id": self._id(f"{speaker}:{self._turns[speaker]}"),
            "channelId": self._speakers.index(speaker),
            "alternatives": [
                {"confidence": confidence, "languages": [self.language], "interpretations": [shown]}
            ],
        }

    def _tell_suggestion(self, suggestion: Suggestion, at_s: float) -> None:
        position = duration(self._time.position_s(at_s))
        article = self._article(suggestion, position)
        answers = [
            {
                "type": "faq",
                "id": self._id(f"{suggestion.id}:{number}"),
                "confidence": suggestion.confidence,
                "position": position,
                "question": objection.when,
                "answer": escape(objection.say),
            }
            for number, objection in enumerate(suggestion.talk.objections)
        ]
        self._articles[suggestion.id] = article
        self._send("agentassist", id=self._id(f"{suggestion.id}:shown"), suggestions=[article, *answers])

    def _article(self, suggestion: Suggestion, position: str) -> Entity:
        metadata = {
            "state": "suggested",
            "suggestion": suggestion.id,
            "offer": suggestion.offer,
            "kind": suggestion.kind,
            "rank": str(suggestion.rank),
            "price": suggestion.price,
            "need": suggestion.need or "",
            "bridge": suggestion.talk.bridge,
            "pitch": suggestion.talk.pitch,
        }
        return {
            "type": "article",
            "id": self._id(suggestion.id),
            "confidence": suggestion.confidence,
            "position": position,
            "title": suggestion.title,
            "excerpts": [escape(evidence.text, quote=False) for evidence in suggestion.evidence],
            "documentUri": f"urn:rightsell:offer:{quote(suggestion.offer, safe='')}",
            "metadata": {name: value for name, value in metadata.items() if value},
        }

    def _tell_withdrawn(self, withdrawn: Withdrawn) -> None:
        """The protocol cannot take back: the same article comes again, worth nothing, and says why."""
        article = self._articles.pop(withdrawn.suggestion, None)
        if article is not None:
            metadata = {
                "state": "withdrawn",
                "suggestion": withdrawn.suggestion,
                "why": withdrawn.reason.text,
            }
            taken_back = {**article, "confidence": 0.0, "excerpts": list[str](), "metadata": metadata}
            self._send(
                "agentassist", id=self._id(f"{withdrawn.suggestion}:withdrawn"), suggestions=[taken_back]
            )

    def _send(self, type: str, **data: object) -> None:
        self._exchange.send("event", entities=[{"type": type, "data": data}])

    def _id(self, name: str) -> UUID:
        return uuid5(self._conversation, name)
