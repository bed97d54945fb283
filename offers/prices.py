"""How a price is said and written: $8, 349 dollars, eighty nine pounds, three ninety nine a month."""

import re

_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_HUNDRED = 100
_SPOKEN_BELOW = 1_000
"""Prices above are looked for in digits only."""

_BEHIND = (
    r"\s?(?:pounds?|quid|dollars?|bucks|euros?|a (?:month|year|week)\b|per\b|each\b|for the\b|for a\b|once\b"
    r"|on top\b|more\b|all in\b|in total\b|$)"
)


def price_pattern(amount: float) -> re.Pattern[str]:
    """Return a pattern that finds an amount said as a price.

    Args:
        amount: Above zero, in any currency.
    """
    whole, cents = divmod(round(amount * _HUNDRED), _HUNDRED)
    written = [re.escape(f"{amount:.2f}"), *([str(whole)] if cents == 0 else [])]
    spoken = _spoken(whole, cents) if whole < _SPOKEN_BELOW else []
    any_way = "|".join((*written, *spoken))
    return re.compile(
        rf"[$£€]\s?(?:{'|'.join(written)})(?!\d|\.\d)"
        rf"|(?<![\w.])(?:{any_way}){_BEHIND}"
        rf"|\b(?:it'?s|it is|is|for|only|just|that'?s) (?:about |only |just )?(?:{any_way})(?![\w.])",
        re.IGNORECASE,
    )


def _spoken(whole: int, cents: int) -> list[str]:
    names = _number(whole)
    return names if cents == 0 else [f"{name} {_below_hundred(cents)}" for name in names]


def _number(whole: int) -> list[str]:
    """Return how people say a number below a thousand."""
    hundreds, rest = divmod(whole, _HUNDRED)
    if hundreds == 0:
        return [_below_hundred(rest)]
    said = [_ONES[hundreds], *(["a"] if hundreds == 1 else [])]
    if rest == 0:
        return [f"{name} hundred" for name in said]
    full = [f"{name} hundred {joint}{_below_hundred(rest)}" for name in said for joint in ("and ", "")]
    return [*full, f"{_ONES[hundreds]} {_below_hundred(rest)}"]


def _below_hundred(number: int) -> str:
    if number < len(_ONES):
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return f"{_TENS[tens]} {_ONES[ones]}" if ones else _TENS[tens]
