"""Wordings that often tell what a turn does, as patterns. Hints for the model, never verdicts."""

import re

import numpy as np
from numpy.typing import NDArray

CUES: dict[str, str] = {
    "question_mark": r"\?",
    "asks": (
        r"\b(what|when|where|which|who|how|why|can (i|you)|could (i|you)|may i|do you|did you|"
        r"is (it|that|there))\b"
    ),
    "please_confirm": (
        r"\b(can i|could i|shall i|should i|would you like me to|do you want me to|want me to|"
        r"is that (right|correct|ok(ay)?))\b"
    ),
    "done": (
        r"\b(done|sorted|all set|all gone through|gone through|it'?s (in|on|off|booked|active|"
        r"through)|taken care of)\b"
    ),
    "did": (
        r"\b(i'?ve|i have|we'?ve|we have|has been|have been|is now|are now|it'?s now|that'?s (now|"
        r"been))\b"
    ),
    "success": (
        r"\b(success(ful(ly)?)?|confirmed|confirmation|booked|scheduled|reserved|submitted|"
        r"cancell?ed|refunded|activated|updated|completed?|processed|ordered)\b"
    ),
    "will": r"\b(i'?ll|i will|we'?ll|we will|let me|going to|gonna)\b",
    "wait": (
        r"\b(one moment|(just )?a (moment|second|sec|minute)|bear with|hold on|hang on|1 sec|"
        r"checking|let me (see|check|look|find|pull))\b"
    ),
    "fail": (
        r"\b(unfortunately|unable|can'?t|cannot|couldn'?t|could not|wasn'?t able|weren'?t able|"
        r"not able|won'?t|failed|unsuccessful|not possible|no longer|afraid)\b"
    ),
    "sorry": r"\b(sorry|apologi[sz]e|apologies)\b",
    "not_available": (
        r"\b(unavailable|not available|no .{0,20}available|nothing (available|found)|fully booked|"
        r"booked out|sold out|out of stock)\b"
    ),
    "anything_else": (
        r"\b(any ?thing (else|more|further)|something else|what else|else (today|i can|we can|"
        r"for you))\b"
    ),
    "thanks": r"\b(thanks?|thank you|thx|ty|cheers|ta|appreciate|grateful|bless you)\b",
    "praise": (
        r"\b(great|perfect|lovely|brilliant|wonderful|excellent|awesome|amazing|fantastic|legend|"
        r"star|good job)\b"
    ),
    "yes": (
        r"^\W*((oh|uh|um|well|ok|okay|ah) )?(yes|yeah|yep|yup|sure|ok|okay|right|correct|alright|"
        r"fine|please do|go ahead)\b"
    ),
    "no": r"^\W*((oh|uh|um|well|ok|okay|ah) )?(no|nope|nah|naw|not really)\b",
    "thats_all": (
        r"\b(that'?s (all|it|everything)|that will be all|that would be all|nothing (else|more)|"
        r"i'?m (good|all set|fine)|we'?re (good|all set)|all i needed)\b"
    ),
    "bye": (
        r"\b(bye|goodbye|good night|have a (good|great|nice|lovely)|take care|see you|cya|"
        r"all the best)\b"
    ),
    "hello": (
        r"\b(hello|hi|hey|good (morning|afternoon|evening)|welcome|speaking|how (can|"
        r"may) i help)\b"
    ),
    "works": (
        r"\b(it (works|worked|has|did)|it'?s (working|back|gone|there|here|come)|i (can )?see it|"
        r"got it|i'?m in|that did it|came through|that works|there it is|has come)\b"
    ),
    "not_working": (
        r"\b(still|doesn'?t|didn'?t|isn'?t|not working|won'?t|nothing happen(s|ed)|same (thing|"
        r"error)|again|keeps?)\b"
    ),
    "doubt": (
        r"\b(are you sure|wait|hmm|really|but|i thought|not sure|doesn'?t (sound|look)|so (it|"
        r"that|does|will|is|i)|what about|what if)\b"
    ),
    "also": (
        r"\b(also|another (thing|question)|one more|while (i'?ve|i have|you'?re|i'?m)|by the way|"
        r"oh and|actually|and (can|could) (you|i))\b"
    ),
    "want": (
        r"\b(i (want|need|would like|wanna)|i'?d (like|love)|looking (for|to)|can (i|you)|"
        r"could you|please|help me|calling (about|to|because))\b"
    ),
    "unhappy": (
        r"\b(ridiculous|unacceptable|terrible|awful|useless|joke|disgusting|fed up|angry|annoy(ed|"
        r"ing)|worst|complain|waste|frustrat(ed|ing))\b"
    ),
    "later": (
        r"\b(try again|call back|ring back|tomorrow|next week|get back to|within|in the next|"
        r"business days|look into)\b"
    ),
    "offer": (
        r"\b(by the way|offer|upgrade|discount|special|promotion|interested in|"
        r"have you (considered|thought))\b"
    ),
    "handed_on": (
        r"\b(passed|transfer(red)?|put you through|hand(ed)? (you )?(over|on)|escalated?|forward(ed)?|"
        r"supervisor|manager|specialist|(back office|department|team)|colleague|ticket|logged|reference)\b"
    ),
    "others_will": (
        r"\b((they|he|she|someone|somebody|team|manager|advisor|engineer|technician)('ll| will| should)|"
        r"you('ll| will| should) (hear|get a (call|text))|(call|ring|phone) you|call ?back|in touch|"
        r"waiting (for|on)|review(ed)?|investigat\w+|approv\w+)\b"
    ),
    "no_further": (
        r"\b(anyway|never mind|forget it|give up|leave it|for trying|no further|i suppose|i'?ll (wait|ring|"
        r"call|try|go|phone|come|do it)|hope|shame|in the meantime|meanwhile|until|till|not your fault)\b"
    ),
    "kindness": (
        r"\b(so kind|very kind|been (so |very |really )?(kind|lovely|sweet|nice|patient)|bless|"
        r"angel|love)\b"
    ),
    "content": (
        r"\b(weight off|relie(f|ved)|that'?s (the|exactly|just|what|sorted|done|solved|fixed|fine then)|"
        r"(is|it'?s) (solved|sorted|fixed|correct|done|working|showing|there)( now)?|"
        r"(can|do) see it|all (green|good)|"
        r"(that|it) (works|worked|explains)|good to go|happy (now|with that)|needed|finally|at last)\b"
    ),
    "contradicts": (
        r"\b(not (it|the|what|here|there|fixed|solved|resolved|done)|wrong|isn'?t|wasn'?t|hasn'?t|"
        r"nothing)\b"
    ),
    "our_side": r"\b((on|from) (our|my) (side|end|system)|says|shows?|showing|should be|as i said|assure)\b",
}
"""Name to pattern, matched anywhere in the lower-cased text. Order is part of the weights' contract."""

