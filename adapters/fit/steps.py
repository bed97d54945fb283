"""Fitting, step by step: a step that was finished before an interruption is not done again."""

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from adapters.files import make_folder
from adapters.fit.encoder_export import export
from nlu.business import ReasonExamples
from nlu.confusions import FOLDS, Judged, hold_out, judge
from nlu.embedder import load_minilm
from nlu.tuning import RECIPE, Told, tune

Step = Callable[[str], AbstractContextManager[Told]]
"""Opens the display of one step, by its title."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What each example was taken for while it was held out.

    Attributes:
        before: By the encoder as it comes.
        after: By encoders tuned on the other examples.
    """

    before: tuple[Judged, ...]
    after: tuple[Judged, ...]


class Fitting:
    """One fitting of one set of reasons.

    Args:
        reasons: What to learn from.
        unfinished: Folder for finished steps; those of other reasons or another recipe are passed over.
        step: Opens the display of a step.
    """

    def __init__(self, reasons: Sequence[ReasonExamples], unfinished: Path, step: Step) -> None:
        self._reasons = reasons
        self._folder = unfinished
        self._step = step
        told = json.dumps([RECIPE, [asdict(each) for each in reasons]])
        self._fingerprint = sha256(told.encode()).hexdigest()[:16]
        make_folder(unfinished)

    def judge(self) -> Verdict:
        """Hold the examples out, a part at a time, and see what the others teach."""
        as_is = load_minilm()
        before: list[Judged] = []
        after: list[Judged] = []
        for fold in range(FOLDS):
            learnt = hold_out(self._reasons, fold)
            before += judge(self._reasons, fold, learnt, as_is)
            after += self._judge_tuned(fold, learnt)
        return Verdict(tuple(before), tuple(after))

    def encoder(self) -> bytes:
        """Return the encoder tuned on all examples, as an ONNX file."""
        path = self._path("encoder.onnx")
        if not path.is_file():
            with self._step("Fitting") as told:
                _write(path, export(tune(self._reasons, told)))
        return path.read_bytes()

    def clean_up(self) -> None:
        """Forget the finished steps."""
        for path in self._folder.iterdir():
            path.unlink()
        self._folder.rmdir()

    def _judge_tuned(self, fold: int, learnt: Sequence[ReasonExamples]) -> list[Judged]:
        path = self._path(f"part-{fold + 1}.json")
        if not path.is_file():
            with self._step(f"Judging, part {fold + 1} of {FOLDS}") as told:
                judged = judge(self._reasons, fold, learnt, tune(learnt, told))
            _write(path, json.dumps([asdict(each) for each in judged]).encode())
        return [Judged(**each) for each in json.loads(path.read_bytes())]

    def _path(self, name: str) -> Path:
        return self._folder / f"{self._fingerprint}-{name}"


def _write(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_bytes(content)
    fresh.replace(path)
