"""What ``replay`` and ``feed`` are given: files of several kinds, told apart by what they hold."""

import gzip
from collections.abc import Iterator, Sequence
from pathlib import Path

from adapters.conversations import RecordedConversation, read_conversations
from adapters.files import FileError
from adapters.journal import Journal, is_journal, read_journal
from adapters.recorded.recordings import RecordedCall, two_channels, two_files
from listener.events import Speaker

Input = RecordedConversation | Journal | RecordedCall

_GZIP = b"\x1f\x8b"
_HEAD_BYTES = 1_024
_TEXT_ENDINGS = {".jsonl", ".ndjson", ".json"}


class InputError(ValueError):
    """It is not clear what is to be read; the message says how to say it."""


def read_inputs(
    paths: Sequence[Path], channel_map: Sequence[Speaker], customer: Path | None, agent: Path | None
) -> list[Input]:
    """Read every file before anything runs.

    Args:
        paths: Conversation files (also compressed by gzip), journals and two-channel recordings.
        channel_map: Whose channel is whose in those recordings.
        customer: A mono recording of the customer's side; needs the agent's.
        agent: The same of the agent's.

    Raises:
        InputError: Nothing to read, or one side without the other.
        ValueError: Of the kind of file that is wrong.
    """
    if (customer is None) != (agent is None):
        raise InputError("give both sides of the call: --customer FILE and --agent FILE")
    found = [one for path in paths for one in _read(path, channel_map)]
    if customer is not None and agent is not None:
        found.append(two_files(customer, agent).checked())
    if not found:
        raise InputError("say what to read: FILE…, or --customer FILE and --agent FILE")
    return found


def _read(path: Path, channel_map: Sequence[Speaker]) -> Iterator[Input]:
    text = _text(path)
    if text is None:
        yield two_channels(path, channel_map).checked()
    elif is_journal(text):
        yield read_journal(text, str(path))
    else:
        yield from read_conversations(text, str(path))


def _text(path: Path) -> str | None:
    """Return what a text file holds; None when it is none, so that it must be a recording."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
            if not _is_text(path, head):
                return None
            content = head + file.read()
        return (gzip.decompress(content) if head.startswith(_GZIP) else content).decode()
    except UnicodeDecodeError as error:
        raise FileError(f"{path}: is not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    except (EOFError, OSError) as error:
        raise FileError(f"{path}: {getattr(error, 'strerror', None) or error}") from None


def _is_text(path: Path, head: bytes) -> bool:
    begins = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    return path.suffix in _TEXT_ENDINGS or begins.startswith((b"{", _GZIP))
