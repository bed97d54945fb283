"""What the needs head learns from: conversations with their answers, and the catalogs' own words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from listener.events import Speaker
from nlu.business import Business
from nlu.embedder import Embedder
from nlu.likeness import Likeness
from nlu.manner import Before, manner
from nlu.needs import hinting
from nlu.reading import Reading


@dataclass(frozen=True, slots=True)
class Told:
    """A conversation with its answers: the labelled needs."""

    business: str
    readings: Sequence[Reading]
    needs: Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Lesson:
    """One customer's turn of a business, as the head sees it, with its answers.

    Attributes:
        hinting: What hints are taken from, a row a clause.
        kinds: Of each clause and need: "stated", "unstated" or nothing.
    """

    reading: Reading
    agent: Reading | None
    likeness: NDArray[np.float32]
    manner: NDArray[np.float32]
    hinting: NDArray[np.float32]
    kinds: NDArray[np.str_]


def lessons_of(business: Business, likeness: Likeness, told: Iterable[Told]) -> list[Lesson]:
    """Return the conversations' customer turns."""
    lessons: list[Lesson] = []
    for each in told:
        before = Before()
        for reading in each.readings:
            if reading.turn.utterance.speaker is Speaker.AGENT:
                before = before.after_agent(reading)
            elif reading.clauses:
                lessons.append(lesson(business, likeness, each, reading, before))
                before = before.after_customer(reading)
    return lessons


def lesson(business: Business, likeness: Likeness, told: Told, reading: Reading, before: Before) -> Lesson:
    """Return one turn with its answers."""
    kinds = [
        [kind_of(told, reading, at, need.id) for need in business.needs] for at in range(len(reading.clauses))
    ]
    compared = likeness.compare(reading, before.agent)
    said = manner(reading, before)
    return Lesson(
        reading, before.agent, compared, said, hinting(reading, before.agent), np.array(kinds, "<U8")
    )


def kind_of(told: Told, reading: Reading, at: int, need: str) -> str:
    """Return the labelled kind of a need whose quote overlaps the clause, or nothing."""
    clause = reading.clauses[at]
    for label in told.needs:
        start = reading.turn.utterance.text.find(label["quote"])
        if (
            label["turn"] == reading.turn.index
            and label["id"] == need
            and clause.start < start + len(label["quote"])
            and start < clause.end
        ):
            return str(label["kind"])
    return ""


def examples(business: Business, embedder: Embedder) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return the vectors of the needs' examples, and which of them ask outright."""
    said = [(text, True) for need in business.needs for text in need.stated]
    said += [(text, False) for need in business.needs for text in need.unstated]
    return embedder.embed([text for text, _ in said]), np.array([asks for _, asks in said])
