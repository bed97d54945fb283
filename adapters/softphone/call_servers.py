"""Call servers on the generic audio socket: what each says of its call, in its address and its first message.

Sources: the READMEs of drachtio's mod_audio_fork and of mod_audio_stream; docs.jambonz.org, "listen";
developer.vonage.com, "WebSockets in the Voice API"; docs.asterisk.org, "WebSocket channel driver".
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from adapters.door import RefusedError
from adapters.softphone.messages import Start
from listener.audio import Encoding

SUBPROTOCOLS = ("audio.jambonz.org", "audio.drachtio.org", "audiostream.drachtio.org", "media")
"""Of jambonz, mod_audio_fork (new and old) and Asterisk; the others offer none."""

_ASTERISK = {
    "ulaw": (Encoding.MULAW, 8_000),
    "alaw": (Encoding.ALAW, 8_000),
    "slin": (Encoding.PCM, 8_000),
    "slin12": (Encoding.PCM, 12_000),
    "slin16": (Encoding.PCM, 16_000),
    "slin24": (Encoding.PCM, 24_000),
    "slin32": (Encoding.PCM, 32_000),
    "slin44": (Encoding.PCM, 44_100),
    "slin48": (Encoding.PCM, 48_000),
}
"""Asterisk's names of its codecs: encoding, samples a second."""

_LINEAR = "audio/l16"
_TELEPHONE_HZ = 8_000

_Fields = dict[str, Any]


def stated_in(query: Mapping[str, str]) -> _Fields:
    """Return the fields of a start that a call server's address holds.

    Raises:
        RefusedError: The address holds a token, which would end up in logs.
    """
    if "token" in query:
        raise RefusedError("token_in_url", "send the token in the Authorization header or the first message")
    return _told(query)


def start_of(first: str | bytes, stated: Mapping[str, Any]) -> Start:
    """Return how a call server's audio begins.

    Args:
        first: Its first message; one that is audio already says nothing.
        stated: Fields of a start from its address, of which those in the message are preferred.

    Raises:
        RefusedError: They do not say what the audio is, or whose; the message says how to mend it.
    """
    said = {} if isinstance(first, bytes) else _said(first)
    fields = {**stated, **said, "type": "start", "resume": "live"}
    if "rate" not in fields or "format" not in fields:
        raise RefusedError(
            "start_expected",
            "nothing says what the audio is: send a start message, or put it into the address,"
            " such as ?format=s16le&rate=8000&channels=2&call_id=…",
        )
    _mark_mixed(fields)
    start = _convert(fields)
    if start.channels == 1 and start.roles is None:
        raise RefusedError(
            "role_expected",
            "one channel, but nobody says whose: add role=customer or role=agent to the address",
        )
    return start


def _mark_mixed(fields: _Fields) -> None:
    """Refuse a mix of all who speak, unless somebody vouches for a role; then the context tells of it."""
    if not fields.pop("mixed", False):
        return
    if not fields.get("roles"):
        raise RefusedError(
            "mixed_audio",
            "this audio holds all who speak, mixed, so that nobody could tell who said what:"
            " send two channels, or a connection a side; where it holds one side alone, say role=customer",
        )
    context = fields.get("context", {})
    fields["context"] = context | {"audio": "mixed"} if isinstance(context, dict) else context


def _convert(fields: _Fields) -> Start:
    try:
        return msgspec.convert(fields, Start, strict=False)
    except msgspec.ValidationError as error:
        raise RefusedError("bad_message", f"in the address or the first message: {error}") from None


def _said(text: str) -> _Fields:
    if text.startswith("MEDIA_START"):
        pairs = (pair.partition(":") for pair in text.split()[1:])
        return _asterisk({name: value for name, _, value in pairs})
    if not text.lstrip().startswith("{"):
        return {}  # mod_audio_stream sends whatever it was told to
    try:
        message = msgspec.json.decode(text, type=_Fields)
    except (msgspec.DecodeError, RecursionError) as error:
        raise RefusedError("bad_message", f"in the first message: {error}") from None
    event = message.get("event")
    if isinstance(event, str) and event in _EVENTS:
        return _EVENTS[event](message)
    return _jambonz(message) if "mixType" in message else _told(message)


def _asterisk(message: _Fields) -> _Fields:
    """Read one side of a call: which, and of which call, only the address can say."""
    codec = str(message.get("format"))
    if codec not in _ASTERISK:
        raise RefusedError("bad_message", f"codec {codec[:20]!r}: dial with c(ulaw), c(alaw) or c(slin16)")
    encoding, rate_hz = _ASTERISK[codec]
    return {"format": encoding, "rate": rate_hz, "channels": 1}


def _vonage(message: _Fields) -> _Fields:
    """Read what a participant of the call hears: all others, mixed. Its headers are among the fields."""
    content, _, rate = str(message.get("content-type", "")).partition(";rate=")
    if content != _LINEAR or not rate:
        raise RefusedError("bad_message", f"content-type: ask for {_LINEAR};rate=16000")
    said = {"format": Encoding.PCM, "rate": rate, "channels": 1, "mixed": True}
    return _told(message) | said


def _jambonz(message: _Fields) -> _Fields:
    said = {
        "call_id": message.get("callSid", ""),
        "format": Encoding.PCM,
        "rate": message.get("sampleRate", _TELEPHONE_HZ),
        "channels": 2 if message["mixType"] == "stereo" else 1,
        "mixed": message["mixType"] == "mixed",
    }
    nested: Any = message.get("metadata")
    return said | _told(message) | (_told(nested) if isinstance(nested, dict) else {})  # pyright: ignore[reportUnknownArgumentType]  # JSON


def _told(message: Mapping[str, Any]) -> _Fields:
    """Return, of all that a call server was given to send along, what is a start's."""
    told = {name: message[name] for name in _TOLD if name in message}
    roles = message.get("roles", message.get("role"))
    return told | {"roles": roles.split(",")} if isinstance(roles, str) else told


_TOLD = ("format", "rate", "channels", "roles", "call_id", "agent_id", "customer", "context", "token")
_EVENTS: Mapping[str, Callable[[_Fields], _Fields]] = {
    "MEDIA_START": _asterisk,
    "websocket:connected": _vonage,
}
