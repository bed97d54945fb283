"""Lessons changed by chance: the model is to learn acts, not wordings, and that words alone settle nothing.

Sentences of our own (``phrases.yaml``) and of our own conversations take the place of others that do the
same; kind words, questions for more and small talk come where they mean nothing; a claim is doubted, or
fails; and a second request follows the first.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import yaml

from bench.lessons import ACCEPTED, DONE, FAILED, OPEN
from bench.noise import as_heard
from listener.events import Speaker
from nlu.acts import ACTS
from nlu.training import UNLABELLED, Lesson, Line

_AGENT, _CUSTOMER = Speaker
MAX_LINES = 60
"""Longer lessons are cut; source: longer than 99 % of the conversations."""

Phrases = dict[str, list[str]]

_DOES = {
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
    "doubts_done": "doubts",
    "fails": "fails",
    "thanks_anyway": "accepts",
    "commits": "commits",
    "one_more": "adds_request",
    "chats_customer": "chats",
    "chats_agent": "chats",
    "closes": "closes",
}
"""Kind of phrase to its act."""

_BY_AGENT = (
    "asks",
    "confirm_questions",
    "claims",
    "claims_and_more",
    "fails",
    "anything_else",
    "holds",
    "commits",
    "chats_agent",
)
"""Kinds of phrases that the agent says."""
_STANDS_IN = {_DOES[kind]: kind for kind in (*_BY_AGENT, "closes") if kind != "claims_and_more"}
"""The agent's acts to the phrases that may take their place."""


@dataclass(frozen=True, slots=True)
class Chances:
    """How often each change is made; chosen by leaving businesses out."""

    noise: float = 0.35
    swap: float = 0.35
    swap_own: float = 0.1
    idle_words: float = 0.2
    small_talk: float = 0.3
    second_request: float = 0.15
    failure: float = 0.12
    doubt: float = 0.1
    one_breath: float = 0.05


def read_phrases() -> Phrases:
    """Read the sentences of our own."""
    return yaml.safe_load(Path(__file__).with_name("phrases.yaml").read_text(encoding="utf-8"))


