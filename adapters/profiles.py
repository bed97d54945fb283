"""What the business's own records know of a customer, put under what the call itself brings.

From a file that is read once (CSV or JSON), or from an address that is asked for each customer. An address
that does not answer in time costs the call that time and no more: rules that need the profile are then
unknown.
"""

import asyncio
import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any, Protocol
from urllib.parse import quote

import httpx
import msgspec
import structlog

from adapters.files import read_text
from adapters.mishaps import place_of
from offers.events import Opening

Profile = Mapping[str, Any]

_SLOT = "{id}"
_FRESH_S = 300.0
_MOST_CACHED = 10_000
_OK, _NOT_FOUND = 200, 404

_log = structlog.get_logger()


class ProfilesError(ValueError):
    """Profiles that we cannot use; the message says where and why."""


class Source(Protocol):
    """Where profiles come from."""

    async def find(self, customer: str) -> Profile:
        """Return a customer's profile; empty when there is none.

        Raises:
            httpx.HTTPError: The source failed.
            ProfilesError: It answered with something else.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


@dataclass(frozen=True, slots=True)
class Profiles:
    """Customers' profiles, as a conversation asks for them.

    Attributes:
        within_s: Seconds that a conversation waits for its profile at most.
    """

    source: Source
    within_s: float

    async def recall(self, opening: Opening) -> Opening:
        """Return the opening with its customer's profile under what the call brought itself."""
        customer = opening.customer.get("id")
        if not isinstance(customer, str):
            return opening
        try:
            async with asyncio.timeout(self.within_s):
                profile = await self.source.find(customer)
        except (TimeoutError, httpx.HTTPError, ProfilesError) as error:
            _log.warning("no profile", conversation=opening.id, **place_of(error))
            return opening
        return replace(opening, customer={**profile, **opening.customer})


class FileProfiles:
    """Profiles by customer's id, read once."""

    def __init__(self, profiles: Mapping[str, Profile]) -> None:
        self._profiles = profiles

    async def find(self, customer: str) -> Profile:
        """Return a customer's profile; empty when the file has none."""
        return self._profiles.get(customer, {})

    async def close(self) -> None:
        """Nothing is held."""


class WebProfiles:
    """Profiles asked for one by one, and remembered for some minutes.

    Args:
        address: With ``{id}`` where the customer's id goes.
        token: For an ``Authorization: Bearer`` header; empty sends none.
    """

    def __init__(self, address: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._address = address
        # The time is bounded as a whole by who asks; this bounds what goes on when nobody waits any more.
        self._client = httpx.AsyncClient(headers=headers, timeout=httpx.Timeout(10.0))
        self._found: dict[str, tuple[float, Profile]] = {}

    async def find(self, customer: str) -> Profile:
        """Return a customer's profile; empty when the address knows none.

        Raises:
            httpx.HTTPError: It cannot be reached.
            ProfilesError: It answers with an error, or with no JSON object.
        """
        asked_at, profile = self._found.get(customer, (0.0, None))
        if profile is None or monotonic() - asked_at > _FRESH_S:
            profile = await self._ask(customer)
            self._remember(customer, profile)
        return profile

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.aclose()

    async def _ask(self, customer: str) -> Profile:
        try:
            answer = await self._client.get(self._address.replace(_SLOT, quote(customer, safe="")))
        except (httpx.InvalidURL, UnicodeError):
            raise ProfilesError("this customer's id fits in no address") from None
        if answer.status_code == _NOT_FOUND:
            return {}
        if answer.status_code != _OK:
            raise ProfilesError(f"the address answered {answer.status_code}")
        try:
            return msgspec.json.decode(answer.content, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            raise ProfilesError("the address answered with no JSON object") from None

    def _remember(self, customer: str, profile: Profile) -> None:
        if len(self._found) >= _MOST_CACHED:
            del self._found[next(iter(self._found))]
        self._found[customer] = (monotonic(), profile)


def open_profiles(where: str, within_s: float, token: str) -> Profiles:
    """Return the profiles of a file or an address.

    Args:
        where: A ``.csv`` or ``.json`` file, or a URL with ``{id}`` where the customer's id goes.
        within_s: Seconds that a conversation waits for its profile at most.
        token: What the address wants to be shown; empty when nothing.

    Raises:
        ProfilesError: It is neither, or holds no profiles; with the line.
        FileError: The file cannot be read.
    """
    if where.startswith(("http://", "https://")):
        if _SLOT not in where:
            raise ProfilesError(f"{where}: write {_SLOT} where the customer's id goes")
        return Profiles(WebProfiles(where, token), within_s)
    path = Path(where)
    text = read_text(path).removeprefix("\ufeff")
    rows = _from_json(text, where) if path.suffix.lower() == ".json" else _from_csv(text, where)
    profiles: dict[str, Profile] = {}
    for place, row in rows:
        customer = row.get("id")
        if not isinstance(customer, str) or not customer:
            raise ProfilesError(f"{place}: every customer needs an id, as a text")
        if customer in profiles:
            raise ProfilesError(f"{place}: this customer's id was there before")
        profiles[customer] = row
    return Profiles(FileProfiles(profiles), within_s)


def _from_json(text: str, name: str) -> Iterator[tuple[str, Profile]]:
    try:
        rows = msgspec.json.decode(text, type=list[dict[str, Any]])
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ProfilesError(f"{name}: {error}; write a list of objects, each with an id") from None
    for number, row in enumerate(rows):
        yield f"{name}, item {number}", row


def _from_csv(text: str, name: str) -> Iterator[tuple[str, Profile]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    columns = reader.fieldnames or ()
    if "id" not in columns:
        raise ProfilesError(f"{name}, line 1: the first line must name the columns, id among them")
    for column in columns:
        if any(other.startswith(f"{column}.") for other in columns):
            raise ProfilesError(f"{name}, line 1: column {column} cannot be a value and hold others")
    try:
        for row in reader:
            place = f"{name}, line {reader.line_num}"
            if None in row or None in row.values():
                raise ProfilesError(f"{place}: has not as many cells as the first line")
            yield place, _nested(row)
    except csv.Error as error:
        raise ProfilesError(f"{name}, line {reader.reader.line_num}: {error}") from None


def _nested(row: Mapping[str, str]) -> Profile:
    """Return a line's cells as a profile; ``consent.offers`` lies in ``consent``; empty is unknown."""
    profile: dict[str, Any] = {}
    for column, cell in row.items():
        if cell:
            *outer, last = column.split(".")
            inner = profile
            for name in outer:
                inner = inner.setdefault(name, {})
            inner[last] = cell if column == "id" else cell.split() if column == "products" else _value(cell)
    return profile


def _value(cell: str) -> object:
    """Return a cell as number or truth where it is written as JSON writes them, else as text."""
    try:
        value: object = msgspec.json.decode(cell)
    except (msgspec.DecodeError, RecursionError):
        return cell
    return value if isinstance(value, bool | int | float) else cell
