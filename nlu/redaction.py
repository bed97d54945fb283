"""Mask personal data, character for character, before anything is understood or stored.

What goes: e-mail addresses, also spoken ones; IBANs; house numbers with their street; and every run of
four or more digits, written or spoken (cards, accounts, phones, PINs, dates of birth). What stays: prices,
quantities and years, which say something about a need and nothing about a person.

The mask keeps length and spaces, so that every offset holds; and understanding always works on masked
text, so that a conversation and its masked record are understood alike.
"""

import re
from itertools import pairwise

MASK = "•"

_MIN_DIGITS = 4
"""A PIN is the shortest secret that is read out."""

_ONES = "zero|nought|oh|o|one|two|three|four|five|six|seven|eight|nine|niner"
_TENS = "twenty|thirty|forty|fourty|fifty|sixty|seventy|eighty|ninety"
_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_TIMES = {"double": 2, "triple": 3, "treble": 3}

_NUMBER = rf"(?:\d+|\b(?:{_ONES}|{_TEENS}|{_TENS}|double|triple|treble)\b)"
_BETWEEN = r"(?:[\s,.\-–/()]|\b(?:uh|um|uhm|er|erm|ah)\b)*"
_RUN = re.compile(rf"{_NUMBER}(?:{_BETWEEN}{_NUMBER})*", re.IGNORECASE)
_PART = re.compile(_NUMBER, re.IGNORECASE)

# Repetitions are bounded so that no message, however long, takes more than linear time.
_DOTTED = r"(?:(?:\s+dot\s+|\s+underscore\s+|\.)\w{1,64}){0,4}"
_WHOLE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"[\w.+%-]{1,64}@[\w-]+(?:\.[\w-]+)*",
        rf"\b\w{{1,64}}{_DOTTED}\s+at\s+\w+(?:\s+dot\s+|\.)(?:com|co|org|net|edu|io|uk)\b(?:\s+dot\s+uk\b)?",
        r"\b[a-z]{2}\d{2}(?:\s?[a-z0-9]{4}){2,7}(?:\s?[a-z0-9]{1,3})?\b",
        rf"(?<!\w){_NUMBER}(?:[\s-]{_NUMBER})*\s+(?:(?!on|the|down|from|of|in|to|at|minute|day|mile)[a-z']+\s+)"
        r"{1,2}(?:street|avenue|boulevard|lane|road)\b",
    )
)

_AMOUNT = re.compile(r"\d{1,3}(?:,\d{3})*(?:\.\d{1,2})?")
_PLAIN = re.compile(r"\d{1,6}(?:[.,]\d+)*")
_YEAR = re.compile(r"(?:19|20)\d\d")
_CURRENCY_BEFORE = re.compile(r"[$£€]\s?$")
_SECRET_BEFORE = re.compile(
    r"\b(?:pin|code|password|passcode|digits?|number|ssn|social|ending|ends|account|card|born)\b[\s\w:,']{0,12}$",
    re.IGNORECASE,
)
_UNIT_BEHIND = re.compile(
    r"\s?(?:[%$£€]|(?:dollars?|bucks|euros?|pounds?|quid|cents?|percent|usd|eur|gbp|k|gb|mb|gigs?|gigabytes?"
    r"|minutes?|mins?|hours?|miles|points|kwh|gallons|litres|liters|square|feet|people|per|each"
    r"|a (?:month|year|week|day))\b)",
    re.IGNORECASE,
)


def mask(text: str) -> str:
    """Return ``text`` with personal data masked: same length, spaces kept, and nothing left to mask."""
    masked = _mask_once(text)
    while masked != text:
        # A mask may lay bare a neighbour that was hidden by what it replaced; each pass masks more.
        text, masked = masked, _mask_once(masked)
    return masked


def _mask_once(text: str) -> str:
    for pattern in _WHOLE:
        text = pattern.sub(_cover, text)
    return _RUN.sub(lambda run: _cover(run) if _is_secret(run) else run[0], text)


def _cover(found: re.Match[str]) -> str:
    return re.sub(r"\S", MASK, found[0])


def _is_secret(run: re.Match[str]) -> bool:
    words = [part[0].lower() for part in _PART.finditer(run[0])]
    return _count_digits(words) >= _MIN_DIGITS and not _is_amount(run)


def _count_digits(words: list[str]) -> int:
    """Return how many digits were read out; "oh" counts only beside others, for it is also a sigh."""
    digits = sum(_digits(word) for word in words)
    repeats = sum(_TIMES.get(word, 1) - 1 for word, after in pairwise(words) if _digits(after) == 1)
    joined = sum(_is_tens(word) and _digits(after) == 1 for word, after in pairwise(words))
    sighs = sum(word in ("oh", "o") for word in words)
    return digits + repeats - joined if digits - sighs > sighs else 0


def _digits(word: str) -> int:
    if word.isdigit():
        return len(word)
    return 0 if word in _TIMES else 2 if _is_tens(word) or word in _TEENS.split("|") else 1


def _is_tens(word: str) -> bool:
    return word in _TENS.split("|")


def _is_amount(run: re.Match[str]) -> bool:
    text, before = run[0], run.string[max(0, run.start() - 30) : run.start()]
    if _SECRET_BEFORE.search(before):
        return False
    if _AMOUNT.fullmatch(text) or _YEAR.fullmatch(text):
        return True
    if _CURRENCY_BEFORE.search(before):
        return _PLAIN.fullmatch(text) is not None
    # Longer than any price or quantity: whatever follows, these are the digits of an account.
    short = sum(_digits(part[0].lower()) for part in _PART.finditer(text)) <= 6  # noqa: PLR2004  # $9,999.99
    return short and _UNIT_BEHIND.match(run.string, run.end()) is not None
