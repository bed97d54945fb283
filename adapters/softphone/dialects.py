"""Media streams as telephone platforms speak them: Twilio's messages, and the same under other names."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from adapters.door import RefusedError
from listener.audio import AudioFormat, AudioFormatError, Encoding
from listener.events import Speaker

_CALL_IDS = ("callSid", "call_control_id", "callId", "call_sid")
"""Of Twilio and SignalWire, Telnyx, Plivo, Exotel."""

_FORMATS = ("mediaFormat", "media_format")
_RATES = ("sampleRate", "sample_rate")
_PARAMETERS = ("customParameters", "custom_parameters", "extra_headers")
_ENCODINGS = {
    **dict.fromkeys(("audio/x-mulaw", "mulaw", "pcmu"), Encoding.MULAW),
    **dict.fromkeys(("audio/x-alaw", "alaw", "pcma"), Encoding.ALAW),
    **dict.fromkeys(("audio/x-l16", "audio/l16", "l16", "audio/x-raw", "raw/slin"), Encoding.PCM),
}
_OTHER_SIDE = {Speaker.CUSTOMER: Speaker.AGENT, Speaker.AGENT: Speaker.CUSTOMER}


class Media(msgspec.Struct):
    """A packet of one track.

    Attributes:
        payload: Samples.
        track: ``inbound`` is what the platform receives from the leg that runs the markup.
        timestamp: Milliseconds, from wherever the platform counts; None where it does not say.
    """

    payload: bytes
    track: str = "inbound"
    timestamp: Annotated[int, msgspec.Meta(ge=0)] | None = None


class Message(msgspec.Struct):
    """Any message, whatever its platform.

    Attributes:
        event: ``connected``, ``start``, ``media``, ``stop``; others, such as ``dtmf`` and ``mark``, decide
            nothing here.
        start: Under the platform's own names.
        extra_headers: What Plivo calls custom parameters.
    """

    event: str
    start: dict[str, Any] = {}
    media: Media | None = None
    extra_headers: str | dict[str, Any] = ""


class Parameters(msgspec.Struct):
    """What the customer of the platform says about a call, in its custom parameters.

    Attributes:
        token: Unless it is in the ``Authorization`` header.
        agent_id: The agent who has the call.
        inbound: Who speaks on the inbound track.
        customer: What is known of the customer, for eligibility rules.
        context: What is known of the call.
    """

    token: str = ""
    agent_id: str = ""
    inbound: Speaker = Speaker.CUSTOMER
    customer: dict[str, Any] = {}
    context: dict[str, Any] = {}


class Start(msgspec.Struct):
    """A stream begins.

    Attributes:
        call: The platform's id of the call, which becomes the conversation's.
        encoding: How a sample is written.
        rate_hz: Samples a second and track.
        parameters: What was said about it.
    """

    call: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    encoding: Encoding
    rate_hz: int
    parameters: Parameters

    def audio(self, track: str) -> AudioFormat:
        """Return what a track's packets hold, and whose.

        Raises:
            RefusedError: No such track.
        """
        inbound = self.parameters.inbound
        speakers = {"inbound": inbound, "outbound": _OTHER_SIDE[inbound]}
        if track not in speakers:
            raise RefusedError("bad_message", "a track is 'inbound' or 'outbound'")
        return AudioFormat(self.encoding, self.rate_hz, (speakers[track],))


messages = msgspec.json.Decoder(Message, strict=False)
"""Numbers may be strings, as Twilio writes them."""


def start_of(message: Message) -> Start:
    """Read a start, whoever wrote it.

    Raises:
        RefusedError: It says nothing we can work with; the message says what is wrong.
    """
    format = _object(_first(message.start, _FORMATS, {}), "the media format")
    if str(format.get("channels", 1)) != "1":
        raise RefusedError("bad_message", "send each side as a track of its own, not as channels")
    start = {
        "call": _first(message.start, _CALL_IDS, ""),
        "encoding": _encoding(str(format.get("encoding", "audio/x-mulaw"))),
        "rate_hz": _first(format, _RATES, 8_000),
        "parameters": _parameters(_first(message.start, _PARAMETERS, message.extra_headers)),
    }
    try:
        found = msgspec.convert(start, Start, strict=False)
        found.audio("inbound")
    except (msgspec.ValidationError, AudioFormatError) as error:
        raise RefusedError("bad_message", f"start: {error}") from None
    return found


def _first(fields: Mapping[str, Any], names: tuple[str, ...], otherwise: object) -> Any:  # noqa: ANN401  # JSON
    return next((fields[name] for name in names if fields.get(name) is not None), otherwise)


def _object(value: object, name: str) -> dict[str, Any]:
    try:
        return msgspec.convert(value, dict[str, Any])
    except msgspec.ValidationError:
        raise RefusedError("bad_message", f"{name}: not an object") from None


def _encoding(name: str) -> Encoding:
    found = _ENCODINGS.get(name.partition(";")[0].strip().lower())
    if found is None:
        raise RefusedError(
            "bad_message", "this encoding is not taken: send PCMU, PCMA or L16 (little-endian)"
        )
    return found


def _parameters(raw: object) -> dict[str, Any]:
    """Return custom parameters as fields; those that are objects were sent as JSON, for want of types."""
    fields = _object(_pairs(raw) if isinstance(raw, str) else raw, "the custom parameters")
    for name in ("customer", "context"):
        if isinstance(fields.get(name), str):
            fields[name] = _json(fields[name], name)
    return fields


def _pairs(text: str) -> object:
    """Read parameters that came as one string: an object of JSON, or ``a=1;b=2``."""
    if text.lstrip().startswith("{"):
        return _json(text, "the custom parameters")
    pairs = (pair.partition("=") for pair in text.replace(",", ";").split(";") if pair.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}


def _json(text: str, name: str) -> object:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise RefusedError("bad_message", f"{name}: not an object of JSON") from None
