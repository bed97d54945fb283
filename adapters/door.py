"""Who may come in: tokens, origins, and the first message of every socket."""

import asyncio
import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

import msgspec
import structlog
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from adapters.mishaps import place_of

FIRST_MESSAGE_WITHIN_S = 5.0
BAD_REQUEST = 4400
UNAUTHORIZED = 4401
TOO_BIG = 1009
FAILED = 1011
LARGEST_MESSAGE = 65_536
FORBIDDEN = 4403
TOO_LATE = 4408
TRY_AGAIN = 1013
_RETRYABLE = {TOO_LATE, TRY_AGAIN, FAILED}

_Message = TypeVar("_Message")

_log = structlog.get_logger()


class RefusedError(Exception):
    """What a client sent ends its connection.

    Attributes:
        code: Short and stable, such as ``bad_message``.
        close_code: The websocket's close code.
    """

    def __init__(self, code: str, message: str, close_code: int = BAD_REQUEST) -> None:
        super().__init__(message)
        self.code = code
        self.close_code = close_code


@dataclass(frozen=True, slots=True)
class Door:
    """What clients must show.

    Attributes:
        token: The one token that opens.
        origins: Origins of pages that may connect, beside the server's own.
    """

    token: str
    origins: Collection[str]

    def admit(self, headers: Headers, stated: str = "") -> None:
        """Let in whoever shows the token, in the ``Authorization`` header or as stated in a message.

        In the header it is a bearer's token, or the password of whatever user, for call servers that know
        nothing else.

        Raises:
            RefusedError: The token is missing or another one.
        """
        token = stated or _token_of(headers.get("authorization", ""))
        if not hmac.compare_digest(token.encode("utf-8", "surrogatepass"), self.token.encode()):
            problem = "the token is not the one this server wants" if token else "no token was given"
            raise RefusedError("unauthorized", problem, UNAUTHORIZED)

    def check_origin(self, headers: Headers) -> None:
        """Turn away pages of other origins; programs, which send no origin, pass.

        Raises:
            RefusedError: Another origin's page, which was not allowed.
        """
        origin = headers.get("origin")
        own = {f"{scheme}://{headers.get('host')}" for scheme in ("http", "https")}
        if origin is not None and origin not in own and origin not in self.origins:
            raise RefusedError("forbidden", "pages of this origin may not connect", FORBIDDEN)


def _token_of(authorization: str) -> str:
    scheme, _, shown = authorization.partition(" ")
    match scheme.lower():
        case "bearer":
            return shown.strip()
        case "basic":
            try:
                return base64.b64decode(shown.strip(), validate=True).decode().partition(":")[2]
            except (binascii.Error, UnicodeError):
                return ""
        case _:
            return ""


@dataclass(frozen=True, slots=True)
class Socket:
    """A websocket endpoint that survives whatever its clients do.

    Attributes:
        subprotocols: Those it speaks, best first; a client that offers none is spoken to all the same.
        serve: Serves one client from its first message to its end.
        answers: Whether a client is told in a message why it is turned away. Where it does not listen,
            the close reason and the log have to say.
    """

    door: Door
    subprotocols: tuple[str, ...]
    serve: Callable[[WebSocket], Awaitable[None]]
    answers: bool = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Accept a client, serve it, and tell it when it is turned away."""
        websocket = WebSocket(scope, receive, send)
        offered: list[str] = websocket.scope["subprotocols"]
        chosen = next((name for name in self.subprotocols if name in offered), None)
        await websocket.accept(subprotocol=chosen)
        try:
            # Only now: a page is told why by a close code, which needs an open socket.
            self.door.check_origin(websocket.headers)
            await self.serve(websocket)
        except RefusedError as refused:
            if not self.answers:
                _log.warning("refused", path=websocket.url.path, code=refused.code, reason=str(refused))
            await turn_away(websocket, refused, answers=self.answers)
        except WebSocketDisconnect:
            return
        except Exception as error:  # the edge of a connection: it ends, the others go on
            # The message may hold a customer's words; the kind and the place do not.
            _log.error("connection failed", path=websocket.url.path, **place_of(error))
            failure = RefusedError("internal", "the server failed here", FAILED)
            await turn_away(websocket, failure, answers=self.answers)


async def receive(websocket: WebSocket) -> str | bytes:
    """Return the next message, text or binary.

    Raises:
        RefusedError: It is too big.
        WebSocketDisconnect: The client is gone.
    """
    message = await websocket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    text: str | None = message.get("text")
    content: str | bytes = message.get("bytes", b"") if text is None else text
    if len(content) > LARGEST_MESSAGE:
        raise RefusedError("too_big", f"a message may have {LARGEST_MESSAGE} bytes", TOO_BIG)
    return content


async def receive_first(websocket: WebSocket) -> str | bytes:
    """Return the first message, for which nobody may make us wait.

    Raises:
        RefusedError: None came in time.
        WebSocketDisconnect: The client is gone.
    """
    try:
        async with asyncio.timeout(FIRST_MESSAGE_WITHIN_S):
            return await receive(websocket)
    except TimeoutError:
        problem = f"no message came within {FIRST_MESSAGE_WITHIN_S:g} s"
        raise RefusedError("too_late", problem, TOO_LATE) from None


def parse(message: str | bytes, decoder: msgspec.json.Decoder[_Message]) -> _Message:
    """Return a text message as a value.

    Raises:
        RefusedError: Binary, not JSON, or not a message we know.
    """
    if isinstance(message, bytes):
        raise RefusedError("bad_message", "expected a text message with JSON, got a binary one")
    try:
        return decoder.decode(message)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise RefusedError("bad_message", str(error)) from None


async def turn_away(websocket: WebSocket, refused: RefusedError, *, answers: bool = True) -> None:
    """Tell a client why, in a message or in the close reason alone, and hang up."""
    error = {
        "type": "error",
        "code": refused.code,
        "message": str(refused),
        "retryable": refused.close_code in _RETRYABLE,
    }
    try:
        if answers:
            await websocket.send_text(msgspec.json.encode(error).decode())
        await websocket.close(refused.close_code, refused.code)
    except (WebSocketDisconnect, RuntimeError):
        return  # it did not wait to be told
