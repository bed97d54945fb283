"""Text as a recogniser would have it: lower case, no punctuation, fillers, words lost or misheard."""

import re
from functools import lru_cache
from hashlib import sha256

import numpy as np

_FILLERS = ("uh", "um", "er", "like", "you know", "well", "so", "i mean", "right", "okay")
_MISHEARD = {
    "two": "to", "to": "two", "for": "four", "four": "for", "there": "their", "their": "there",
    "no": "know", "know": "no", "bill": "build", "plan": "plant", "fee": "free", "account": "a count",
    "your": "you're", "it's": "is", "booked": "book", "sent": "cent", "send": "sand", "card": "cart",
    "order": "older", "want": "won't", "can": "can't", "is": "as", "that": "the", "thanks": "thinks",
    "thank": "tank", "great": "grate", "all": "or", "set": "said", "now": "no", "here": "hear",
    "by": "buy", "bye": "by", "have": "half", "are": "our", "on": "and", "in": "and", "date": "day",
    "will": "we'll", "not": "now", "change": "chain", "help": "held", "else": "us", "confirm": "conform",
    "confirmed": "confirm", "email": "e mail",
}  # fmt: skip
_LOST, _HEARD_WRONG, _CUT, _FILLED = 0.03, 0.06, 0.02, 0.04
"""Shares of words. Source: our choice, near the errors of a small recogniser on telephone speech."""
_SHORT = 3
"""Turns of so few words lose none: what is left would be another turn."""


@lru_cache(maxsize=200_000)
def as_heard(text: str) -> str:
    """Return the text with noise; the same text always gets the same."""
    chance = np.random.default_rng(int.from_bytes(sha256(text.encode()).digest()[:8], "big"))
    words = re.sub(r"[^\w'• ]+", " ", text.lower().replace("’", "'")).split()
    heard: list[str] = []
    for word in words:
        draw, filler = chance.random(2)
        if draw < _LOST and len(words) > _SHORT:
            continue
        if filler < _FILLED:
            heard.append(_FILLERS[int(chance.integers(len(_FILLERS)))])
        heard.append(_misheard(word, draw - _LOST))
    return " ".join(heard) or text


def _misheard(word: str, draw: float) -> str:
    if draw < _HEARD_WRONG:
        return _MISHEARD.get(word, word)
    return word[:-1] if draw < _HEARD_WRONG + _CUT and len(word) > _SHORT else word
