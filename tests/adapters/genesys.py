"""Genesys's side of an AudioHook session, as strict as the reference client.

Source of its rules: ``clientsessionimpl.ts`` and ``validators.ts`` of
github.com/purecloudlabs/audiohook-reference-implementation. A number too few or too many, a message that it
does not know or does not expect, binary from the server, a pong that is late or answers another ping, or no
``closed`` within 10 s: the session has failed.
"""

import base64
import hmac
import json
import re
import secrets
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic, time
from typing import Any
from uuid import UUID, uuid4

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from adapters.app import Parts
from adapters.softphone.audiohook_signature import AudioHookSignature
from tests.adapters.conftest import Message, Running, running

KEY = "an-api-key"
SECRET = b"a client secret that nobody else has"
PATH = "/v1/audiohook"
NULL = str(UUID(int=0))
PONG_WITHIN_S = 5.0
CLOSED_WITHIN_S = 10.0
OFFERED = [
    {"type": "audio", "format": format, "channels": channels, "rate": 8000}
    for channels in (["external", "internal"], ["external"], ["internal"])
    for format in ("PCMU", "L16")
]

_DURATION = re.compile(r"PT(?:[0-9]*\.)?[0-9]+S")
_COMPONENTS = (
    "@request-target",
    "@authority",
    "audiohook-organization-id",
    "audiohook-session-id",
    "audiohook-correlation-id",
    "x-api-key",
)


def identity() -> dict[str, str]:
    """The headers of a new session."""
    ids = {f"Audiohook-{name}-Id": str(uuid4()) for name in ("Organization", "Session", "Correlation")}
    return {**ids, "X-API-KEY": KEY}


def sign(
    headers: Mapping[str, str], host: str, *, secret: bytes = SECRET, **changed: object
) -> dict[str, str]:
    """Return the headers with a signature; parameters of it may be changed, or left out with None."""
    created = int(time())
    parameters: dict[str, object] = {
        "keyid": headers["X-API-KEY"], "nonce": secrets.token_urlsafe(18), "alg": "hmac-sha256",
        "created": created, "expires": created + 30,
    } | changed  # fmt: skip
    values = {name.lower(): value for name, value in headers.items()}
    values |= {"@request-target": PATH, "@authority": host}
    covered = " ".join(f'"{name}"' for name in _COMPONENTS)
    stated = f"({covered})" + "".join(
        f';{name}="{value}"' if isinstance(value, str) else f";{name}={value}"
        for name, value in parameters.items()
        if value is not None
    )
    base = [f'"{name}": {values[name]}' for name in _COMPONENTS] + [f'"@signature-params": {stated}']
    digest = base64.b64encode(hmac.digest(secret, "\n".join(base).encode(), "sha256")).decode()
    return {**headers, "Signature-Input": f"sig1={stated}", "Signature": f"sig1=:{digest}:"}


class Genesys:
    """One session.

    Attributes:
        received: All messages so far, checked.
        position_s: Where its audio is.
    """

    def __init__(self, connection: ClientConnection, headers: Mapping[str, str]) -> None:
        self.socket = connection
        self.id = headers["Audiohook-Session-Id"]
        self.organization = headers["Audiohook-Organization-Id"]
        self.received: list[Message] = []
        self.position_s = 0.0
        self.frame_bytes = 0
        self._seq = 0
        self._is_closing = False

    def send(self, type: str, /, *, envelope: Message | None = None, **parameters: object) -> None:
        self._seq += 1
        message = {
            "version": "2", "id": self.id, "type": type, "seq": self._seq, "serverseq": len(self.received),
            "position": f"PT{self.position_s:g}S", "parameters": parameters,
        }  # fmt: skip
        self.socket.send(json.dumps(message | (envelope or {})))

    def offer(self, conversation: str, **changed: object) -> Message:
        """Return what ``open`` says."""
        return {
            "organizationId": self.organization,
            "conversationId": conversation,
            "participant": {"id": conversation, "ani": "", "aniName": "", "dnis": ""},
            "media": OFFERED,
            "language": "en-US",
            **changed,
        }

    def open(self, conversation: str, **changed: object) -> Message:
        """Open the session; return how the server did."""
        offer = self.offer(conversation, **changed)
        self.send("open", **offer)
        opened: Message = self.until("opened")["parameters"]
        (media,) = opened["media"]
        assert media in offer["media"]
        self.frame_bytes = len(media["channels"]) * (1 if media["format"] == "PCMU" else 2)
        return opened

    def audio(self, data: bytes, *, message_s: float = 0.2) -> None:
        size = round(message_s * 8_000) * self.frame_bytes
        for begin in range(0, len(data), size):
            self.socket.send(data[begin : begin + size])
            self.position_s += len(data[begin : begin + size]) / self.frame_bytes / 8_000

    def pause(self) -> None:
        self.send("paused")

    def resume(self, discarded_s: float) -> None:
        self.send("resumed", start=f"PT{self.position_s:g}S", discarded=f"PT{discarded_s:g}S")
        self.position_s += discarded_s

    def ping(self) -> None:
        """Ask for a sign of life; kill the session if none comes."""
        self.send("ping", rtt="PT0.0065S")
        asked, began = self._seq, monotonic()
        pong = self.until("pong")
        assert pong["clientseq"] == asked
        assert monotonic() - began < PONG_WITHIN_S

    def receive(self, timeout: float = 60) -> Message:
        text = self.socket.recv(timeout=timeout)
        assert isinstance(text, str), "binary from the server"
        assert len(text) <= 65_535
        message: Message = json.loads(text)
        assert message["version"] == "2"
        UUID(message["id"])
        assert message["seq"] == len(self.received) + 1, "a gap in seq"
        assert 0 <= message["clientseq"] <= self._seq
        assert _PARAMETERS[message["type"]](message["parameters"])
        assert message["type"] != "closed" or self._is_closing
        self.received.append(message)
        return message

    def until(self, type: str, timeout: float = 60) -> Message:
        """Return the next message of a type."""
        give_up = monotonic() + timeout
        while monotonic() < give_up:
            if (message := self.receive(timeout))["type"] == type:
                return message
        raise TimeoutError(f"no {type} came")

    def entities(self, type: str) -> list[Message]:
        """What came in events of one type so far, oldest first."""
        events = (message["parameters"] for message in self.received if message["type"] == "event")
        found = (entity for event in events for entity in event["entities"])
        return [entity["data"] for entity in found if entity["type"] == type]

    def close(self, reason: str = "end") -> None:
        """End the session in order, and hang up."""
        self._is_closing = True
        self.send("close", reason=reason)
        assert self.until("closed", CLOSED_WITHIN_S)["parameters"] == {}
        self.socket.close()

    def disconnected(self) -> Message:
        """Wait until the server asks to end the session, and end it; return why."""
        why = self.until("disconnect")["parameters"]
        self.close("disconnect")
        return why

    def lost(self) -> None:
        """Vanish without a word."""
        self.socket.socket.close()

    def hung_up(self) -> bool:
        """Whether the server hangs up, whatever it still says."""
        try:
            while True:
                self.socket.recv(timeout=30)
        except ConnectionClosed:
            return True


