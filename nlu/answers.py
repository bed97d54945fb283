"""What a customer answers to an offer, and how an agent asks for the answer: worded patterns.

Precision comes first. An answer that was misread takes a good offer away, or counts a sale that was none;
one that was missed costs a line in the ledger. So "okay", "great" and "hm" answer nothing, and neither does a
plain "yes" or "no" unless it was asked for.
"""

import re
from enum import StrEnum

from nlu.flag_signs import WRAP_UP
from nlu.signs import any_of

_MOST = 400
"""Characters of a turn that are looked at: who answers an offer does so early, and patterns stay quick."""


class Answer(StrEnum):
    """What became of an offer that was made."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    POSTPONED = "postponed"


_FILLERS = (
    r"\W*(?:(?:uh|um|er|oh|ah|aw|well|hm+|mm+|ha|haha|lol|so|then|right|okay|ok|look|sorry|ooh|actually"
    r"|that'?s (?:decent|great|nice|lovely|kind|good)|thanks|thank you)\W+)*"
)
_YES = r"(?:y+e+s+|y+e+a+h*|yep|yup|aye|sure|please|absolutely|definitely|of course)"
_IT = r"(?:it|that|this|them|one|those|the \w+)"

_LATER = any_of(
    r"(?:let (?:me|mi|us)|i(?:'?ll| will|'?d (?:like|want|need|have) to| (?:need|want|have|got"
    r"|would (?:like|need"
    r"|have|want)) to|'?m going to|'?m gonna)|we(?:'?ll| will)|gotta|have to|need to) (?:\w+ )?(?:think"
    r"|have a think|sleep on|mull|talk (?:to|with|about|it)|speak (?:to|with)|ask (?:my|our|mi|the)"
    r"|check with|discuss|run it (?:by|past)|consider)",
    r"(?:maybe|perhaps|possibly) (?:later|another|next|some other|in (?:a|the)|tomorrow|after|when)",
    r"(?:another|some other) (?:time|day)",
    r"(?:call|ring|come|get) (?:you )?back (?:to you )?(?:about|on|if|when|once) (?:it|that|i|we)",
    r"i(?:'?ll| will) get back to you",
    r"(?:i|we)(?:'?ll| will) let you know",
    r"can i (?:do|add|get|buy|take) (?:it|that|one) (?:\w+ ){0,2}(?:after|later)",
    r"(?:need|want|have) (?:some |a bit of |more )?time to think",
    r"(?:ask|remind) me (?:again|later|next)",
    r"not (?:just )?yet",
)

_NO = re.compile(
    _FILLERS
    + r"(?:(?:no+|nope|nah+)\W+(?:thanks|thank you|ta\b|cheers|i(?:'?m| am) (?:good|fine|okay|alright"
    r"|all set)"
    r"|i(?:'?ll| will) (?:pass|leave it)|(?:i )?(?:don'?t|do not) (?:want|need)|not (?:for me|interested"
    r"|today)"
    r"|(?:no\W+)+(?:thanks|i (?:don'?t|said)|please))"
    r"|not (?:for me|interested|today|really interested|right now)\b"
    r"|i(?:'?ll| will) (?:pass|leave (?:it|that))\b(?! on| to| with))",
    re.IGNORECASE,
)
_NO_ANYWHERE = any_of(
    r"(?:i|we) (?:really )?(?:don'?t|do not) (?:really )?(?:want|need) (?:it|that|one|any of (?:it|that)"
    r"|any)\b(?! to)",
    r"(?:i(?:'?m| am)|we(?:'?re| are)) not (?:really )?interested",
    r"(?:i|we) (?:said|told you) no\b",
    r"(?:don'?t|do not) want (?:to be (?:sold|offered)|selling to|any offers|any other thing)",
    r"(?:that'?s|it'?s) not for (?:me|us)",
)
_PLAIN_NO = re.compile(
    _FILLERS + r"(?:no+|nope|nah+)(?:\W+(?:no+|nope|nah+|dear|love|mate|madam|sir|really))*\W*", re.IGNORECASE
)

_YES_PLEASE = re.compile(
    _FILLERS
    + rf"(?:{_YES}\W+)*(?:y+e+s+|y+e+a+h*|yep|yup) (?:please|pl[sz]|i(?:'?d| would) (?:like|love) {_IT})\b"
    rf"|{_FILLERS}go on then\b",
    re.IGNORECASE,
)
_TAKES = any_of(
    rf"(?:y+e+s+|y+e+a+h*|yep|sure|ok(?:ay)?|go on|please|and)\W+(?:please )?(?:add|book|order"
    rf"|include) {_IT}\b",
    rf"^\W*(?:please )?(?:add|order) {_IT}\W+(?:please|pl[sz]|then|too|as well|on)\b",
    r"i(?:'?ll| will) (?:take|have) (?:it|that|one|two)\b(?! (?:up|back|out|to|off|from|over|into))",
    r"(?:sign me up|count me in|put me down for (?:it|that|one))",
    r"let'?s (?:do|go for|get|add) (?:it|that|one)\b",
)
_PLAIN_YES = re.compile(
    _FILLERS + rf"{_YES}(?:\W+(?:{_YES}|go (?:on|ahead)|do|that'?d be (?:great|lovely)|why not|then))*\W*",
    re.IGNORECASE,
)
_BUT = any_of(
    r"(?:but|unless|only if|depends|first|if i|if it|before|instead|rather|not sure|not|don'?t|wait"
    r"|how (?:much|long|does|do)|what (?:is|does|about|if)|does it|is it|would it|can i)",
)

_ASKS = any_of(
    r"(?:would you like|do you want|want me to|shall (?:i|we)|should i|interested|fancy|how about"
    r"|would you be"
    r"|can i (?:add|book|put|sign|set|get)|may i (?:add|book|put)|sound (?:good|okay|like)|happy to add)",
)

_QUESTION = any_of(
    r"(?:how|what|when|where|which|who|why|is|are|does|do|did|can|could|would|will) (?:\w+ )?(?:it|that"
    r"|this|they|them"
    r"|there|i|we|you|much|long|is|does|about|the)",
    r"is (?:it|that|there)",
)


def asks_for_it(text: str) -> bool:
    """Whether an agent's words, that speak of an offer, ask to be answered with yes or no."""
    return _ASKS.search(text) is not None and not asks_for_more(text)


def asks_for_more(text: str) -> bool:
    """Whether an agent asks if there is anything else: what follows answers that question."""
    return WRAP_UP.search(text) is not None


def inquires(text: str) -> bool:
    """Whether a customer asks something, as who hears of an offer may before they answer."""
    return "?" in text or _QUESTION.search(text) is not None


def answer_of(text: str, *, asked: bool) -> Answer | None:
    """Return what a customer's words make of an offer of the agent's; None when they do not say.

    Args:
        text: The words, masked.
        asked: Whether the words before them asked for a yes or a no.
    """
    text = text[:_MOST]
    if _LATER.search(text):
        return Answer.POSTPONED
    if _NO.match(text) or _NO_ANYWHERE.search(text) or (asked and _PLAIN_NO.fullmatch(text)):
        return Answer.DECLINED
    if _BUT.search(text):
        return None
    if _YES_PLEASE.match(text) or _TAKES.search(text) or (asked and _PLAIN_YES.fullmatch(text)):
        return Answer.ACCEPTED
    return None
