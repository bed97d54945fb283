"""The shape of a flag's signs."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Signs:
    """How one flag shows.

    Attributes:
        pattern: Raises the flag where it is found in a clause.
        never: Says the opposite or something else with the same words; the pattern is not looked for there.
        withdrawn: Takes the flag back.
        denied_counts: Whether the pattern counts in a denied or supposed clause too ("i can't afford it").
    """

    pattern: re.Pattern[str]
    never: re.Pattern[str]
    withdrawn: re.Pattern[str] | None = None
    denied_counts: bool = False


def any_of(*patterns: str) -> re.Pattern[str]:
    """Return a pattern that finds any of them at the start of a word, in capitals or not."""
    return re.compile("|".join(rf"(?<!\w){pattern}" for pattern in patterns), re.IGNORECASE)
