"""Twilio's signature, with Twilio's own validator as the judge."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.websockets import WebSocket
from twilio.request_validator import RequestValidator  # pyright: ignore[reportMissingTypeStubs]

from adapters.app import Parts
from adapters.door import RefusedError
from adapters.softphone.signature import TwilioSignature
from tests.adapters.conftest import Running, running
from tests.adapters.platforms import SILENCE, media, send_all, twilio_start

AUTH_TOKEN = "twilio-and-we-know"
PUBLIC_URL = "wss://calls.example.com/in"


@pytest.fixture(scope="module")
def signed(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that wants Twilio's signature."""
    signature = TwilioSignature(AUTH_TOKEN, PUBLIC_URL)
    with running(replace(parts, signature=signature, journals=tmp_path_factory.mktemp("signed"))) as found:
        yield found


def twilio_s(url: str, auth_token: str) -> str:
    return RequestValidator(auth_token).compute_signature(url, {})  # pyright: ignore[reportUnknownMemberType]


def signature_of(url: str, auth_token: str = AUTH_TOKEN) -> dict[str, str]:
    return {"X-Twilio-Signature": twilio_s(url, auth_token)}


def test_a_stream_that_twilio_signed_is_heard(signed: Running, conversation: str) -> None:
    headers = signature_of(f"{PUBLIC_URL}/v1/twilio")
    with signed.connect("/v1/twilio", "none-of-ours", headers) as client:
        send_all(client, [twilio_start(conversation), media(0, SILENCE), {"event": "stop"}])
        assert client.closed() == 1000


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Twilio-Signature": ""},
        signature_of(f"{PUBLIC_URL}/v1/twilio/"),
        signature_of("wss://elsewhere.example.com/v1/twilio"),
        signature_of(f"{PUBLIC_URL}/v1/twilio", "another"),
    ],
)
def test_a_stream_that_nobody_signed_is_turned_away_even_with_our_token(
    signed: Running, conversation: str, headers: dict[str, str]
) -> None:
    with signed.connect("/v1/twilio", "none-of-ours", headers) as client:
        send_all(client, [twilio_start(conversation)])
        assert client.closed() == 4401


def test_a_signed_stream_without_our_token_is_turned_away(signed: Running, conversation: str) -> None:
    headers = signature_of(f"{PUBLIC_URL}/v1/twilio")
    with signed.connect("/v1/twilio", "none-of-ours", headers) as client:
        send_all(client, [twilio_start(conversation, token="")])
        assert client.closed() == 4401


async def _nothing(*_: object) -> Any:  # noqa: ANN401  # neither received nor sent here
    raise NotImplementedError


@given(
    token=st.text(min_size=1, max_size=40),
    path=st.text("abcdefghij/-._~", max_size=20),
    other=st.text(max_size=30),
)
def test_our_check_agrees_with_twilio_s_own(token: str, path: str, other: str) -> None:
    def accepts(shown: str) -> bool:
        scope: Any = {
            "type": "websocket", "path": f"/{path}", "root_path": "", "query_string": b"", "subprotocols": [],
            "headers": [(b"x-twilio-signature", shown.encode("latin-1", "replace"))],
        }  # fmt: skip
        try:
            TwilioSignature(token, "wss://calls.example.com").check(WebSocket(scope, _nothing, _nothing))
        except RefusedError:
            return False
        return True

    right = twilio_s(f"wss://calls.example.com/{path}", token)
    assert accepts(right)
    assert accepts(other) is (other == right)
