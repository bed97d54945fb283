"""The usual first model: TF-IDF and logistic regression over the catalog's examples, for reason and needs."""

from collections.abc import Iterator, Sequence
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer  # pyright: ignore[reportMissingTypeStubs]  # has none
from sklearn.linear_model import LogisticRegression  # pyright: ignore[reportMissingTypeStubs]  # has none
from sklearn.pipeline import make_pipeline  # pyright: ignore  # untyped

from bench.corpora import Case
from bench.measures import Trace
from listener.events import Speaker, Utterance
from nlu.business import Business
from nlu.understanding import Need, NeedKind, Reason, Understanding

_OTHER = ""
"""The class of what shows no need: the examples of the call reasons."""

_LIKELY = 0.15
"""Probability from which a need is believed: best for the baseline on the authored conversations."""


class _Classifier(Protocol):
    """What we use of a scikit-learn pipeline."""

    classes_: Sequence[str]

    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> object: ...
    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float64]: ...


class TfidfBaseline:
    """Classifies all that the customer has said for the reason, and each turn for needs."""

    def __init__(self, business: Business) -> None:
        reasons = [(reason.id, each) for reason in business.reasons for each in reason.examples]
        stated = [(need.id, each) for need in business.needs for each in need.stated]
        unstated = [(need.id, each) for need in business.needs for each in need.unstated]
        kinds = [(NeedKind.STATED, each) for _, each in stated] + [
            (NeedKind.UNSTATED, each) for _, each in unstated
        ]
        self._reasons = _fitted(reasons)
        self._needs = _fitted([*stated, *unstated, *((_OTHER, each) for _, each in reasons)])
        self._kinds = _fitted(kinds)

    def run(self, case: Case) -> Trace:
        """Follow one conversation; nothing is ever suggested."""
        return Trace(tuple(self._follow(case.turns)), (), frozenset())

    def _follow(self, turns: tuple[Utterance, ...]) -> Iterator[Understanding]:
        said, needs = "", dict[str, Need]()
        for turn in turns:
            if turn.speaker is Speaker.CUSTOMER:
                said = f"{said} {turn.text}"
                name, chance = _likeliest(self._needs, turn.text)
                if name != _OTHER and chance >= _LIKELY:
                    kind = NeedKind(_likeliest(self._kinds, turn.text)[0])
                    needs[name] = Need(name, kind, chance, ())
            reason, sure = _likeliest(self._reasons, said)
            yield Understanding(Reason(reason, sure) if reason else None, needs=tuple(needs.values()))


def _fitted(examples: Sequence[tuple[str, str]]) -> _Classifier | None:
    """Return a classifier of the labels, None where there are not two to tell apart."""
    if len({label for label, _ in examples}) < 2:
        return None
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    head = LogisticRegression(C=10, max_iter=1000, class_weight="balanced")
    model = cast(_Classifier, make_pipeline(words, head))
    model.fit([text for _, text in examples], [label for label, _ in examples])
    return model


def _likeliest(model: _Classifier | None, text: str) -> tuple[str, float]:
    if model is None or not text.strip():
        return _OTHER, 0.0
    chances = model.predict_proba([text])[0]
    best = int(chances.argmax())
    return model.classes_[best], float(chances[best])
