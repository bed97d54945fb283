"""Everything that can be set from outside, read once: flags first, then the environment."""

import base64
import re
import secrets
from ipaddress import ip_address
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from adapters.files import read_text


class SettingsError(ValueError):
    """A setting that we cannot work with; the message names it."""


class Settings(BaseSettings):
    """How one process was asked to run. Each can be set as ``RIGHTSELL_`` and its name in capitals.

    Attributes:
        host: Address to listen on.
        port: TCP port to listen on; 0 for any free one. ``PORT`` sets it too.
        catalog: The business's catalog.
        policy: Its policy; None for the defaults.
        fitted: What ``rightsell fit`` made of the catalog; None goes without.
        propensity: What ``rightsell learn`` wrote; None goes by the policy's chances.
        journal: Folder for the journals of live conversations; None keeps none.
        ledger: Of all live conversations: a file, or PostgreSQL's URL; None keeps none.
        ledger_file: Where that URL is, instead, when it has a password.
        ledger_keep_words_days: Days for which the ledger keeps what customers said.
        ledger_keep_names_days: Days for which it keeps whose conversations they were.
        profiles: Of customers: a CSV or JSON file, or a URL with ``{id}``; None has none.
        profiles_within_s: Seconds that a conversation waits for its customer's profile at most.
        profiles_token: What that URL wants to be shown; empty when nothing.
        token: What clients must show. On loopback, one is made up at every start when none is set.
        origins: Pages of other origins that may connect, such as ``https://desk.example.com``.
        public_url: Under which telephone platforms know the server, such as ``wss://calls.example.com``.
        twilio_auth_token: Of the Twilio account whose signature requests to ``/v1/twilio`` have to show;
            without, it is not asked for.
        twilio_auth_token_file: Where that token is, instead.
        audiosocket_host: Address to listen on for Asterisk's AudioSocket.
        audiosocket_port: TCP port for it, 0 for any free one; None does not listen.
        audiohook_key: The API key that Genesys's requests to ``/v1/audiohook`` have to show; without, there
            is no such path.
        audiohook_secret: The client secret with which they have to be signed, in base64; without, they need
            not be.
        audiohook_file: Where the two are instead, a line each.
        most_calls: Telephone calls at once; None for eight a core.
        whisper: A folder or hub name of another speech model; None for the bundled one.
    """

    model_config = SettingsConfigDict(env_prefix="RIGHTSELL_", env_ignore_empty=True, frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(
        default=8700, ge=0, le=65_535, validation_alias=AliasChoices("port", "RIGHTSELL_PORT", "PORT")
    )
    catalog: Path | None = None
    policy: Path | None = None
    fitted: Path | None = None
    propensity: Path | None = None
    journal: Path | None = None
    ledger: str | None = None
    ledger_file: Path | None = None
    ledger_keep_words_days: float = Field(default=90.0, ge=0)
    ledger_keep_names_days: float = Field(default=400.0, ge=0)
    profiles: str | None = None
    profiles_within_s: float = Field(default=0.5, gt=0)
    profiles_token: str = ""
    token: str = ""
    origins: tuple[str, ...] = ()
    public_url: str = ""
    twilio_auth_token: str = ""
    twilio_auth_token_file: Path | None = None
    audiosocket_host: str = "127.0.0.1"
    audiosocket_port: int | None = Field(default=None, ge=0, le=65_535)
    audiohook_key: str = ""
    audiohook_secret: str = ""
    audiohook_file: Path | None = None
    most_calls: int | None = Field(default=None, ge=1)
    whisper: str | None = None

    @model_validator(mode="after")
    def _guarded(self) -> Self:
        if not self.token and not self.is_loopback:
            raise ValueError(f"set RIGHTSELL_TOKEN: {self.host} can be reached from other machines")
        if not re.fullmatch(r"(wss?://[^/?#]+(/[^?#]*[^/?#])?)?", self.public_url):
            raise ValueError("write RIGHTSELL_PUBLIC_URL like wss://calls.example.com, no slash at its end")
        if self.signs_twilio and not self.public_url:
            raise ValueError("set RIGHTSELL_PUBLIC_URL: Twilio signs the address under which it knows us")
        return self

    @property
    def signs_twilio(self) -> bool:
        """Whether requests to ``/v1/twilio`` have to be signed."""
        return bool(self.twilio_auth_token or self.twilio_auth_token_file)

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can connect: a development server."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def read_settings(**flags: object) -> Settings:
    """Read the settings; a flag that is None was not given.

    Raises:
        SettingsError: Naming every setting that is wrong.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    if _has_password(str(given.get("ledger", ""))):
        raise SettingsError(
            "--ledger: everybody on this machine can read a command line: "
            "put a URL with a password in RIGHTSELL_LEDGER, or in a file for --ledger-file"
        )
    try:
        return Settings(**given)  # pyright: ignore[reportArgumentType]  # flags are checked by pydantic
    except ValidationError as error:
        problems = (
            ": ".join((*map(str, problem["loc"]), problem["msg"].removeprefix("Value error, ")))
            for problem in error.errors()
        )
        raise SettingsError("; ".join(problems)) from None


def _has_password(url: str) -> bool:
    try:
        return urlsplit(url).password is not None
    except ValueError:
        return False


def token_of(settings: Settings) -> str:
    """Return the token that clients must show, made up when none is set."""
    return settings.token or secrets.token_urlsafe(18)


def audiohook_of(settings: Settings) -> tuple[str, bytes] | None:
    """Return AudioHook's API key and client secret, which may be empty; None where there is no key.

    Raises:
        SettingsError: The secret is not base64, or comes without a key.
        FileError: They are to be in a file that cannot be read.
    """
    key, secret = settings.audiohook_key, settings.audiohook_secret
    if settings.audiohook_file is not None:
        key, _, secret = read_text(settings.audiohook_file).strip().partition("\n")
    try:
        decoded = base64.b64decode(secret.strip(), validate=True)
    except ValueError:
        raise SettingsError("audiohook_secret: give it in base64, as Genesys does") from None
    if key:
        return key.strip(), decoded
    if decoded or settings.audiohook_file is not None:
        raise SettingsError("audiohook_key: missing")
    return None
