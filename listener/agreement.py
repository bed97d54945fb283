"""Which words of successive hypotheses have stopped moving.

What is being said is heard again and again while it grows, and the end of each hypothesis is a guess: the
words on which two in a row agree are settled, and are never taken back.

Source: LocalAgreement-2 (Liu et al. 2020, "Low-Latency Sequence-to-Sequence Speech Recognition and
Translation by Partial Hypothesis Selection"), as whisper_streaming applies it (Macháček et al. 2023).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile


@dataclass(frozen=True, slots=True)
class Agreement:
    """What is believed of words that are still being said.

    Attributes:
        settled: Words that stay.
        moving: What the last hypothesis held beyond them.
    """

    settled: tuple[str, ...] = ()
    moving: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All words, those that may still change at the end."""
        return " ".join((*self.settled, *self.moving))

    def hear(self, words: Sequence[str]) -> "Agreement":
        """Take the next hypothesis of what follows the settled words; agreeing with the last settles more."""
        pairs = zip(self.moving, words, strict=False)
        agreed = sum(1 for _ in takewhile(lambda pair: _plain(pair[0]) == _plain(pair[1]), pairs))
        return Agreement((*self.settled, *words[:agreed]), tuple(words[agreed:]))


def _plain(word: str) -> str:
    """A word that gets its comma or its capital is the same word."""
    return "".join(filter(str.isalnum, word.lower()))
