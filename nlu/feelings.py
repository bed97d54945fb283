"""Signs of mood that an encoder of meaning misses: emoji, capitals, sarcasm, curtness, the very words."""

import math
import re
import zlib
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_UNHAPPY = (
    r"(?:ridiculous|disgrac\w+|unacceptable|appalling|useless|rubbish|awful|terrible|pathetic|shambles"
    r"|nightmare"
    r"|fed up|sick (?:of|and tired)|furious|livid|angry|annoy\w+|frustrat\w+|disappoint\w+|fuming"
    r"|outrag\w+|insult\w*"
    r"|nonsense|a joke|robbery|rip ?off|scam|waste|worst|horrible|hate|unbelievable|disgust\w+|cheek"
    r"|upset|lied|lies)"
)
_SWEARING = (
    r"(?:damn|hell|bloody|f\W?u\W?c\W?k\w*|shit\w*|crap|wtf|ffs|omg|jesus|christ|goddamn|bullshit|arse|ass)"
)
_AGAIN = (
    r"(?:again|still|(?:second|third|fourth|fifth|sixth) time|\w+ times|every (?:single )?time|keeps?"
    r"|already|waiting|waited"
    r"|on hold|for (?:days|weeks|months|hours|ages)|(?:days|weeks|hours) (?:late|now))"
)
_THANKS = (
    r"(?:thanks?|thank you|thx|ty|tysm|cheers|appreciate\w*|bless (?:you|u)|grateful|ta|gracias"
    r"|obliged|kind of you)"
)
_PRAISE = (
    r"(?:brilliant|great|perfect|lovely|wonderful|amazing|legend|star|lifesaver|excellent|fantastic"
    r"|awesome|superb"
    r"|champion|happy|pleased|glad|relief|relieved|love it|nice one|sweet|made my (?:day|week)|best"
    r"|good stuff|magic)"
)
_SARCASM = (
    r"(?:oh (?:great|brilliant|lovely|perfect|wonderful|fantastic|good|joy)|just (?:great|brilliant"
    r"|lovely|perfect"
    r"|wonderful|fantastic|what i (?:need|wanted))|thanks for nothing|how (?:nice|kind|lovely|thoughtful"
    r"|generous)"
    r"|lucky me|big surprise|what a surprise|good for you|well done|of course (?:it|you|they)|yeah right"
    r"|sure you (?:are|will|do))"
)
_SADNESS = (
    r"(?:cry|crying|cried|tears|worr\w+|scared|afraid|anxious|stress\w*|passed away|died|funeral"
    r"|struggling|lost my"
    r"|can't cope|sick|hospital|hurts?|hard time|exhausted|lonely|ashamed|embarrass\w+)"
)
_PROTEST = (
    r"(?:no no|i said|i (?:already )?told|listen|seriously|are you (?:kidding|joking|serious)|come on"
    r"|how (?:is|can|could|come)"
    r"|why (?:should|would|do|did|is|am|are)|what's the point|not good enough|that's not|doesn't help"
    r"|don't care|whatever"
    r"|supposed to|meant to|should have|you people|you lot|nobody|no one|never)"
)
_THREAT = (
    r"(?:complain\w*|manager|supervisor|lawyer|solicitor|attorney|ombudsman|regulator|court|sue|cancel\w*"
    r"|leaving|switch\w*"
    r"|refund|money back|compensat\w+|dispute|review|trading standards)"
)
_SORRY = r"(?:sorry|apolog\w+|regret|bear with)"
_CANNOT = (
    r"(?:can't|cannot|can not|unable|unfortunately|not able|won't|not possible|no way|afraid|policy|only)"
)
_DONE = (
    r"(?:done|sorted|fixed|refunded|all set|booked|sent|updated|changed|resolved|waived|credited|on its way)"
)

_BAD_NEWS = (
    r"\b(?:sorry|apolog\w+|unfortunately|afraid|can['’]?t|cannot|unable|not able|not possible|won['’]?t"
    r"|delay\w*|another|lost|out of stock|(?:working )?(?:days|weeks)|fee|charge|not yet|isn['’]?t"
    r"|doesn['’]?t|wasn['’]?t|again)\b"
)

