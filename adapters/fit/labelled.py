"""Labelled speech for ``rightsell fit``: more examples of a catalog's reasons, as customers put them.

JSON Lines. A line is either ``{"text": …, "reason": …}`` or a conversation whose ``labels.reason`` is known;
of a conversation, the customer's turn that says why is taken.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from adapters.files import read_text
from listener.events import Speaker
from nlu.business import ReasonExamples
from nlu.embedder import load_minilm
from nlu.examples import ReasonModel, fit_examples
from nlu.reader import speakable
from nlu.redaction import mask

_FIRST_TURNS = 3
"""Customer's turns in which the reason for a call is looked for."""


class LabelledError(ValueError):
    """A labelled file that we cannot learn from; says file, line and how to mend it."""


class _Turn(msgspec.Struct):
    speaker: Speaker
    text: str


class _Labels(msgspec.Struct):
    reason: str | None = None


class _Line(msgspec.Struct):
    text: str | None = None
    reason: str | None = None
    turns: list[_Turn] = []
    labels: _Labels = msgspec.field(default_factory=_Labels)

    @property
    def label(self) -> str | None:
        return self.labels.reason if self.text is None else self.reason

    @property
    def said(self) -> list[str]:
        """What may say why, as the product would read it: personal data masked."""
        told = [turn.text for turn in self.turns if turn.speaker is Speaker.CUSTOMER][:_FIRST_TURNS]
        return [speakable(mask(text)) for text in (told if self.text is None else [self.text])]


_decoder = msgspec.json.Decoder(_Line)


def read_labelled(path: Path, reasons: Sequence[ReasonExamples]) -> tuple[ReasonExamples, ...]:
    """Return the reasons with the file's examples added; lines without a reason are passed over.

    Raises:
        FileError: The file cannot be read.
        LabelledError: At the first line that makes no sense, or when none has an example.
    """
    model = ReasonModel(minilm := load_minilm(), fit_examples(reasons, minilm))
    ids = [reason.id for reason in reasons]
    more: dict[str, list[str]] = {each: [] for each in ids}
    for number, written in enumerate(read_text(path).removeprefix("\ufeff").split("\n"), 1):
        line = _read(written, f"{path}, line {number}", ids) if written.strip() else _Line()
        if line.label is not None:
            more[line.label] += _telling(line.said, model, ids.index(line.label))
    if not any(more.values()):
        raise LabelledError(f"{path}: holds no example; write lines with text and reason")
    return tuple(_with(reason, more[reason.id]) for reason in reasons)


def _read(written: str, where: str, ids: Sequence[str]) -> _Line:
    try:
        line = _decoder.decode(written)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise LabelledError(
            f"{where}: {error}; write text and reason, or a conversation with labels.reason"
        ) from None
    if line.label is not None and line.label not in ids:
        raise LabelledError(
            f"{where}: no reason {line.label!r} in the catalog; correct it, or take the line out"
        )
    return line


def _telling(said: Sequence[str], model: ReasonModel, reason: int) -> list[str]:
    """Return the text that speaks for the reason most, if any does; a lone one always does."""
    if len(said) == 1:
        return list(said)
    speaks = [float(model.read(text)[reason]) for text in said]
    return [said[speaks.index(max(speaks))]] if any(speaks) else []


def _with(reason: ReasonExamples, more: Sequence[str]) -> ReasonExamples:
    return replace(reason, examples=tuple(dict.fromkeys((*reason.examples, *more))))
