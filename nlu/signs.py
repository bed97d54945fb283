"""The shape of a flag's signs, and the ordinary sentences that they must stand out from."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Signs:
    """How one flag shows.

    Attributes:
        pattern: Raises the flag where it is found in a clause.
        never: Says the opposite or something else with the same words; the pattern is not looked for there.
        withdrawn: Takes the flag back.
        examples: Sentences for the encoder; a clause close to one raises the flag.
        denied_counts: Whether the pattern counts in a denied or supposed clause too ("i can't afford it").
    """

    pattern: re.Pattern[str]
    never: re.Pattern[str]
    withdrawn: re.Pattern[str] | None = None
    examples: tuple[str, ...] = ()
    denied_counts: bool = False


def any_of(*patterns: str) -> re.Pattern[str]:
    """Return a pattern that finds any of them at the start of a word, in capitals or not."""
    return re.compile("|".join(rf"(?<!\w){pattern}" for pattern in patterns), re.IGNORECASE)


ORDINARY = (
    "my phone battery died",
    "the app keeps crashing",
    "i'd like to know my balance",
    "can you change my address",
    "i'm at work at the moment",
    "i've got a doctor's appointment on friday",
    "i work at the hospital",
    "my husband will be home then",
    "my mother wants to join as well",
    "my daughter's birthday is next week",
    "i forgot my password",
    "the order never came",
    "it costs too much for what it is",
    "is there anything cheaper",
    "i was charged twice",
    "i don't understand the bill",
    "can i pay next week instead",
    "could you check the date for me",
    "that's all i needed thank you",
    "no that's everything",
    "no thanks that's it",
    "i don't want that one i want the other one",
    "i don't need it any more",
    "that's not the right number",
    "i've been waiting for twenty minutes",
    "this is the third time i've called",
    "it's ridiculous how long this takes",
    "you sent me the wrong one",
    "i want my money back for this order",
    "i want to cancel my appointment",
    "please cancel that order and send the blue one",
    "can you stop the delivery for one week",
    "i've moved house",
    "i'm going on holiday in may",
    "we have a new baby",
    "he's away this week",
    "i'm retired now",
    "i hurt my knee at the gym",
    "my eyes aren't what they were",
    "the dog knocked it over",
    "the house is quiet with the children at school",
    "my back is a bit stiff",
    "i'm tired today",
    "i had a cold last week",
    "my brother gave it to me",
    "my account is locked",
    "the card was declined",
    "i lost my card",
    "i lost the receipt",
    "i can't find my glasses",
    "who do i speak to about delivery",
    "let me get my card",
    "it's in my wife's name",
)
"""What ordinary customers say that sounds alike; a clause closer to one of these raises nothing."""
