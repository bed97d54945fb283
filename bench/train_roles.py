"""Train the head that tells an agent's turn from a customer's, and measure when swapped roles are noticed.

``python -m bench.train_roles`` reads ``$RIGHTSELL_DATA`` (authored conversations, STAR and Taskmaster-4,
whose licences permit shipping what is learnt) and the composed conversations beside this file, prints the
figures and writes ``nlu/heads/roles.npz``. SGD, HarperValleyBank and DSTC10 are only measured.
"""

# scikit-learn leaves parts of its own interface untyped; the rest of the file stays strict.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from bench.records import Record, composed_files, data_folder, read_records
from nlu.act_cues import cue_flags
from nlu.embedder import Embedder, load_minilm
from nlu.reader import speakable
from nlu.redaction import mask
from nlu.roles import MOST, Roles

HEAD = Path(__file__).parent.parent / "nlu" / "heads" / "roles.npz"
TURNS = 24
"""How many of a conversation's first turns teach and are measured."""
FOLDS = 4
EVERY = {"star": 5, "tm4": 50, "sgd": 6, "hvb_voice_transcripts": 1, "dstc10_spoken_asr": 1}
"""Public file to every how many of its conversations are read."""
TAUGHT = ("star", "tm4")


@dataclass(frozen=True, slots=True)
class Heard:
    """A conversation: what the head sees of each turn, and whether the agent said it."""

    features: NDArray[np.float32]
    by_agent: NDArray[np.bool_]


Sources = dict[str, list[Heard]]


def read(embedder: Embedder) -> Sources:
    """Return conversations by business or public set."""
    folder = data_folder()
    sources: Sources = {}
    for path in sorted(folder.glob("authored/*/conversations.jsonl")):
        sources[f"authored/{path.parent.name}"] = _heard(read_records(path), embedder)
    for path in composed_files():
        sources[f"composed/{path.parent.name}"] = _heard(read_records(path)[:20], embedder)
    for name, every in EVERY.items():
        sources[name] = _heard(read_records(folder / f"{name}.dev.jsonl.gz")[::every], embedder)
    return sources


def _heard(records: Iterable[Record], embedder: Embedder) -> list[Heard]:
    return [
        Heard(
            np.stack([_features(turn["text"], embedder) for turn in record["turns"][:TURNS]]),
            np.array([turn["speaker"] == "agent" for turn in record["turns"][:TURNS]]),
        )
        for record in records
        if record["turns"]
    ]


def _features(text: str, embedder: Embedder) -> NDArray[np.float32]:
    masked = mask(text)
    return np.concatenate([embedder.embed([speakable(masked)])[0], cue_flags(masked)])


def fit(conversations: Sequence[Heard]) -> LogisticRegression:
    """Train on every turn of these."""
    features = np.concatenate([one.features for one in conversations])
    return LogisticRegression(max_iter=300).fit(
        features, np.concatenate([one.by_agent for one in conversations])
    )


def judge(name: str, conversations: Sequence[Heard], model: LogisticRegression) -> tuple[int, int]:
    """Print, and return, how often roles count as swapped: as they are, and when they are swapped."""
    false = sum(_noticed(one, model, 1.0) is not None for one in conversations)
    found = [_noticed(one, model, -1.0) for one in conversations]
    turns = [turn for turn in found if turn is not None]
    when = f"median turn {np.median(turns):.0f}" if turns else ""
    print(f"{name:24} n {len(conversations):4}  false {false:3}  found {len(turns):4}  {when}")
    return false, len(turns)


def _noticed(one: Heard, model: LogisticRegression, sign: float) -> int | None:
    agent = np.clip(model.decision_function(one.features), -MOST, MOST)
    roles = Roles()
    for turn, evidence in enumerate(np.where(one.by_agent, agent, -agent), start=1):
        roles = roles.hear(sign * float(evidence))
        if roles.swapped:
            return turn
    return None


def main() -> None:
    """Measure with businesses and sets left out, then train on all that may teach."""
    sources = read(load_minilm())
    own = [name for name in sources if name.startswith("authored/")]
    teaching = [name for name in sources if name.startswith("composed/") or name in TAUGHT]
    total = np.zeros(2, int)
    for fold in range(FOLDS):
        left_out = own[fold::FOLDS]
        taught = [one for name in sorted({*own, *teaching} - set(left_out)) for one in sources[name]]
        model = fit(taught)
        total += sum(np.array(judge(name, sources[name], model)) for name in left_out)
    print(f"authored, left out: false {total[0]}, found {total[1]}")
    without_star = fit([one for name in sorted({*own, *teaching} - {"star"}) for one in sources[name]])
    judge("star, left out", sources["star"], without_star)
    final = fit([one for name in sorted({*own, *teaching}) for one in sources[name]])
    for name in EVERY:
        if name not in TAUGHT:
            judge(name, sources[name], final)
    weight, bias = np.float32(final.coef_[0]), np.float32(final.intercept_)
    np.savez(HEAD, weight=weight, bias=bias)
    print(HEAD, sha256(HEAD.read_bytes()).hexdigest())


if __name__ == "__main__":
    main()
