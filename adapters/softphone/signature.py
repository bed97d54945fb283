"""Twilio's signature under the request that opens a stream."""

import base64
import hmac
from dataclasses import dataclass

from starlette.websockets import WebSocket

from adapters.door import UNAUTHORIZED, RefusedError


@dataclass(frozen=True, slots=True)
class TwilioSignature:
    """Checks that a stream was opened by the Twilio account that shares a secret with us.

    Source: twilio.com/docs/usage/security, "Validating requests".

    Attributes:
        auth_token: The account's auth token.
        public_url: Under which Twilio knows this server, such as ``wss://calls.example.com``: behind a proxy
            the request itself does not say.
    """

    auth_token: str
    public_url: str

    def check(self, websocket: WebSocket) -> None:
        """Let in a request that is signed.

        Raises:
            RefusedError: The signature is missing or another one.
        """
        path: str = websocket.scope["path"]
        query = websocket.scope["query_string"].decode("ascii", "replace")
        signed = self.public_url + path + (f"?{query}" if query else "")
        digest = hmac.digest(self.auth_token.encode(), signed.encode(), "sha1")
        shown = websocket.headers.get("x-twilio-signature", "")
        if not hmac.compare_digest(base64.b64encode(digest), shown.encode("utf-8", "surrogatepass")):
            problem = "Twilio's signature is not right for" if shown else "no signature of Twilio's for"
            raise RefusedError("unauthorized", f"{problem} {self.public_url}{path}", UNAUTHORIZED)
