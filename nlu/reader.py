"""Make the ``Reading`` of a turn: masked, embedded, cut into clauses."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language

from listener.events import Speaker, Turn
from nlu.cues import Cut, cut
from nlu.embedder import TonedEmbedder
from nlu.reading import Clause, Reading
from nlu.redaction import MASK, mask

_MASKED = re.compile(rf"{MASK}+(?:\s+{MASK}+)*")


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads turns; holds no state of any conversation, so all may share it."""

    embedder: TonedEmbedder
    nlp: Language

    def read(self, turn: Turn) -> Reading:
        """Return the turn as the readers of ``nlu`` see it; never raises, whatever was said."""
        text = mask(turn.utterance.text)
        vector, tone = self.embedder.embed([speakable(text)])[0], self.embedder.tone(speakable(text))
        return Reading(turn, text, vector, self._clauses(text, turn.utterance.speaker, vector), tone)

    def _clauses(self, text: str, speaker: Speaker, vector: NDArray[np.float32]) -> tuple[Clause, ...]:
        """Return the clauses; needs are the customer's, so that an agent's turn stays in one piece."""
        if speaker is Speaker.AGENT:
            return (Clause(0, len(text), text, vector),) if text.strip() else ()
        cuts = cut(text, self.nlp)
        if len(cuts) == 1:
            # A lone clause is the turn but for fillers: one run of the model serves both.
            return (_clause(text, cuts[0], vector),)
        vectors = self.embedder.embed([speakable(text[found.start : found.end]) for found in cuts])
        return tuple(_clause(text, found, each) for found, each in zip(cuts, vectors, strict=True))


def speakable(text: str) -> str:
    """Return the text for the model: it would take a mask for a row of foreign signs."""
    return _MASKED.sub("number", text)


def _clause(text: str, found: Cut, vector: NDArray[np.float32]) -> Clause:
    return Clause(
        start=found.start,
        end=found.end,
        text=text[found.start : found.end],
        vector=vector,
        negated=found.negated,
        hypothetical=found.hypothetical,
        past=found.past,
        someone_else=found.someone_else,
        question=found.question,
    )
