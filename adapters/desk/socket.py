"""The agent's socket (subprotocol ``rightsell.v1``): the decision stream out, the agent's feedback in."""

import asyncio
import secrets
from collections.abc import Coroutine
from time import monotonic

import msgspec
from starlette.websockets import WebSocket

from adapters.desk.line import AgentLine, DeclinedError, Keeper
from adapters.desk.messages import Feedback, Ping, Pong, Subscribe, Unsubscribe, auths, requests
from adapters.door import Door, parse, receive, receive_first
from adapters.switchboard import Switchboard

SUBPROTOCOL = "rightsell.v1"
HEARTBEAT_S = 15


class AgentSocket:
    """Serves agents.

    Args:
        switchboard: Where the conversations are.
        door: Who may listen.
        keeper: Keeps what agents tell; None forgets it with the conversation.
        open_house: Whether an agent without an id follows all conversations: a development server.
    """

    def __init__(
        self, switchboard: Switchboard, door: Door, keeper: Keeper | None, *, open_house: bool
    ) -> None:
        self._switchboard = switchboard
        self._door = door
        self._keeper = keeper
        self._open_house = open_house

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one agent, from ``hello`` until either side hangs up."""
        await websocket.send_json(
            {"type": "hello", "v": 1, "server": "rightsell", "heartbeat_s": HEARTBEAT_S}
        )
        auth = parse(await receive_first(websocket), auths)
        self._door.admit(websocket.headers, auth.token)
        line = AgentLine(self._switchboard, self._keeper, auth.agent, open_house=self._open_house)
        line.send(type="ready", session=f"s_{secrets.token_hex(8)}", agent=auth.agent)
        self._switchboard.join(line)
        try:
            await _first_to_end(_read(websocket, line), _write(websocket, line), line.overflow())
        finally:
            self._switchboard.leave(line)


async def _read(websocket: WebSocket, line: AgentLine) -> None:
    """Do what the agent's screen asks, one request after the other."""
    while True:
        request = parse(await receive(websocket), requests)
        match request:
            case Ping():
                line.send(type="pong", t=request.t)
            case Pong():
                pass
            case _:
                await _answer(line, request)


async def _answer(line: AgentLine, request: Subscribe | Unsubscribe | Feedback) -> None:
    try:
        match request:
            case Subscribe():
                line.subscribe(request)
            case Unsubscribe():
                line.unsubscribe(request)
            case Feedback():
                await line.report(request)
    except DeclinedError as declined:
        line.send(
            type="error",
            id=request.id,
            code=declined.code,
            message=str(declined),
            retryable=declined.retryable,
        )


async def _write(websocket: WebSocket, line: AgentLine) -> None:
    """Send what waits, and a ping when nothing does: a page cannot see the socket's own."""
    while True:
        try:
            async with asyncio.timeout(HEARTBEAT_S):
                message = await line.next()
        except TimeoutError:
            message = msgspec.json.encode({"type": "ping", "t": round(monotonic(), 3)})
        await websocket.send_text(message.decode())


async def _first_to_end(*works: Coroutine[None, None, None]) -> None:
    """Run all until one ends, stop the others, and end as it did."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in ended:
        task.result()