_COMPILED = tuple(re.compile(pattern) for pattern in CUES.values())
_READS_BACK = re.compile(
    r"\W*((ok(ay)?|right|alright|all right|great|perfect|so|and|now|well|sure|thanks|thank you)\W+)*"
    r"(to be clear|(just )?to (confirm|clarify|recap|double.?check)|just to (be (clear|sure)|check)|"
    r"let me (just )?(confirm|read|recap|repeat|double.?check|make sure)|please confirm|can you confirm|"
    r"(i'?ll |i will )?just (confirm|recap)ing?\b)"
)
_IS_DONE = ("done", "did", "success", "works")
LONG_TURN_WORDS = 30
"""A turn of so many words counts as fully long; source: ninth decile of spoken service calls."""


def reads_back(text: str) -> bool:
    """Whether an agent only says again what is to be done, so that the customer can correct it."""
    low = text.lower()
    if _READS_BACK.match(low) is None:
        return False
    return not any(re.search(CUES[name], low) for name in _IS_DONE)


def cue_flags(text: str) -> NDArray[np.float32]:
    """Return 0 or 1 for each of ``CUES``, then the turn's length in [0, 1].

    Returns:
        float32, shape ``(len(CUES) + 1,)``.
    """
    lowered = text.lower().replace("’", "'")
    found = [float(pattern.search(lowered) is not None) for pattern in _COMPILED]
    return np.array([*found, min(len(lowered.split()) / LONG_TURN_WORDS, 1.0)], np.float32)
