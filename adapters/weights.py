"""The speech models' files: found, joined, verified.

The default recogniser comes in two packages that hold data only. Whatever is loaded is hashed first;
a file that is not the one we measured is refused.
"""
from dataclasses import dataclass
from pathlib import Path

from listener.transcriber import Transcriber
from listener.voice_activity import SileroVoiceActivity


class WeightsError(ValueError):
    """A model's files are missing or are not what they should be; the message says how to mend it."""


@dataclass(frozen=True, slots=True)
class Ears:
    """What a process needs to listen; shared by all its conversations.

    Attributes:
        transcriber: The recogniser.
        voice_activity: Give its ``track`` to each ``SpeechStream``.
    """

    transcriber: Transcriber
    voice_activity: SileroVoiceActivity

    @property
    def models(self) -> dict[str, str]:
        """Name and sha256 of each model, as the `started` event states them."""
        return {model.name: model.sha256 for model in (self.transcriber, self.voice_activity)}


def load_ears(whisper: str | None = None, cache: Path | None = None, threads: int = 1) -> Ears:
    """Load the speech models: about 2 s the first time, 1 s afterwards.

    Args:
        whisper: A folder with a CTranslate2 whisper model, or a model's name on the Hugging Face hub; None for
            the bundled base model.
        cache: Where the bundled model is joined; None for ``$RIGHTSELL_CACHE`` or ``~/.cache/rightsell``.
        threads: CPU threads per recognition.

    Raises:
        WeightsError: Missing, damaged or unreachable.
    """
    raise NotImplementedError("being written")
