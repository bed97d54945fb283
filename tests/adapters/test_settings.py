"""Settings, and the names we claim."""

from pathlib import Path

import pytest

from adapters.claims import ClaimError, check_claims
from adapters.settings import SettingsError, audiohook_of, read_settings, token_of


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "RIGHTSELL_PORT", "RIGHTSELL_TOKEN", "RIGHTSELL_HOST", "RIGHTSELL_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)


def test_a_flag_goes_before_the_environment_and_that_before_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert read_settings().port == 8700
    monkeypatch.setenv("PORT", "9000")
    assert read_settings(port=None).port == 9000
    assert read_settings(port=9001).port == 9001
    monkeypatch.setenv("RIGHTSELL_CATALOG", "shop.yaml")
    assert read_settings().catalog == Path("shop.yaml")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_on_loopback_a_new_token_is_made_up_at_every_start(host: str) -> None:
    settings = read_settings(host=host)
    assert settings.is_loopback
    assert token_of(settings) != token_of(settings)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "desk.example.com"])  # noqa: S104  # refused
def test_other_machines_are_let_in_only_with_a_token_of_one_s_own(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingsError, match=r"set RIGHTSELL_TOKEN: .* other machines"):
        read_settings(host=host)
    monkeypatch.setenv("RIGHTSELL_TOKEN", "secret")
    assert token_of(read_settings(host=host)) == "secret"


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_bad_setting_is_refused_by_name(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(SettingsError, match=r"(?i)port"):
        read_settings()


def test_twilio_s_signature_is_asked_for_only_where_we_know_what_twilio_signs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not read_settings().signs_twilio
    monkeypatch.setenv("RIGHTSELL_TWILIO_AUTH_TOKEN", "secret")
    with pytest.raises(SettingsError, match="set RIGHTSELL_PUBLIC_URL"):
        read_settings()
    assert read_settings(public_url="wss://calls.example.com/in").signs_twilio


@pytest.mark.parametrize(
    "url",
    ["https://calls.example.com", "calls.example.com", "wss://", "wss://a.example/", "wss://a.example?b"],
)
def test_a_public_url_that_twilio_would_not_sign_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match=r"write RIGHTSELL_PUBLIC_URL like wss://"):
        read_settings(public_url=url)


def test_asterisk_is_listened_to_only_when_asked_and_on_this_machine_alone() -> None:
    assert read_settings().audiosocket_port is None
    assert read_settings(audiosocket_port=9092).audiosocket_host == "127.0.0.1"


def test_audiohook_s_secrets_come_from_the_environment_or_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert audiohook_of(read_settings()) is None
    monkeypatch.setenv("RIGHTSELL_AUDIOHOOK_KEY", "key")
    assert audiohook_of(read_settings()) == ("key", b"")
    monkeypatch.setenv("RIGHTSELL_AUDIOHOOK_SECRET", "c2VjcmV0")
    assert audiohook_of(read_settings()) == ("key", b"secret")
    file = tmp_path / "audiohook"
    file.write_text("another key\r\nc2VjcmV0\r\n")
    assert audiohook_of(read_settings(audiohook_file=file)) == ("another key", b"secret")


@pytest.mark.parametrize(("key", "secret"), [("key", "not base64"), ("key", "ü"), ("", "c2VjcmV0")])
def test_audiohook_s_secrets_have_to_be_complete(key: str, secret: str) -> None:
    with pytest.raises(SettingsError, match="audiohook") as refused:
        audiohook_of(read_settings(audiohook_key=key, audiohook_secret=secret))
    assert secret not in str(refused.value)


def test_a_package_of_ours_that_another_distribution_owns_is_refused_by_both_names() -> None:
    check_claims({"nlu": ["rightsell"], "adapters": ["rightsell"], "numpy": ["numpy"]})
    with pytest.raises(ClaimError, match=r"nlu \(some-nlu-kit\)"):
        check_claims({"nlu": ["rightsell", "some-nlu-kit"], "adapters": ["rightsell"]})


def test_this_environment_is_ours_alone() -> None:
    check_claims()