_CUSTOMER = tuple(
    re.compile(rf"\b{pattern}\b", re.IGNORECASE)
    for pattern in (
        _UNHAPPY,
        _SWEARING,
        _AGAIN,
        _THANKS,
        _PRAISE,
        _SARCASM,
        _SADNESS,
        _PROTEST,
        _THREAT,
    )
)
_AGENT = tuple(re.compile(rf"\b{pattern}\b", re.IGNORECASE) for pattern in (_SORRY, _CANNOT, _DONE))
_HAPPY_FACE = re.compile("[😀-😆😉-😌😍😎😊🙂😇🥰😘🙏👍👌💪🎉❤💙💚💛🧡💜✅😂🤣🤩🙌]|[:;]-?[)D]")
_UNHAPPY_FACE = re.compile("[😑-😖😞-😭😠-😱🙄🤬😤💀🤦🤡👎💔😒😡😢☹🙁😕😐🤨🫠]|:-?[(/|]")
_SHOUTED = re.compile(r"\b[A-Z]{3,}\b")
_PRAISED = re.compile(rf"\b{_PRAISE}\b", re.IGNORECASE)
_BAD = re.compile(_BAD_NEWS, re.IGNORECASE)
_WORD = re.compile(r"[\w']+")
_CURT_WORDS = 3
_TOKEN = re.compile(r"[\w']+|[!?]+|[^\w\s.,]")

WORD_ROWS = 4096
"""How many rows words and pairs of words are spread over; a few share one."""

CUE_COUNT = len(_CUSTOMER) + len(_AGENT) + 8
"""How many numbers `mood_cues` gives."""


_FAREWELL = re.compile(
    r"(?=.*\b(?:bye|goodbye|take care|see you|have a)\b)"
    r"(?:(?:ok|okay|alright|right|well|and|then|now|yes|yeah|thanks?|thank you|cheers|so much|very much|again"
    r"|you too|same to you|bye|goodbye|take care|see you|later|soon|have a|good|nice|lovely|great|wonderful"
    r"|day|one|evening|night|weekend|rest of your)\b[\s.,!]*)+",
    re.IGNORECASE,
)


def is_farewell(text: str) -> bool:
    """Whether a turn only says goodbye, which people do alike in any mood."""
    return _FAREWELL.fullmatch(text.strip()) is not None


def _count(pattern: re.Pattern[str], text: str) -> float:
    return math.log1p(len(pattern.findall(text)))


def mood_cues(customer: str, agent: str) -> NDArray[np.float32]:
    """Count the signs of mood in a customer's turn and the agent's words before it.

    Args:
        customer: The customer's words.
        agent: The agent's words before them; may be empty.

    Returns:
        float32 of shape ``(CUE_COUNT,)``, logarithms of counts, 0 where a sign is absent.
    """
    words = len(_WORD.findall(customer))
    signs = [_count(pattern, customer) for pattern in _CUSTOMER]
    signs += [_count(pattern, agent) for pattern in _AGENT]
    signs += [
        # Praise for bad news is irony more often than not.
        float(_PRAISED.search(customer) is not None and _BAD.search(agent) is not None),
        _count(_HAPPY_FACE, customer),
        _count(_UNHAPPY_FACE, customer),
        _count(_SHOUTED, customer),
        math.log1p(customer.count("!")),
        math.log1p(customer.count("?")),
        float(words <= _CURT_WORDS),
        math.log1p(words) / 3.0,
    ]
    return np.array(signs, np.float32)


def word_rows(customer: str, agent: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Spread the words and pairs of neighbouring words over ``WORD_ROWS`` rows.

    Args:
        customer: The customer's words.
        agent: The agent's words before them; the same word gets another row than the customer's.

    Returns:
        Row numbers, and the weight of each: either side's weights have length 1 together.
    """
    sides = [_rows(customer, ""), _rows(agent, "agent ")]
    weights = [np.full(len(rows), len(rows) ** -0.5 if rows else 0.0, np.float32) for rows in sides]
    return np.array(sides[0] + sides[1], np.int64), np.concatenate(weights)


def _rows(text: str, mark: str) -> list[int]:
    words = _TOKEN.findall(text.lower().replace("’", "'"))
    grams = [*words, *(f"{first} {second}" for first, second in pairwise(words))]
    # Surrogates may come out of broken JSON; any stable bytes will do.
    return sorted({zlib.crc32(f"{mark}{gram}".encode("utf-8", "replace")) % WORD_ROWS for gram in grams})
