"""The signature under the request that opens an AudioHook session."""

import base64
from time import time

import pytest
from starlette.websockets import WebSocket

from adapters.door import RefusedError
from adapters.softphone.audiohook_signature import AudioHookSignature
from tests.adapters.conftest import Message
from tests.adapters.genesys import KEY, PATH, SECRET, identity, sign

DOCUMENTED = {
    "host": "audiohook.example.com",
    "audiohook-organization-id": "d7934305-0972-4844-938e-9060eef73d05",
    "audiohook-session-id": "30b0e395-84d3-4570-ac13-9a62d8f514c0",
    "audiohook-correlation-id": "e160e428-53e2-487c-977d-96989bf5c99d",
    "x-api-key": "SGVsbG8sIEkgYW0gdGhlIEFQSSBrZXkh",
    "signature": "sig1=:NZBwyBHRRyRoeLqy1IzOa9VYBuI8TgMFt2GRDkDuJh4=:",
    "signature-input": (
        'sig1=("@request-target" "@authority" "audiohook-organization-id" "audiohook-session-id" '
        '"audiohook-correlation-id" "x-api-key");keyid="SGVsbG8sIEkgYW0gdGhlIEFQSSBrZXkh";'
        'nonce="VGhpc0lzQVVuaXF1ZU5vbmNl";alg="hmac-sha256";created=1641013200;expires=3282026430'
    ),
}
"""The example in Genesys's documentation of AudioHook's security; its client secret is below."""

DOCUMENTED_SECRET = base64.b64decode("TXlTdXBlclNlY3JldEtleVRlbGxOby0xITJAMyM0JDU=")
DOCUMENTED_AT = 1_641_013_200


def request(headers: dict[str, str], path: str = "/api/v1/voicebiometrics/ws") -> WebSocket:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    path, _, query = path.partition("?")
    scope = {
        "type": "websocket", "path": path, "raw_path": path.encode(), "query_string": query.encode(),
        "headers": raw,
    }  # fmt: skip
    return WebSocket(scope, None, None)  # pyright: ignore[reportArgumentType]  # headers only


def documented(late_s: float = 0, public_url: str = "") -> AudioHookSignature:
    key = DOCUMENTED["x-api-key"]
    return AudioHookSignature(key, DOCUMENTED_SECRET, public_url, lambda: DOCUMENTED_AT + late_s)


@pytest.mark.parametrize("late_s", [-3, 0, 13])
def test_the_signature_in_genesys_s_documentation_is_right_once_and_for_a_while(late_s: float) -> None:
    signature = documented(late_s)
    signature.check(request(DOCUMENTED))
    with pytest.raises(RefusedError, match="used already"):
        signature.check(request(DOCUMENTED))


def test_behind_a_proxy_the_public_address_is_what_was_signed() -> None:
    behind = {**DOCUMENTED, "host": "10.0.0.7:8700"}
    documented(public_url="wss://audiohook.example.com/api/v1").check(request(behind, "/voicebiometrics/ws"))
    with pytest.raises(RefusedError, match="not right"):
        documented().check(request(behind))


@pytest.mark.parametrize(("late_s", "problem"), [(-4, "in the future"), (14, "too long ago")])
def test_a_signature_that_is_too_old_or_too_new_is_not_taken(late_s: float, problem: str) -> None:
    with pytest.raises(RefusedError, match=problem):
        documented(late_s).check(request(DOCUMENTED))


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"nonce": "too-short"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"keyid": "another"}, "another API key"),
        ({"keyid": None}, "another API key"),
        ({"created": None}, "when it was signed"),
        ({"expires": int(time()) - 5}, "too long ago"),
        ({"alg": "hmac-sha1"}, "another algorithm"),
    ],
)
def test_what_is_signed_has_to_be_in_order_too(changed: Message, problem: str) -> None:
    headers = sign(identity(), "calls.example.com", **changed) | {"Host": "calls.example.com"}
    with pytest.raises(RefusedError, match=problem):
        AudioHookSignature(KEY, SECRET).check(request(headers, PATH))


@pytest.mark.parametrize(
    "changed",
    [
        {"signature": ""},
        {"signature": "sig1=:????:"},
        {"signature": "sig2=:NZBwyBHRRyRoeLqy1IzOa9VYBuI8TgMFt2GRDkDuJh4=:"},
        {"signature": "sig1=:NZBwyBHRRyRoeLqy1IzOa9VYBuI8TgMFt2GRDkDuJh=:"},
        {"signature-input": "sig1"},
        {"signature-input": 'sig1=("@authority");created=1641013200'},
        {"signature-input": DOCUMENTED["signature-input"].replace("@authority", '@authority" "@authority')},
        {"signature-input": DOCUMENTED["signature-input"].replace("@authority", '@authority" "@query')},
        {"signature-input": DOCUMENTED["signature-input"].replace("1641013200", "1641013201")},
        {"audiohook-session-id": "30b0e395-84d3-4570-ac13-9a62d8f514c1"},
        {"x-api-key": "\xff"},
    ],
)
def test_a_signature_that_was_changed_in_any_way_is_not_taken(changed: dict[str, str]) -> None:
    with pytest.raises(RefusedError) as refused:
        documented().check(request(DOCUMENTED | changed))
    assert refused.value.code == "unauthorized"


def test_the_key_alone_is_enough_only_where_no_secret_was_agreed() -> None:
    AudioHookSignature(KEY, b"").check(request(identity()))
    with pytest.raises(RefusedError, match="no client secret"):
        AudioHookSignature(KEY, b"").check(request(sign(identity(), "example.com")))
