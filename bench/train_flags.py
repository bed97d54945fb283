"""Train the head that hears a vulnerable customer, and measure all flags on businesses it was not trained on.

``python -m bench.train_flags`` reads ``$RIGHTSELL_DATA`` (authored conversations, STAR, MultiDoGO, NatCS and
Taskmaster-4, whose licences permit shipping what is learnt) and our own ``flags.yaml``, prints the figures
and writes ``nlu/heads/vulnerability.npz``.
"""

# scikit-learn leaves parts of its own interface untyped; the rest of the file stays strict.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from bench.mood_lessons import read_turns
from bench.records import Record, data_folder, is_measured, read_records
from listener.events import Speaker
from nlu.cues import load_language
from nlu.embedder import Embedder, load_minilm
from nlu.flag_signs import SIGNS
from nlu.flags import FlagsReader, means_it, plainly
from nlu.head_files import Arrays
from nlu.reader import Reader
from nlu.reading import Clause, Reading
from nlu.understanding import FlagId
from nlu.vulnerability import VulnerabilityHead

SENTENCES = Path(__file__).parent / "flags.yaml"
WORDINGS = Path(__file__).parent / "flag_words.yaml"
"""Our own sentences for the flags that only patterns raise, and ordinary ones; they measure, none teaches."""
HEAD = Path(__file__).parent.parent / "nlu" / "heads" / "vulnerability.npz"
PUBLIC = {
    "star": 240,
    "multidogo_customer_side": 400,
    "natcs_utterances": 600,
    "tm4": 60,
}
"""File to how many of its conversations are read; half of them teach, the others measure."""
LABELLED = {FlagId.VULNERABLE: "vulnerable", FlagId.COMPLAINT: "legal", FlagId.DECLINED: "declined"}
"""Flag to the conversations that were composed to raise it."""
LEGAL = re.compile("solicitor|lawyer|counsel|legal", re.IGNORECASE)
FOLDS = 4
THEMES = ("bereavement", "illness", "hardship", "crime", "abuse", "despair")
ORDINARY = "ordinary"
STRENGTH = 1.5
"""Inverse of the penalty on the weights."""
RARE = 5.0
"""How much more a clause that shows it counts than one that does not: there are a hundred times fewer."""
OWN = 3.0
"""How much more an ordinary sentence of ours counts: each was chosen because it is hard."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A conversation as the trainer sees it.

    Attributes:
        source: The business or the public set it comes from; what is left out together.
        category: What it was composed to show; empty where nobody said.
        sells: Whether an offer may be made at some time; true where nobody said.
    """

    source: str
    category: str
    sells: bool
    readings: Sequence[Reading]

    @property
    def clauses(self) -> list[Clause]:
        """The customer's, in order."""
        customers = (each for each in self.readings if each.turn.utterance.speaker is Speaker.CUSTOMER)
        return [clause for each in customers for clause in each.clauses]


def authored(reader: Reader) -> Iterator[Heard]:
    """Yield the conversations composed for this project."""
    for path in sorted(data_folder().glob("authored/*/conversations.jsonl")):
        for record in read_records(path):
            sells = record["labels"]["offer_ok_from"] is not None
            turns = read_turns(reader, record["turns"])
            yield Heard(path.parent.name, category(record), sells, turns)


def category(record: Record) -> str:
    """Return the conversation's category, those split that hold two kinds."""
    name: str = record["labels"]["category"]
    if name == "vulnerable" and LEGAL.search(record["labels"]["why"]):
        return "legal"
    if name in ("declined_or_no_consent", "no_consent"):
        return "declined" if record["customer"]["consent"]["offers"] else "no_consent"
    return name


