"""The chat socket and its plain HTTP twin."""

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.websockets import WebSocket

from adapters.chat.messages import Message, Posted, Start, messages, posts, starts
from adapters.conversations import FieldError
from adapters.door import Door, RefusedError, parse, receive, receive_first
from adapters.posting import read_body, refusal
from adapters.session import Session, stopwatch, today_or
from adapters.switchboard import Switchboard, TakenError
from listener.events import Channel, ChatMessage
from listener.stream import utterance_of
from offers.events import Opening

SUBPROTOCOL = "rightsell.chat.v1"
_IDLE_S = 3_600.0


class ChatIngress:
    """Takes chats in and hands their messages to their sessions."""

    def __init__(self, switchboard: Switchboard, door: Door) -> None:
        self._switchboard = switchboard
        self._door = door
        self._ends: dict[str, asyncio.TimerHandle] = {}

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one chat system's socket: ``start``, then ``message`` after ``message``, then ``end``.

        A socket that is lost ends its conversation.
        """
        start = parse(await receive_first(websocket), starts)
        self._door.admit(websocket.headers, start.token)
        session = await self._open(start)
        try:
            await websocket.send_json({"type": "started", "conversation": start.conversation})
            while isinstance(message := parse(await receive(websocket), messages), Message):
                await _take(session, message)
        finally:
            await session.end()
        await websocket.send_json({"type": "ended", "conversation": start.conversation})
        await websocket.close()

    async def post(self, request: Request) -> Response:
        """Take one message by ``POST``; the first of a conversation begins it."""
        conversation: str = request.path_params["conversation"]
        try:
            self._door.admit(request.headers)
            posted = parse(await read_body(request), posts)
            session = await self._find_or_open(conversation, posted)
            await _take(session, Message(posted.speaker, posted.text, posted.at_s))
            self._end_when_idle(session)
        except RefusedError as refused:
            return refusal(refused)
        return JSONResponse({"conversation": conversation}, 202)

    async def delete(self, request: Request) -> Response:
        """End a conversation that was begun by ``POST``."""
        session = self._switchboard.find(request.path_params["conversation"])
        try:
            self._door.admit(request.headers)
        except RefusedError as refused:
            return refusal(refused)
        if session is None or session.ended:
            return JSONResponse({"error": {"code": "not_found", "message": "no such conversation"}}, 404)
        await session.end()
        return Response(status_code=204)

    def _end_when_idle(self, session: Session) -> None:
        """End a conversation that nobody ends, long after its last message."""
        loop, conversation = asyncio.get_running_loop(), session.opening.id
        if conversation in self._ends:
            self._ends[conversation].cancel()
        self._ends[conversation] = loop.call_later(_IDLE_S, self._end_idle, session)

    def _end_idle(self, session: Session) -> None:
        del self._ends[session.opening.id]
        self._ending = asyncio.create_task(session.end())

    async def _find_or_open(self, conversation: str, posted: Posted) -> Session:
        session = self._switchboard.find(conversation)
        if session is not None and not session.ended:
            return session
        start = Start(conversation, posted.customer, posted.context, posted.agent_id)
        return await self._open(start)

    async def _open(self, start: Start) -> Session:
        try:
            opening = Opening(
                start.conversation, Channel.CHAT, start.customer, start.context, today_or(start.context)
            )
            return await self._switchboard.open(opening, start.agent_id, stopwatch())
        except FieldError as error:
            raise RefusedError("bad_message", str(error)) from None
        except TakenError as error:
            raise RefusedError("conversation_exists", str(error)) from None


async def _take(session: Session, message: Message) -> None:
    at_s = session.now_s if message.at_s is None else message.at_s
    utterance = utterance_of(ChatMessage(message.speaker, message.text, at_s))
    if utterance is not None:
        await session.receive(utterance)
