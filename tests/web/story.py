"""Writes the events of one conversation's decision stream, as the server would send them."""

from typing import Any


class Story:
    """Writes the events of one conversation's decision stream."""

    def __init__(self, conversation: str = "c-17") -> None:
        self.conversation = conversation
        self._seq = 0
        self._at = 0.0
        self._turns: list[str] = []

    def event(self, kind: str, data: dict[str, Any], turn: int | None = None) -> dict[str, Any]:
        self._seq += 1
        return {
            "seq": self._seq,
            "conversation": self.conversation,
            "type": kind,
            "at": self._at,
            "turn": turn,
            "data": data,
        }

    def started(self, channel: str = "voice") -> dict[str, Any]:
        catalog = {"id": "lakeside", "version": "1", "sha256": "0" * 64}
        return self.event(
            "started",
            {"channel": channel, "customer": None, "catalog": catalog, "policy": "default", "models": {}},
        )

    def partial(self, speaker: str, text: str) -> dict[str, Any]:
        return self.event("partial", {"speaker": speaker, "text": text, "at_s": self._at})

    def said(self, speaker: str, text: str) -> dict[str, Any]:
        start, self._at = self._at, self._at + 5.0
        self._turns.append(text)
        data = {"speaker": speaker, "text": text, "start_s": start, "end_s": self._at, "confidence": 0.9}
        return self.event("utterance", data, len(self._turns) - 1)

    def quote(self, words: str) -> dict[str, Any]:
        turn = next(index for index, text in enumerate(self._turns) if words in text)
        start = self._turns[turn].index(words)
        return {"turn": turn, "start": start, "end": start + len(words), "text": words}

    def need(self, name: str, kind: str, words: str) -> dict[str, Any]:
        return {"id": name, "kind": kind, "confidence": 0.8, "evidence": [self.quote(words)]}

    def flag(self, name: str) -> dict[str, Any]:
        return {"id": name, "confidence": 0.8, "evidence": []}

    def understood(self, **changes: object) -> dict[str, Any]:
        nothing: dict[str, Any] = {
            "reason": None,
            "resolution": {"state": "unknown", "confidence": 0.0, "evidence": []},
            "sentiment": {"value": 0.0, "trend": "steady", "confidence": 0.0, "mood": 0.0},
            "needs": [],
            "flags": [],
        }
        return self.event("understanding", nothing | changes, len(self._turns) - 1)

    def gate(self, scope: str, *reasons: tuple[str, str, str]) -> dict[str, Any]:
        holds = [{"id": name, "holds": holds, "text": text} for name, holds, text in reasons]
        state = "held" if scope == "none" else "open"
        return self.event("gate", {"state": state, "scope": scope, "reasons": holds})

    def suggestion(self, name: str = "s-1", rank: int = 1, **changes: object) -> dict[str, Any]:
        talk: dict[str, Any] = {
            "bridge": "Since your lines share one allowance,",
            "pitch": "the family plan keeps all of them at full speed.",
            "primer": ["How often does it slow down?"],
            "objections": [{"when": "too expensive", "say": "It replaces two top-ups."}],
            "decline": "No problem at all, your plan stays as it is.",
        }
        data: dict[str, Any] = {
            "id": name,
            "offer": "family-data-60",
            "rank": rank,
            "need": "more_data",
            "need_kind": "unstated",
            "confidence": 0.8,
            "score": {"propensity": 0.1, "context": 0.9, "value": 9.0, "lever": 1.0, "priority": 0.9},
            "evidence": [],
            "talk": talk,
            "title": "Family Data 60 GB",
            "kind": "upsell",
            "price": "15.00 USD per month",
        }
        return self.event("suggestion", data | changes, len(self._turns) - 1)

    def withdrawn(self, name: str, text: str) -> dict[str, Any]:
        return self.event("withdrawn", {"suggestion": name, "reason": {"id": "held", "text": text}})

    def outcome(self, name: str, outcome: str) -> dict[str, Any]:
        return self.event("outcome", {"suggestion": name, "outcome": outcome, "by": "agent"})
