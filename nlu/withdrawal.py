"""How a customer takes a need back, or says that it is met already.

Source: the places in our conversations at which a need ends: half of the 63 say so in words like these, the
others only by what they tell.
"""

import re

_TAKES_BACK = re.compile(
    r"\b(?:never ?mind|(?:scratch|scrap) (?:that|it|the)|forget (?:it|that|the|about|what i)"
    r"|(?:ignore|disregard) (?:me|us|what|that|the)|changed my mind|no longer (?:need|want)"
    r"|no need (?:for|of|now|any ?more)"
    r"|(?:don['’]?t|won['’]?t|do not|will not) (?:need|want|be needing)"
    r" (?:it|that|one|them|any|another|yours)"
    r"|i tell a lie|is off|called off|off completely)\b",
    re.IGNORECASE,
)
_SETTLED = re.compile(
    r"\b(?:not (?:even )?(?:going|happening|getting|bothering|coming|moving)"
    r"(?: another| any ?more| after all| really| again|,? (?:we|i)['’]?(?:re|m)\b)"
    r"|(?:it['’]?s|that['’]?s|been) (?:all )?(?:handled|sorted|dealt with|taken care of|stopping)"
    r"|(?:is|are) (?:all )?(?:handled|sorted|dealt with|taken care of|finished? now)"
    r"|that['’]?s (?:him|her|them|us) (?:all )?(?:sorted|covered)|we['’]?re (?:all )?(?:sorted|covered)"
    r"|all (?:covered|signed)|already (?:have|got) (?:one|that|it)"
    r"|(?:has|have|['’]s|['’]ve) (?:already )?(?:got|had) (?:one|it|that)"
    r"(?: of (?:those|them)| sorted| already)"
    r"|got (?:one|it) (?:sorted|already)|(?:lending|giving|lent) (?:us|me) (?:one|it|his|hers|theirs|an?)"
    r"|(?:no|actually|wait|on)(?: no)? it['’]?s fine)\b",
    re.IGNORECASE,
)


def takes_back(text: str) -> bool:
    """Whether the words take back what was asked for, be it named or not ("never mind")."""
    return _TAKES_BACK.search(text) is not None


def says_settled(text: str) -> bool:
    """Whether the words say that something is seen to: a need, or just as well the request itself."""
    return _SETTLED.search(text) is not None
