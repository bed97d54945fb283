"""The API key and the signature under the request that opens an AudioHook session.

Source: draft-ietf-httpbis-message-signatures-11, and the components and limits that AudioHook sets.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Callable
from time import time
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.websockets import WebSocket

from adapters.door import UNAUTHORIZED, RefusedError

_COVERED = {
    "@request-target",
    "@authority",
    "audiohook-organization-id",
    "audiohook-session-id",
    "audiohook-correlation-id",
    "x-api-key",
}
_LONGEST_S = 10
_SKEW_S = 3  # as far as two clocks may be apart
_SHORTEST_NONCE = 22

_STRING = r'"[^"\\]*"'
_SIGNATURE_INPUT = re.compile(
    rf"(?P<label>[a-z*][a-z0-9_.*-]*)=(?P<signed>\((?P<components>{_STRING}(?: {_STRING})*)\)"
    rf"(?P<parameters>(?:;[a-z]+=(?:{_STRING}|[0-9]{{1,15}}))+))"
)
_SIGNATURE = re.compile(r"(?P<label>[a-z*][a-z0-9_.*-]*)=:(?P<digest>[A-Za-z0-9+/]+={0,2}):")
_PARAMETER = re.compile(rf";([a-z]+)=({_STRING}|[0-9]+)")


class AudioHookSignature:
    """Checks that a session was opened by the integration that shares a key and a secret with us.

    Args:
        key: The API key that it has to show.
        secret: The client secret with which it has to sign; empty takes unsigned requests.
        public_url: Under which Genesys knows this server, such as ``wss://calls.example.com``, where a
            proxy changes the host or the path of requests; empty takes both from the request.
        clock: Seconds since 1970.
    """

    def __init__(
        self, key: str, secret: bytes, public_url: str = "", clock: Callable[[], float] = time
    ) -> None:
        self._key = key.encode()
        self._secret = secret
        self._public = urlsplit(public_url)
        self._clock = clock
        self._used: dict[str, float] = {}

    def check(self, websocket: WebSocket) -> None:
        """Let in a request that shows the key and is signed with the secret, once.

        Raises:
            RefusedError: It is not; the message says why, for the log alone.
        """
        shown = websocket.headers.get("x-api-key", "")
        if not hmac.compare_digest(shown.encode("utf-8", "surrogatepass"), self._key):
            raise _refused("the API key is missing or another one")
        is_signed = "signature" in websocket.headers or "signature-input" in websocket.headers
        if is_signed and not self._secret:
            raise _refused("it is signed, but no client secret is set here")
        if is_signed:
            self._check_signature(websocket)
        elif self._secret:
            raise _refused("it is not signed")

    def _check_signature(self, websocket: WebSocket) -> None:
        headers = websocket.headers
        stated = _SIGNATURE_INPUT.fullmatch(_field(headers, "signature-input"))
        signature = _SIGNATURE.fullmatch(_field(headers, "signature"))
        if stated is None or signature is None or stated["label"] != signature["label"]:
            raise _refused("no signature that can be read")
        components = [name.strip('"') for name in stated["components"].split(" ")]
        parameters = {name: value.strip('"') for name, value in _PARAMETER.findall(stated["parameters"])}
        if len(set(components)) < len(components) or not _COVERED.issubset(components):
            raise _refused("the signature does not cover what it has to, each once")
        lines = [f'"{name}": {self._value(name, websocket)}' for name in components]
        base = "\n".join((*lines, f'"@signature-params": {stated["signed"]}'))
        if not hmac.compare_digest(
            hmac.digest(self._secret, base.encode("latin-1"), "sha256"), _decoded(signature["digest"])
        ):
            raise _refused("the signature is not right")
        self._check_parameters(parameters)

    def _check_parameters(self, parameters: dict[str, str]) -> None:
        """Check what was signed beside the components; nobody else can have written it."""
        if parameters.get("alg", "hmac-sha256") != "hmac-sha256":
            raise _refused("signed with another algorithm than hmac-sha256")
        if not hmac.compare_digest(parameters.get("keyid", "").encode(), self._key):
            raise _refused("signed for another API key")
        now_s = self._clock()
        try:
            created_s = int(parameters["created"])
            expires_s = int(parameters.get("expires", created_s + _LONGEST_S))
        except (KeyError, ValueError):
            raise _refused("it does not say when it was signed") from None
        if created_s > now_s + _SKEW_S:
            raise _refused("signed in the future: is a clock wrong?")
        if min(expires_s, created_s + _LONGEST_S) < now_s - _SKEW_S:
            raise _refused("signed too long ago: is a clock wrong?")
        self._use(parameters.get("nonce", ""), now_s)

    def _use(self, nonce: str, now_s: float) -> None:
        if len(nonce) < _SHORTEST_NONCE:
            raise _refused("the nonce is missing or too short")
        self._used = {used: until_s for used, until_s in self._used.items() if until_s >= now_s}
        if nonce in self._used:
            raise _refused("this signature was used already")
        self._used[nonce] = now_s + _LONGEST_S + 2 * _SKEW_S

    def _value(self, component: str, websocket: WebSocket) -> str:
        match component:
            case "@request-target":
                query: bytes = websocket.scope["query_string"]
                path = self._public.path + websocket.scope["raw_path"].decode("latin-1")
                return f"{path}?{query.decode('latin-1')}" if query else path
            case "@authority":
                return (self._public.netloc or websocket.headers.get("host", "")).lower()
            case _:
                return _field(websocket.headers, component)


def _field(headers: Headers, name: str) -> str:
    values = headers.getlist(name)
    if not values:
        raise _refused("a header is missing, or a component is unknown")
    return ", ".join(value.strip() for value in values)


def _decoded(digest: str) -> bytes:
    try:
        return base64.b64decode(digest, validate=True)
    except binascii.Error:
        return b""


def _refused(reason: str) -> RefusedError:
    return RefusedError("unauthorized", reason, UNAUTHORIZED)
