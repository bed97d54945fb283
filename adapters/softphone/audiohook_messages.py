"""What Genesys says on an AudioHook session (version 2), and what we can take of what it offers.

Source: github.com/purecloudlabs/audiohook-reference-implementation, ``app/audiohook/src/protocol``.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from adapters.door import RefusedError
from listener.audio import AudioFormat, Encoding
from listener.events import Speaker

Duration = Annotated[str, msgspec.Meta(pattern=r"^PT(?:[0-9]*\.)?[0-9]+S\Z", max_length=24)]
"""Seconds in ISO 8601, such as ``PT1.25S``."""

Number = Annotated[int, msgspec.Meta(ge=0)]

LANGUAGES = ("en-US", "en-GB", "en-AU", "en-CA", "en-IE", "en-IN", "en-NZ", "en-ZA")
"""What we understand, as Genesys calls it."""

RATE_HZ = 8_000
_ENCODINGS = {"PCMU": Encoding.MULAW, "L16": Encoding.PCM}
_SPEAKERS = {"external": Speaker.CUSTOMER, "internal": Speaker.AGENT}
_BEST_FIRST = tuple(
    (format, channels)
    for channels in (["external", "internal"], ["internal", "external"], ["external"], ["internal"])
    for format in _ENCODINGS
)


class Media(msgspec.Struct):
    """One way in which the audio can be sent; channels are interleaved."""

    type: str
    format: str
    channels: list[str]
    rate: int

    @property
    def speakers(self) -> tuple[Speaker, ...]:
        """Whose channel is whose, of media that was chosen."""
        return tuple(_SPEAKERS[channel] for channel in self.channels)

    @property
    def audio(self) -> AudioFormat:
        """What the bytes are, of media that was chosen."""
        return AudioFormat(_ENCODINGS[self.format], self.rate, self.speakers)


class Participant(msgspec.Struct):
    """The customer's leg; all zeros in a probe."""

    id: UUID


class Known(msgspec.Struct):
    """What the integration's custom configuration may say about its calls.

    Attributes:
        agent_id: The agent who has them.
        customer: What is known of the customer, for eligibility rules.
        context: What is known of the call.
    """

    agent_id: str = ""
    customer: dict[str, Any] = {}
    context: dict[str, Any] = {}


class Opened(msgspec.Struct, rename="camel"):
    """What ``open`` says of the call."""

    organization_id: UUID
    conversation_id: UUID
    participant: Participant
    media: list[Media]
    language: str | None = None
    supported_languages: bool = False
    custom_config: Known = msgspec.field(default_factory=Known)

    @property
    def is_probe(self) -> bool:
        """Whether somebody only tries the connection."""
        return self.conversation_id.int == 0 and self.participant.id.int == 0


class Stretch(msgspec.Struct):
    """Time of which no audio is sent."""

    start: Duration
    discarded: Duration


class Updating(msgspec.Struct):
    """Another language is spoken now."""

    language: str


class Closing(msgspec.Struct):
    """Why the session ends."""

    reason: Literal["end", "error", "disconnect", "reconnect"]


class Failing(msgspec.Struct):
    """What Genesys reports of itself, or of us."""

    code: int


class Envelope(msgspec.Struct, tag_field="type", tag=str.lower):
    """Around every message.

    Attributes:
        id: The session's.
        seq: 1, 2, 3 … of this side's messages.
        serverseq: The newest of ours that it has.
        position: Where its audio is.
    """

    version: Literal["2"]
    id: UUID
    seq: Number
    serverseq: Number
    position: Duration


class Open(Envelope):
    """The session begins."""

    parameters: Opened


class Close(Envelope):
    """The session is to end."""

    parameters: Closing


class Ping(Envelope):
    """Asks for a sign of life."""

    parameters: dict[str, Any]


class Paused(Envelope):
    """No more audio comes, until resumed."""

    parameters: dict[str, Any]


class Resumed(Envelope):
    """Audio comes again."""

    parameters: Stretch


class Discarded(Envelope):
    """Some audio does not come."""

    parameters: Stretch


class Update(Envelope):
    """Something about the call changed."""

    parameters: Updating


class Error(Envelope):
    """Genesys says that something went wrong; it ends the session itself if it has to."""

    parameters: Failing


ClientMessage = Open | Close | Ping | Paused | Resumed | Discarded | Update | Error

messages: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)


def choose(offered: Sequence[Media]) -> Media:
    """Return the media we want: both sides apart rather than one, µ-law rather than twice the bytes.

    Raises:
        RefusedError: None that we could take was offered.
    """
    usable = {
        (media.format, tuple(media.channels)): media
        for media in offered
        if media.type == "audio" and media.rate == RATE_HZ
    }
    for format, channels in _BEST_FIRST:
        if (format, tuple(channels)) in usable:
            return usable[format, tuple(channels)]
    raise RefusedError("bad_media", f"offer PCMU or L16 at {RATE_HZ} Hz, channels external and internal")


def understands(language: str) -> bool:
    """Whether we understand a language, such as ``en-US``."""
    return language.partition("-")[0].lower() == "en"


def seconds(duration: Duration) -> float:
    """Return a duration in seconds."""
    return float(duration[2:-1])


def duration(seconds: float) -> Duration:
    """Return seconds as Genesys writes them; there are none before the beginning."""
    return f"PT{max(0.0, seconds):.3f}S"
