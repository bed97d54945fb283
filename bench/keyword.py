"""The floor: what a few lists of words make of a conversation. No model, no catalog rules."""

import math
import re
from collections import Counter
from collections.abc import Iterator

from bench.corpora import Case
from bench.measures import Trace
from listener.events import Speaker, Utterance
from nlu.business import Business
from nlu.understanding import Need, NeedKind, Reason, Resolution, ResolutionState, Sentiment, Understanding

_GLAD = {"thanks", "thank", "great", "perfect", "lovely", "good", "awesome", "brilliant", "glad", "helpful"}
_CROSS = {
    "not",
    "never",
    "no",
    "bad",
    "terrible",
    "wrong",
    "awful",
    "ridiculous",
    "angry",
    "useless",
    "worst",
}
_SETTLED = re.compile(r"\b(any ?thing else|that'?s (all|it|everything)|all set|good ?bye)\b", re.IGNORECASE)
_LONG_TURN_WORDS = 6
"""A customer who says more than this after the end was in sight wants something more."""

_Examples = list[tuple[str, Counter[str]]]


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[a-z0-9']+", text.lower()))


class KeywordBaseline:
    """Nearest example by shared words, mood by words, the end by "anything else"."""

    def __init__(self, business: Business) -> None:
        self._reasons = [(r.id, _words(e)) for r in business.reasons for e in r.examples]
        self._needs = {
            NeedKind.STATED: [(n.id, _words(e)) for n in business.needs for e in n.stated],
            NeedKind.UNSTATED: [(n.id, _words(e)) for n in business.needs for e in n.unstated],
        }
        every = [example for _, example in self._reasons] + [
            example for pairs in self._needs.values() for _, example in pairs
        ]
        seen = Counter(word for example in every for word in example)
        self._weights = {word: math.log(1 + len(every) / count) for word, count in seen.items()}

    def run(self, case: Case) -> Trace:
        """Follow one conversation; a sale is suggested as soon as the request seems settled."""
        seen = tuple(self._follow(case.turns))
        settled = [u.resolution.state is ResolutionState.CONFIRMED for u in seen]
        sales = tuple(n for n, now in enumerate(settled) if now and not (n and settled[n - 1]))
        return Trace(seen, sales, frozenset(range(len(seen))))

    def _follow(self, turns: tuple[Utterance, ...]) -> Iterator[Understanding]:
        said: Counter[str] = Counter()
        needs: dict[str, Need] = {}
        reason, mood, settled = None, 0.0, False
        for turn in turns:
            words = _words(turn.text)
            if turn.speaker is Speaker.CUSTOMER:
                said.update(words)
                reason = self._nearest(self._reasons, said)
                needs |= self._believed(words)
                mood = math.tanh(sum(words[w] for w in _GLAD) - sum(words[w] for w in _CROSS))
                settled = settled and sum(words.values()) <= _LONG_TURN_WORDS
            settled = settled or _SETTLED.search(turn.text) is not None
            state = ResolutionState.CONFIRMED if settled else ResolutionState.OPEN
            yield Understanding(
                Reason(reason, 1.0) if reason else None,
                Resolution(state, 1.0),
                Sentiment(mood, mood=mood),
                tuple(needs.values()),
            )

    def _believed(self, words: Counter[str]) -> dict[str, Need]:
        found = {kind: self._nearest(examples, words, 0.5) for kind, examples in self._needs.items()}
        return {need: Need(need, kind, 1.0, ()) for kind, need in found.items() if need}

    def _nearest(self, examples: _Examples, said: Counter[str], least: float = 0.0) -> str | None:
        """Return the id of the example of which the greatest share was said, if more than ``least``."""
        scored = [(self._shared(example, said), name) for name, example in examples]
        score, name = max(scored, default=(0.0, ""))
        return name if score > least else None

    def _shared(self, example: Counter[str], said: Counter[str]) -> float:
        weights = {word: self._weights[word] for word in example}
        return sum(weight for word, weight in weights.items() if word in said) / sum(weights.values())
