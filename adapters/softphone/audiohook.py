"""Genesys AudioHook: a call's audio in, its transcript and our suggestions out on the same socket."""

import asyncio
from collections.abc import Mapping
from time import monotonic
from uuid import UUID

import structlog
from starlette.websockets import WebSocket

from adapters.door import UNAUTHORIZED, RefusedError
from adapters.session import today_or
from adapters.softphone.audiohook_events import AudioHookEvents
from adapters.softphone.audiohook_exchange import Exchange
from adapters.softphone.audiohook_hearing import Hearing
from adapters.softphone.audiohook_messages import (
    LANGUAGES,
    Close,
    Error,
    Media,
    Opened,
    Ping,
    choose,
    understands,
)
from adapters.softphone.audiohook_signature import AudioHookSignature
from adapters.softphone.calls import Calls
from adapters.switchboard import Switchboard
from listener.events import Channel
from offers.events import Opening

_TELL_STRANGERS_AFTER_S = 0.5  # as late whatever was wrong, so that the time tells nothing

_log = structlog.get_logger()


class AudioHook:
    """Takes Genesys's calls in.

    Args:
        calls: Where the calls go.
        switchboard: Where their decisions come from.
        signature: What a request has to show.
        models: Names and sums of the speech models.
    """

    def __init__(
        self,
        calls: Calls,
        switchboard: Switchboard,
        signature: AudioHookSignature,
        models: Mapping[str, str],
    ) -> None:
        self._calls = calls
        self._switchboard = switchboard
        self._signature = signature
        self._models = models

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one session, from ``open`` to ``closed``; one that we cannot serve is told why."""
        exchange = Exchange(websocket, _uuid(websocket, "audiohook-session-id"))
        writing = asyncio.create_task(exchange.write())
        try:
            if await self._is_closing(websocket, exchange):
                exchange.send_closed()
            await exchange.hang_up()
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def _is_closing(self, websocket: WebSocket, exchange: Exchange) -> bool:
        """Serve a session until Genesys wants to close it; return whether it does."""
        try:
            await self._serve(exchange, await self._admit(websocket, exchange))
        except RefusedError as refused:
            # What was wrong may hold a customer's words, unless nobody was let in yet; its kind does not.
            reason = str(refused) if refused.close_code == UNAUTHORIZED else None
            _log.warning("audiohook: session refused", code=refused.code, reason=reason)
            exchange.send_disconnect(refused)
            return await exchange.receive_close()
        return True

    async def _admit(self, websocket: WebSocket, exchange: Exchange) -> Opened:
        began_s = monotonic()
        try:
            self._signature.check(websocket)
            opened = await exchange.receive_open()
            if opened.organization_id != _uuid(websocket, "audiohook-organization-id"):
                problem = "the organization is not that of the request's header"
                raise RefusedError("unauthorized", problem, UNAUTHORIZED)
        except RefusedError as refused:
            if refused.close_code == UNAUTHORIZED:
                await asyncio.sleep(began_s + _TELL_STRANGERS_AFTER_S - monotonic())
            raise
        return opened

    async def _serve(self, exchange: Exchange, opened: Opened) -> None:
        media = choose(opened.media)
        if opened.is_probe:
            _answer(exchange, opened, media)
            await _until_closed(exchange)
            return
        language = opened.language or LANGUAGES[0]
        events = AudioHookEvents(exchange, opened.conversation_id, media.speakers, language)
        self._switchboard.join(events)
        try:
            await self._hear(exchange, opened, media, events)
        finally:
            self._switchboard.leave(events)

    async def _hear(self, exchange: Exchange, opened: Opened, media: Media, events: AudioHookEvents) -> None:
        """Hear one session of a call; one of a call that is going on brings what is being said now."""
        id = str(opened.conversation_id)
        is_found = self._calls.find(id) is not None
        agent = opened.custom_config.agent_id
        async with self._calls.connected(lambda: self._opening(id, opened), id, agent) as call:
            hearing = Hearing(exchange, events, media, call, call.live_s() if is_found else 0.0)
            _answer(exchange, opened, media)
            await hearing.run()

    def _opening(self, id: str, opened: Opened) -> Opening:
        known = opened.custom_config
        return Opening(
            id=id,
            channel=Channel.VOICE,
            customer=known.customer,
            context=known.context,
            day=today_or(known.context),
            models=self._models,
        )


def _answer(exchange: Exchange, opened: Opened, media: Media) -> None:
    is_understood = opened.language is None or understands(opened.language)
    languages = {"supportedLanguages": LANGUAGES} if opened.supported_languages else {}
    exchange.send("opened", media=[media], startPaused=not is_understood, **languages)


async def _until_closed(exchange: Exchange) -> None:
    """Keep a probe company: whatever audio it sends, nobody hears it."""
    while not isinstance(message := await exchange.receive(), Close):
        match message:
            case Ping():
                exchange.send("pong")
            case bytes() | Error():
                pass
            case _:
                raise RefusedError("bad_message", "a probe opens and closes")


def _uuid(websocket: WebSocket, header: str) -> UUID:
    try:
        return UUID(websocket.headers.get(header, ""))
    except ValueError:
        raise RefusedError("bad_message", f"the request's header {header} has to be a UUID") from None
