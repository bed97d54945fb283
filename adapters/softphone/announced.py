"""Calls that were announced before their audio comes, for call servers that can send nothing but a UUID."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from adapters.conversations import FieldError
from adapters.door import Door, RefusedError, parse
from adapters.posting import read_body, refusal
from adapters.session import today_or
from listener.events import Channel, Speaker
from offers.events import Opening

_KEPT_S = 600.0  # a telephone may ring for long
_MOST = 10_000  # UUIDs that wait; a telephone system that announces more has gone wild


class Announcement(msgspec.Struct):
    """A call that is about to be heard.

    Attributes:
        uuids: The UUID under which each side's audio will come; one side alone is possible.
        call_id: The call's id, which becomes the conversation's; made up when empty.
        agent_id: The agent who has it.
        customer: What is known of the customer, for eligibility rules.
        context: What is known of the call.
        rate: Samples a second of the frames that say 8000, for old servers that say so whatever they send.
    """

    uuids: Annotated[dict[Speaker, UUID], msgspec.Meta(min_length=1)]
    call_id: Annotated[str, msgspec.Meta(max_length=200)] = ""
    agent_id: str = ""
    customer: dict[str, Any] = {}
    context: dict[str, Any] = {}
    rate: Literal[8_000, 12_000, 16_000, 24_000, 32_000, 44_100, 48_000] = 8_000


@dataclass(frozen=True, slots=True)
class Side:
    """One side of an announced call.

    Attributes:
        opening: What is known of the call.
        agent: Id of the agent who has it; empty when nobody said.
        speaker: Whose side it is.
        rate_hz: Samples a second of frames that say 8000.
    """

    opening: Opening
    agent: str
    speaker: Speaker
    rate_hz: int


class Announced:
    """The calls of one server whose audio is awaited.

    Args:
        door: Who may announce.
        models: Names and sums of the speech models.
        clock: Seconds, from wherever.
    """

    def __init__(self, door: Door, models: Mapping[str, str], clock: Callable[[], float] = monotonic) -> None:
        self._door = door
        self._models = models
        self._clock = clock
        self._sides: dict[UUID, tuple[float, Side]] = {}

    async def post(self, request: Request) -> Response:
        """Take one announcement by ``POST``."""
        try:
            self._door.admit(request.headers)
            announcement = parse(await read_body(request), _announcements)
            id = self._expect(announcement)
        except RefusedError as refused:
            return refusal(refused)
        return JSONResponse({"call_id": id, "expires_in_s": _KEPT_S}, 201)

    def take(self, uuid: UUID) -> Side:
        """Return whose audio comes under a UUID, which admits nobody a second time.

        Raises:
            RefusedError: Nobody announced it, it was used, or it was awaited for too long.
        """
        self._forget_old()
        found = self._sides.pop(uuid, None)
        if found is None:
            raise RefusedError("unknown_call", "this UUID was not announced, was used already, or is too old")
        return found[1]

    def forget(self, call: str) -> None:
        """Wait no more for the other side of a call that is over."""
        self._sides = {uuid: held for uuid, held in self._sides.items() if held[1].opening.id != call}

    def _expect(self, announcement: Announcement) -> str:
        self._forget_old()
        uuids = set(announcement.uuids.values())
        if len(uuids) < len(announcement.uuids) or not uuids.isdisjoint(self._sides):
            raise RefusedError("uuid_exists", "each side needs a UUID of its own that nobody waits for")
        if len(self._sides) + len(uuids) > _MOST:
            raise RefusedError("too_many", "too many calls are announced and never come")
        opening = self._opening(announcement)
        until = self._clock() + _KEPT_S
        for speaker, uuid in announcement.uuids.items():
            self._sides[uuid] = until, Side(opening, announcement.agent_id, speaker, announcement.rate)
        return opening.id

    def _opening(self, announcement: Announcement) -> Opening:
        try:
            day = today_or(announcement.context)
        except FieldError as error:
            raise RefusedError("bad_message", str(error)) from None
        return Opening(
            id=announcement.call_id or f"call-{secrets.token_hex(8)}",
            channel=Channel.VOICE,
            customer=announcement.customer,
            context=announcement.context,
            day=day,
            models=self._models,
        )

    def _forget_old(self) -> None:
        now = self._clock()
        self._sides = {uuid: held for uuid, held in self._sides.items() if held[0] > now}


_announcements = msgspec.json.Decoder(Announcement)
