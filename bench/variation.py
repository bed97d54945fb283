"""Lessons changed by chance: the model is to learn acts, not wordings, and that words alone settle nothing.

Sentences of our own (``phrases.yaml``) and of our own conversations take the place of others that do the
same; kind words, questions for more and small talk come where they mean nothing; a claim is doubted, or
fails; and a second request follows the first.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench.endings import (
    BY_AGENT,
    DOES,
    IDLE_TALK,
    LOOKED_UP,
    SETTLED,
    SETTLED_TALK,
    UNSETTLED,
    Phrases,
    stages_of,
)
from bench.lessons import ACCEPTED, DONE, OPEN, OWN_SOURCES
from bench.noise import as_heard
from listener.events import Speaker
from nlu.acts import ACTS
from nlu.training import UNLABELLED, Lesson, Line

_AGENT, _CUSTOMER = Speaker
MAX_LINES = 60
"""Longer lessons are cut; source: longer than 99 % of the conversations."""

_STANDS_IN = {
    DOES[kind]: kind
    for kind in ("asks", "confirm_questions", "claims", "fails", "anything_else", "holds", "commits",
                 "chats_agent", "closes")
}  # fmt: skip
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
    looked_up: float = 0.15
    unsettled: float = 0.22
    settled: float = 0.35
    doubt: float = 0.1
    one_breath: float = 0.05


class Variation:
    """Changes lessons; replacements come only from those it was given: nothing leaks between folds."""

    def __init__(self, lessons: Sequence[Lesson], phrases: Phrases, chances: Chances) -> None:
        self._phrases = phrases
        self._chances = chances
        self._settled = [lesson for lesson in lessons if any(line.timely for line in lesson.lines)]
        self._said: defaultdict[tuple[Speaker, int], list[str]] = defaultdict(list)
        self._accepted: list[str] = []
        for lesson in lessons:
            if lesson.source in OWN_SOURCES:
                for line in lesson.lines:
                    self._said[line.speaker, line.act].append(line.text)
                first = _first_accepted(lesson.lines)
                if first is not None and lesson.lines[first].act == ACTS.index("accepts"):
                    self._accepted.append(lesson.lines[first].text)

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
        if chance.random() < chances.unsettled:
            return self._leave_unsettled(lines, chance)
        if chance.random() < chances.settled:
            lines = self._settle(lines, chance)
        elif chance.random() < chances.one_breath:
            lines = self._end_in_one_breath(lines, chance)
        elif chance.random() < chances.doubt:
            lines = self._doubt(lines, chance)
        if chance.random() < chances.small_talk:
            lines = self._talk(lines, chance)
        if chance.random() < chances.second_request:
            lines = self._ask_more(lines, chance)
        elif chance.random() < chances.looked_up:
            lines = self._look_up(lines, chance)
        return lines

    def _line(self, kind: str, stage: int, chance: np.random.Generator, *, early: bool = True) -> Line:
        phrases = self._phrases[kind]
        text = phrases[int(chance.integers(len(phrases)))]
        speaker = _AGENT if kind in BY_AGENT else _CUSTOMER
        return Line(speaker, text, ACTS.index(DOES[kind]), stage, early=early)

    def _lines(self, kinds: Sequence[str], stage: int, chance: np.random.Generator) -> list[Line]:
        return [self._line(kind, stage, chance) for kind in kinds]

    def _swap(self, lesson: Lesson, chance: np.random.Generator) -> list[Line]:
        """Let other sentences of the same act take the place of the agent's, and of a plain acceptance."""
        often = self._chances.swap_own if lesson.source in OWN_SOURCES else self._chances.swap
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
        at = places[int(chance.integers(len(places)))]
        talk = _one_of(IDLE_TALK, chance)
        return lines[:at] + self._lines(talk, OPEN, chance) + lines[at:]

    def _talk(self, lines: list[Line], chance: np.random.Generator) -> list[Line]:
        """Chat after all is settled, which reopens nothing."""
        places = [n for n in range(1, len(lines) + 1) if lines[n - 1].stage == ACCEPTED]
        if not places:
            return lines
        at = places[int(chance.integers(len(places)))]
        talk = [self._chat(kind, chance) for kind in _one_of(SETTLED_TALK, chance)]
        return lines[:at] + talk + lines[at:]

    def _chat(self, kind: str, chance: np.random.Generator) -> Line:
        line = self._line(kind, ACCEPTED, chance, early=False)
        own = self._said[line.speaker, line.act]
        if kind.startswith("chats") and own and chance.random() < 0.6:
            return replace(line, text=own[int(chance.integers(len(own)))])
        return line

    def _ask_more(self, lines: list[Line], chance: np.random.Generator) -> list[Line]:
        """Let another conversation's request follow the acceptance."""
        settled = _first_accepted(lines)
        other = self._settled[int(chance.integers(len(self._settled)))].lines
        start = next(
            (n for n, line in enumerate(other) if line.speaker is _CUSTOMER and line.stage == OPEN),
            None,
        )
        if settled is None or start is None:
            return lines
        end = settled + 1 + int(chance.integers(3))
        before = [replace(line, timely=False) for line in lines[:end]]
        turn = self._lines(["one_more"] * int(chance.random() < 0.7), OPEN, chance)
        return before + turn + list(other[start:])

    def _look_up(self, lines: list[Line], chance: np.random.Generator) -> list[Line]:
        """Let a question for something else follow, be answered and accepted; then go on as before."""
        settled = _first_accepted(lines)
        if settled is None:
            return lines
        more = self._accepted_at_last(_one_of(LOOKED_UP, chance), chance)
        before = [replace(line, timely=False) for line in lines[: settled + 1]]
        after = [replace(line, timely=False) for line in lines[settled + 1 :]]
        return [*before, *more, *after]

    def _accepted_at_last(self, kinds: Sequence[str], chance: np.random.Generator) -> list[Line]:
        way = self._script(kinds, chance)
        way = [replace(line, early=line.early and line.stage != DONE) for line in way]
        return [*way[:-1], replace(way[-1], stage=ACCEPTED, early=False, timely=True)]

    def _leave_unsettled(self, lines: list[Line], chance: np.random.Generator) -> list[Line]:
        """Put a promise, a failure or a claim that is not true in the place of the claim and all after it."""
        claim = _first_claim(lines)
        if claim is None or any(line.stage == ACCEPTED for line in lines[:claim]):
            return lines
        before = [replace(line, early=True, timely=False) for line in lines[:claim]]
        return before + self._script(_one_of(UNSETTLED, chance), chance)

    def _settle(self, lines: list[Line], chance: np.random.Generator) -> list[Line]:
        """Come to the acceptance by another way: the customer tries it, or asks more about the claim."""
        claim, settled = _first_claim(lines), _first_accepted(lines)
        if claim is None or settled is None or settled < claim:
            return lines
        *way, last = self._accepted_at_last(_one_of(SETTLED, chance), chance)
        if chance.random() < 0.4:
            last = replace(last, text=self._accepted[int(chance.integers(len(self._accepted)))])
        before = [line for line in lines[:claim] if not line.timely]
        return [*before, *way, last, *lines[settled + 1 :]]

    def _script(self, kinds: Sequence[str], chance: np.random.Generator) -> list[Line]:
        return [self._line(kind, stage, chance) for kind, stage in zip(kinds, stages_of(kinds), strict=True)]

    def _end_in_one_breath(self, lines: list[Line], chance: np.random.Generator) -> list[Line]:
        """Claim and ask for more in one turn, so that the customer's no is the acceptance."""
        claim, settled = _first_claim(lines), _first_accepted(lines)
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


def _first_accepted(lines: Sequence[Line]) -> int | None:
    return next((n for n, line in enumerate(lines) if line.stage == ACCEPTED), None)


def _one_of(scripts: Sequence[Sequence[str]], chance: np.random.Generator) -> Sequence[str]:
    return scripts[int(chance.integers(len(scripts)))]
