"""How conversations go on and end, as scripts over kinds of phrases (``phrases.yaml``): settled or not.

The same kind words stand in both, so that the dialogue model learns the difference from what was done.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from bench.lessons import DONE, FAILED, OPEN

Phrases = dict[str, list[str]]
Script = tuple[str, ...]

DOES = {
    "anything_else": "offers_more",
    "no_more": "closes",
    "polite": "accepts",
    "holds": "holds",
    "asks": "asks",
    "confirm_questions": "proposes",
    "go_ahead": "accepts",
    "claims": "fulfils",
    "claims_and_more": "fulfils",
    "accepts_done": "accepts",
    "done_thanks": "accepts",
    "asks_after": "doubts",
    "answers_after": "informs",
    "doubts_done": "doubts",
    "insists": "informs",
    "unconvinced": "doubts",
    "fails": "fails",
    "thanks_anyway": "accepts",
    "commits": "commits",
    "promise_thanks": "thanks",
    "presses": "doubts",
    "soothes": "informs",
    "hands_over": "commits",
    "steps": "proposes",
    "tries": "gives",
    "waits": "holds",
    "works_now": "accepts",
    "still_broken": "doubts",
    "one_more": "adds_request",
    "looks_up": "adds_request",
    "tells": "fulfils",
    "chats_customer": "chats",
    "chats_agent": "chats",
    "back_channels": "gives",
    "recaps": "informs",
    "closes": "closes",
}
"""Kind of phrase to its act."""

BY_AGENT = frozenset(
    [
        "asks",
        "confirm_questions",
        "claims",
        "claims_and_more",
        "answers_after",
        "tells",
        "insists",
        "fails",
        "anything_else",
        "holds",
        "commits",
        "soothes",
        "hands_over",
        "steps",
        "waits",
        "chats_agent",
        "recaps",
    ]
)
"""Kinds of phrases that the agent says."""


def _scripts(*lines: str) -> tuple[Script, ...]:
    return tuple(tuple(line.split()) for line in lines)


UNSETTLED = _scripts(
    "commits promise_thanks anything_else no_more closes",
    "commits promise_thanks anything_else no_more",
    "commits presses soothes promise_thanks anything_else no_more",
    "commits promise_thanks soothes promise_thanks",
    "commits accepts_done chats_agent no_more",
    "commits accepts_done anything_else promise_thanks",
    "hands_over promise_thanks",
    "hands_over promise_thanks anything_else no_more",
    "fails thanks_anyway anything_else no_more closes",
    "fails presses fails thanks_anyway anything_else no_more",
    "fails polite anything_else no_more",
    "fails thanks_anyway chats_agent closes",
    "fails soothes promise_thanks anything_else no_more",
    "steps tries waits still_broken commits promise_thanks anything_else no_more",
    "steps still_broken fails thanks_anyway chats_agent closes",
    "steps tries still_broken steps thanks_anyway anything_else no_more",
    "claims unconvinced insists unconvinced anything_else no_more",
    "claims doubts_done insists unconvinced commits promise_thanks",
    "claims still_broken commits accepts_done anything_else no_more",
    "claims unconvinced soothes thanks_anyway anything_else no_more closes",
)
"""From the place where it might have been done to the end, without its being done."""

SETTLED = _scripts(
    "steps works_now",
    "steps tries works_now",
    "steps tries waits works_now",
    "steps still_broken steps tries works_now",
    "claims asks_after answers_after accepts_done",
    "claims asks_after answers_after asks_after answers_after accepts_done",
    "commits presses holds claims accepts_done",
    "fails presses holds claims accepts_done",
    "claims tries works_now",
    "claims done_thanks",
    "claims done_thanks",
    "claims anything_else no_more",
    "claims asks_after answers_after done_thanks",
    "claims asks_after answers_after anything_else no_more",
    "confirm_questions go_ahead claims done_thanks",
    "fails confirm_questions go_ahead claims done_thanks",
)
"""From there to the acceptance, which is the last."""

LOOKED_UP = _scripts(
    "looks_up tells done_thanks",
    "looks_up tells accepts_done",
    "looks_up tells anything_else no_more",
    "looks_up holds tells done_thanks",
    "looks_up tells asks_after answers_after done_thanks",
    "looks_up tells asks_after answers_after anything_else no_more",
)
"""A second request and its answer, to the acceptance, which is the last."""

IDLE_TALK = _scripts(
    "holds polite",
    "holds polite",
    "anything_else no_more",
    "polite",
    "confirm_questions go_ahead",
    "commits polite anything_else no_more",
    "steps tries waits",
    "steps tries waits tries",
    "commits promise_thanks holds",
)
"""Said in mid-request; settles nothing."""

SETTLED_TALK = _scripts(
    "chats_customer chats_agent",
    "chats_agent chats_customer",
    "recaps back_channels",
    "recaps back_channels back_channels",
    "recaps accepts_done",
)
"""Said after all is settled; reopens nothing."""

_MOVES = {
    "commits": OPEN,
    "hands_over": OPEN,
    "steps": OPEN,
    "holds": OPEN,
    "doubts_done": OPEN,
    "unconvinced": OPEN,
    "still_broken": OPEN,
    "fails": FAILED,
    "claims": DONE,
    "tells": DONE,
}
"""Kinds that change how far the request has come."""


def read_phrases() -> Phrases:
    """Read the sentences of our own."""
    return yaml.safe_load(Path(__file__).with_name("phrases.yaml").read_text(encoding="utf-8"))


def stages_of(script: Sequence[str]) -> Iterator[int]:
    """Yield the stage after each line of a script that is not accepted at any of them."""
    stage = OPEN
    for kind in script:
        stage = _MOVES.get(kind, stage)
        yield stage