def public(reader: Reader, measured: bool) -> Iterator[Heard]:
    """Yield a sample of the public sets: the half that is measured, or the other."""
    for name, size in PUBLIC.items():
        records = read_records(data_folder() / f"{name}.dev.jsonl.gz")
        half = [each for each in records if is_measured(each) == measured]
        for record in half[:: max(1, 2 * len(half) // size)]:
            yield Heard(name, "", True, read_turns(reader, record["turns"]))


@dataclass(frozen=True, slots=True)
class Lesson:
    """Clauses of one answer: their vectors, the theme or ``ORDINARY``, and how much each of them counts."""

    vectors: NDArray[np.float32]
    theme: str
    weight: float


def own_sentences(embedder: Embedder) -> list[Lesson]:
    """Return what our own sentences teach."""
    lists: dict[str, list[str]] = yaml.safe_load(SENTENCES.read_text("utf-8"))
    return [
        Lesson(embedder.embed(sentences), theme, OWN if theme == ORDINARY else RARE)
        for theme, sentences in lists.items()
    ]


def told(heard: Sequence[Heard], own: Sequence[Lesson]) -> Iterator[Lesson]:
    """Yield what conversations teach.

    Of those labelled vulnerable only the clauses that a pattern knows, each for the theme of the sentence of
    ours that it is most like: nobody said which others show it. In the others the clauses that a pattern
    knows are left out: some do show it, in a call that goes well.
    """
    for each in heard:
        for clause in each.clauses:
            known, vector = plainly(FlagId.VULNERABLE, clause), clause.vector[None]
            if each.category == "vulnerable" and known:
                yield Lesson(vector, nearest(clause, own), RARE)
            elif each.category not in ("vulnerable", "legal") and means_it(clause) and not known:
                yield Lesson(vector, ORDINARY, 1.0)


def nearest(clause: Clause, own: Sequence[Lesson]) -> str:
    """Return the theme of the most alike of our sentences."""
    themes = [each for each in own if each.theme != ORDINARY]
    return max(themes, key=lambda each: float((each.vectors @ clause.vector).max())).theme


def fit(lessons: Sequence[Lesson]) -> Arrays:
    """Return the arrays of a head trained on the lessons: a row for each theme, ``ORDINARY`` first."""
    names = (ORDINARY, *THEMES)
    model = LogisticRegression(C=STRENGTH, max_iter=500).fit(
        np.concatenate([each.vectors for each in lessons]),
        np.concatenate([np.full(len(each.vectors), names.index(each.theme)) for each in lessons]),
        sample_weight=np.concatenate([np.full(len(each.vectors), each.weight) for each in lessons]),
    )
    return {"weight": model.coef_.astype(np.float32), "bias": model.intercept_.astype(np.float32)}


def raised(flags: FlagsReader, heard: Heard) -> set[FlagId]:
    """Return the flags raised at any time on the customer's words."""
    state, ever = flags.begin({}), set[FlagId]()
    for reading in heard.readings:
        state = flags.read(state, reading)
        ever |= {flag.id for flag in state.belief}
    return ever


@dataclass(frozen=True, slots=True)
class Judged:
    """A conversation, the flags it should raise as far as its label says, and those it raised."""

    heard: Heard
    raised: set[FlagId]


def trial(heard: Sequence[Heard], teaching: Sequence[Lesson], own: Sequence[Lesson]) -> Iterator[Judged]:
    """Yield every conversation, judged by a head that saw neither its business nor two others."""
    businesses = sorted({each.source for each in heard})
    for fold in range(FOLDS):
        left_out = set(businesses[fold::FOLDS])
        seen = told([each for each in heard if each.source not in left_out], own)
        flags = FlagsReader(VulnerabilityHead("", fit([*own, *teaching, *seen])))
        for each in heard:
            if each.source in left_out:
                yield Judged(each, raised(flags, each))


def report(name: str, judged: Sequence[Judged]) -> None:
    """Print, for each flag, what it found where it should and where it is a false alarm."""
    for flag in SIGNS:
        due = [flag in each.raised for each in judged if LABELLED.get(flag) == each.heard.category]
        alarms = [flag in each.raised for each in judged if is_alarm(flag, each.heard)]
        print(f"{name:24} {flag:10} found {sum(due)} of {len(due)}, false {sum(alarms)} of {len(alarms)}")


def report_wordings(flags: FlagsReader, reader: Reader) -> None:
    """Print how many of our single sentences raise their flag, and how many ordinary ones raise any."""
    lists: dict[str, list[str]] = yaml.safe_load(WORDINGS.read_text("utf-8"))
    for name, sentences in lists.items():
        turns = ([{"speaker": "customer", "text": sentence}] for sentence in sentences)
        found = [raised(flags, Heard("own", "", True, read_turns(reader, turn))) for turn in turns]
        due = [bool(each) if name == ORDINARY else name in each for each in found]
        print(f"{'sentences':24} {name:10} raised by {sum(due)} of {len(due)}")


def is_alarm(flag: FlagId, heard: Heard) -> bool:
    """Tell whether the flag would be a false alarm: it holds back offers that may be made."""
    if flag is FlagId.VULNERABLE:
        return heard.category not in ("vulnerable", "legal")
    return heard.sells


def main() -> None:
    """Read, measure, train on everything, write."""
    reader = Reader(load_minilm(), load_language())
    own = own_sentences(reader.embedder)
    heard = list(authored(reader))
    teaching = list(told(list(public(reader, measured=False)), own))
    report("businesses left out", list(trial(heard, teaching, own)))
    head = fit([*own, *teaching, *told(heard, own)])
    flags = FlagsReader(VulnerabilityHead("", head))
    judged = [Judged(each, raised(flags, each)) for each in public(reader, measured=True)]
    for name in PUBLIC:
        report(name, [each for each in judged if each.heard.source == name])
    report_wordings(flags, reader)
    # numpy's stub takes the arrays for its flag allow_pickle.
    np.savez_compressed(HEAD, **head)  # pyright: ignore[reportArgumentType]  # stub
    print("sha256", sha256(HEAD.read_bytes()).hexdigest())


if __name__ == "__main__":
    main()