@contextmanager
def session(
    server: Running, headers: Mapping[str, str] | None = None, *, is_signed: bool = True
) -> Generator[Genesys]:
    """Connect to a server, signed by default."""
    headers = headers or identity()
    shown = sign(headers, server.host) if is_signed else headers
    url = f"ws://{server.host}{PATH}"
    with connect(url, additional_headers=shown, compression=None) as connection:
        yield Genesys(connection, headers)


@contextmanager
def server_for_genesys(parts: Parts, journals: Path) -> Generator[Running]:
    """Run a server that takes Genesys's calls, and gives up a lost one soon."""
    signature = AudioHookSignature(KEY, SECRET)
    with running(replace(parts, audiohook=signature, journals=journals, resume_within_s=0.5)) as server:
        yield server


def silence(seconds: float) -> bytes:
    """Return µ-law silence on both channels."""
    return b"\xff" * round(seconds * 16_000)


def said(genesys: Genesys) -> list[tuple[int, str]]:
    """Channel and words of what was settled."""
    return [
        (data["channelId"], data["alternatives"][0]["interpretations"][0]["transcript"].lower())
        for data in genesys.entities("transcript")
        if data["isFinal"]
    ]


def _is_event(parameters: Message) -> bool:
    entities = parameters["entities"]
    return bool(entities) and all(_ENTITIES[entity["type"]](entity["data"]) for entity in entities)


def _is_transcript(data: Message) -> bool:
    (alternative,) = data["alternatives"]
    (words,) = alternative["interpretations"]
    times = [data[name] for name in ("offset", "duration") if name in data]
    return (
        isinstance(data["isFinal"], bool)
        and data["channelId"] in (0, 1)
        and _is_uuid(data["id"])
        and 0 <= alternative["confidence"] <= 1
        and words["type"] == "display"
        and bool(words["transcript"])
        and all(map(_DURATION.fullmatch, times))
    )


def _is_assistance(data: Message) -> bool:
    return _is_uuid(data["id"]) and all(map(_is_suggestion, data["suggestions"]))


def _is_suggestion(suggestion: Message) -> bool:
    words = {"article": ("title", "documentUri"), "faq": ("question", "answer")}[suggestion["type"]]
    return (
        _is_uuid(suggestion["id"])
        and 0 <= suggestion["confidence"] <= 1
        and bool(_DURATION.fullmatch(suggestion["position"]))
        and all(isinstance(suggestion[name], str) for name in words)
        and all(isinstance(excerpt, str) for excerpt in suggestion.get("excerpts", []))
        and all(isinstance(value, str) for value in suggestion.get("metadata", {}).values())
    )


def _is_uuid(text: str) -> bool:
    return UUID(text).version in (1, 2, 3, 4, 5)


def _is_empty(parameters: Message) -> bool:
    return parameters == {}


_ENTITIES: dict[str, Callable[[Message], bool]] = {
    "transcript": _is_transcript,
    "agentassist": _is_assistance,
}
_PARAMETERS: dict[str, Callable[[Any], bool]] = {
    "opened": lambda it: len(it["media"]) <= 1 and isinstance(it.get("startPaused", False), bool),
    "disconnect": lambda it: it["reason"] in ("completed", "unauthorized", "error") and bool(it["info"]),
    "event": _is_event,
    **dict.fromkeys(("closed", "pong", "pause", "resume", "updated"), _is_empty),
}
