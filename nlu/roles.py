"""Who is the agent, told by what is said: so channels that are connected the wrong way round are noticed.

Every turn is weighed by itself: would an agent say this, or a customer? Greeting for a company, asking for a
reference and offering more help are an agent's; telling one's trouble is a customer's. The odds add up over
the conversation. ``bench/train_roles.py`` trains the weights.
"""

from dataclasses import dataclass

import numpy as np

from listener.events import Speaker
from nlu.act_cues import cue_flags
from nlu.head_files import Arrays, read_head
from nlu.reading import Reading

_SHA256 = "ea6cadd384d109586320dc26a737ac744c32daaf10ed9ebbfd6d48a58736b133"

MOST = 3.0
"""Log-odds that one turn may add: what one turn seems to say, may be misheard."""

SWAPPED = -6.0
"""Log-odds from which the roles count as swapped. Source: docs/listening.md, "Swapped roles"."""


@dataclass(frozen=True, slots=True)
class Roles:
    """Whether the tracks bear the right names.

    Attributes:
        score: Log-odds that they do, by all turns so far.
        swapped: Whether they seem to be swapped; stays until the score speaks for them again.
    """

    score: float = 0.0
    swapped: bool = False

    def hear(self, evidence: float) -> "Roles":
        """Take one turn's log-odds that it was said by whom its track names."""
        score = self.score + evidence
        return Roles(score, score <= SWAPPED or (self.swapped and score <= 0))


class RolesHead:
    """A logistic function of a turn's vector and worded cues.

    Args:
        arrays: ``weight`` and ``bias``.
        sha256: Of the file they came from, lower-case hex.
    """

    def __init__(self, arrays: Arrays, sha256: str) -> None:
        self._weight, self._bias = arrays["weight"], arrays["bias"]
        self.sha256 = sha256

    def evidence(self, reading: Reading) -> float:
        """Return the log-odds that a turn was said by its speaker and not by the other, at most ``MOST``."""
        features = np.concatenate([reading.vector, cue_flags(reading.text)])
        agent = float(np.clip(self._weight @ features + self._bias[0], -MOST, MOST))
        return agent if reading.turn.utterance.speaker is Speaker.AGENT else -agent


def load_roles_head() -> RolesHead:
    """Read the head that ships with the package.

    Raises:
        HeadError: Its file is missing or not the one we trained.
    """
    return RolesHead(read_head("roles.npz", _SHA256), _SHA256)