class Variation:
    """Changes lessons; replacements come only from those it was given: nothing leaks between folds."""

    def __init__(self, lessons: Sequence[Lesson], phrases: Phrases, chances: Chances) -> None:
        self._phrases = phrases
        self._chances = chances
        self._settled = [lesson for lesson in lessons if any(line.timely for line in lesson.lines)]
        self._said: defaultdict[tuple[Speaker, int], list[str]] = defaultdict(list)
        for lesson in lessons:
            if lesson.source == "authored":
                for line in lesson.lines:
                    self._said[line.speaker, line.act].append(line.text)

    def __call__(self, lesson: Lesson, chance: np.random.Generator) -> Lesson:
        """Return the lesson changed by chance."""
        lines = self._swap(lesson, chance)
        if any(line.timely for line in lines):
            lines = self._change_outcome(lines, chance)
        for _ in range(2):
            if chance.random() < self._chances.idle_words:
                lines = self._say_idly(lines, chance)
        lines = lines[:MAX_LINES]
        if chance.random() < self._chances.noise:
            lines = [replace(line, text=as_heard(line.text)) for line in lines]
        return replace(lesson, lines=tuple(lines))

    def _change_outcome(self, lines: list[Line], chance: np.random.Generator) -> list[Line]:
        chances = self._chances
        if chance.random() < chances.failure:
            return self._fail(lines, chance)
        if chance.random() < chances.one_breath:
            lines = self._end_in_one_breath(lines, chance)
        elif chance.random() < chances.doubt:
            lines = self._doubt(lines, chance)
        if chance.random() < chances.small_talk:
            lines = self._talk(lines, chance)
        if chance.random() < chances.second_request:
            lines = self._ask_more(lines, chance)
        return lines

    def _line(self, kind: str, stage: int, chance: np.random.Generator, *, early: bool = True) -> Line:
        phrases = self._phrases[kind]
        text = phrases[int(chance.integers(len(phrases)))]
        speaker = _AGENT if kind in _BY_AGENT else _CUSTOMER
        return Line(speaker, text, ACTS.index(_DOES[kind]), stage, early=early)

    def _lines(self, kinds: Sequence[str], stage: int, chance: np.random.Generator) -> list[Line]:
        return [self._line(kind, stage, chance) for kind in kinds]

    def _swap(self, lesson: Lesson, chance: np.random.Generator) -> list[Line]:
        """Let other sentences of the same act take the place of the agent's, and of a plain acceptance."""
        often = self._chances.swap_own if lesson.source == "authored" else self._chances.swap
        return [
            replace(line, text=self._other(line, chance)) if chance.random() < often else line
            for line in lesson.lines
        ]

    def _other(self, line: Line, chance: np.random.Generator) -> str:
        if line.speaker is _CUSTOMER:
            is_plain = line.timely and line.act == UNLABELLED
            return self._line("accepts_done", ACCEPTED, chance).text if is_plain else line.text
        kind = _STANDS_IN.get(ACTS[line.act]) if line.act != UNLABELLED else None
        own = self._said[line.speaker, line.act]
        if kind is None:
            return line.text
        if own and chance.random() < 0.5:
            return own[int(chance.integers(len(own)))]
        return self._line(kind, line.stage, chance).text

    def _say_idly(self, lines: list[Line], chance: np.random.Generator) -> list[Line]:
        """Say something in mid-request that settles nothing."""
        places = [n for n in range(1, len(lines)) if lines[n - 1].stage == lines[n].stage == OPEN]
        if not places:
            return lines
        talks = (
            ("holds", "polite"),
            ("holds", "polite"),
            ("anything_else", "no_more"),
            ("polite",),
            ("confirm_questions", "go_ahead"),
            ("commits", "polite", "anything_else", "no_more"),
        )
        at = places[int(chance.integers(len(places)))]
        talk = talks[int(chance.integers(len(talks)))]
        return lines[:at] + self._lines(talk, OPEN, chance) + lines[at:]

    def _talk(self, lines: list[Line], chance: np.random.Generator) -> list[Line]:
        """Chat after all is settled, which reopens nothing."""
        places = [n for n in range(1, len(lines) + 1) if lines[n - 1].stage == ACCEPTED]
        if not places:
            return lines
        at = places[int(chance.integers(len(places)))]
        talk = [self._chat(_CUSTOMER, chance), self._chat(_AGENT, chance)]
        return lines[:at] + talk[:: 1 if chance.random() < 0.5 else -1] + lines[at:]

    def _chat(self, speaker: Speaker, chance: np.random.Generator) -> Line:
        kind = "chats_agent" if speaker is _AGENT else "chats_customer"
        line = self._line(kind, ACCEPTED, chance, early=False)
        own = self._said[speaker, line.act]
        if own and chance.random() < 0.6:
            return replace(line, text=own[int(chance.integers(len(own)))])
        return line

    def _ask_more(self, lines: list[Line], chance: np.random.Generator) -> list[Line]:
        """Let another conversation's request follow the acceptance."""
        settled = next((n for n, line in enumerate(lines) if line.stage == ACCEPTED), None)
        other = self._settled[int(chance.integers(len(self._settled)))].lines
        start = next(
            (n for n, line in enumerate(other) if line.speaker is _CUSTOMER and line.stage == OPEN), None
        )
        if settled is None or start is None:
            return lines
        end = settled + 1 + int(chance.integers(3))
        before = [replace(line, timely=False) for line in lines[:end]]
        turn = self._lines(["one_more"] * int(chance.random() < 0.7), OPEN, chance)
        return before + turn + list(other[start:])

    def _fail(self, lines: list[Line], chance: np.random.Generator) -> list[Line]:
        """Put a failure, or a promise to see to it, in the place of the claim."""
        claim = _first_claim(lines)
        if claim is None or any(line.stage == ACCEPTED for line in lines[:claim]):
            return lines
        stage = FAILED if chance.random() < 0.55 else OPEN
        ending = [
            "fails" if stage == FAILED else "commits",
            "thanks_anyway" if chance.random() < 0.5 else "polite",
        ]
        ending += ["anything_else", "no_more"] * int(chance.random() < 0.6)
        ending += ["closes"] * int(chance.random() < 0.6)
        before = [replace(line, early=True, timely=False) for line in lines[:claim]]
        return before + self._lines(ending, stage, chance)

    def _end_in_one_breath(self, lines: list[Line], chance: np.random.Generator) -> list[Line]:
        """Claim and ask for more in one turn, so that the customer's no is the acceptance."""
        claim = _first_claim(lines)
        settled = next((n for n, line in enumerate(lines) if line.stage == ACCEPTED), None)
        if claim is None or settled is None or settled < claim:
            return lines
        both = self._line("claims_and_more", DONE, chance, early=False)
        answer = replace(self._line("no_more", ACCEPTED, chance, early=False), timely=True)
        before = [line for line in lines[:claim] if not line.timely]
        return [*before, both, answer, *lines[settled + 1 :]]

    def _doubt(self, lines: list[Line], chance: np.random.Generator) -> list[Line]:
        """Let the customer not take the claim for good, until it is made again."""
        claim = _first_claim(lines)
        if claim is None:
            return lines
        kinds = ["doubts_done", "holds" if chance.random() < 0.5 else "asks"]
        kinds += ["polite"] * int(chance.random() < 0.6)
        again = self._line("claims", DONE, chance, early=False)
        return lines[: claim + 1] + self._lines(kinds, OPEN, chance) + [again] + lines[claim + 1 :]


def _first_claim(lines: Sequence[Line]) -> int | None:
    claims = (n for n, line in enumerate(lines) if line.speaker is _AGENT and line.stage == DONE)
    return next(claims, None)
