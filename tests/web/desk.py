"""A desk that sends the panel whatever events a test asks for, and keeps what it hears."""

import json
import queue
import threading
from http import HTTPStatus
from pathlib import Path
from typing import Any

from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve
from websockets.typing import Subprotocol

WEB = Path(__file__).parents[2] / "adapters" / "web"
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"


def read_static(path: str) -> Response | None:
    """Serve the page's own files under the content security policy that the product promises."""
    name = "index.html" if path == "/" else path.removeprefix("/static/")
    file = WEB / name
    if not file.is_file():
        return None
    headers = Headers({"Content-Type": TYPES[file.suffix], "Content-Security-Policy": CSP})
    body = file.read_bytes()
    headers["Content-Length"] = str(len(body))
    return Response(HTTPStatus.OK, "OK", headers, body)


class ScriptedDesk:
    """The agent's socket, driven by a test: sends the events it is given, keeps what it hears."""

    token = "right"

    def __init__(self) -> None:
        self.heard: queue.Queue[dict[str, Any]] = queue.Queue()
        self.subscribed: queue.Queue[str] = queue.Queue()
        self.refuse: str | None = None
        self.history: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self._line: ServerConnection | None = None
        self._sent = 0
        self.start(0)

    def start(self, port: int) -> None:
        self._server: Server = serve(
            self._talk,
            "127.0.0.1",
            port,
            subprotocols=[Subprotocol("rightsell.v1")],
            process_request=lambda _, request: self._page(request),
        )
        self.port: int = self._server.socket.getsockname()[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self.hang_up()

    def hang_up(self, code: int = 1012) -> None:
        if self._line is not None:
            self._line.close(code)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _page(self, request: Request) -> Response | None:
        if request.path == "/v1/agent":
            return None
        self.paths.append(request.path)
        return read_static(request.path)

    def _talk(self, line: ServerConnection) -> None:
        self._line = line
        self._send(type="hello", v=1, server="test", heartbeat_s=15, resume_window_s=0)
        try:
            for message in line:
                self._answer(json.loads(message))
        except ConnectionClosed:
            return

    def _send(self, **message: object) -> None:
        assert self._line is not None
        self._line.send(json.dumps(message))

    def _answer(self, message: dict[str, Any]) -> None:
        if message["type"] == "auth":
            self._sign_on(message)
        elif message["type"] == "subscribe":
            self._send(id=message["id"], type="result", ok=True)
            for event in self.history:
                self._deliver(event)
            self.subscribed.put(message["topic"])
        elif message["type"] == "feedback":
            self._take(message)

    def _sign_on(self, message: dict[str, Any]) -> None:
        if message["token"] != self.token:
            assert self._line is not None
            self._line.close(4401)
        else:
            self._send(type="ready", session="s_1", agent="a42", resumed=False, replayed=0)

    def _take(self, message: dict[str, Any]) -> None:
        self.heard.put(message)
        if self.refuse is not None:
            self._send(
                id=message["id"], type="error", code="bad_feedback", message=self.refuse, retryable=False
            )
        else:
            self._send(id=message["id"], type="result", ok=True)

    def _deliver(self, event: dict[str, Any]) -> None:
        self._sent += 1
        topic = f"conversation:{event['conversation']}"
        self._send(type="event", seq=self._sent, topic=topic, event=event)

    def say(self, *events: dict[str, Any]) -> None:
        """Send events now, and to whoever subscribes later."""
        self.history += events
        for event in events:
            self._deliver(event)

    def next_feedback(self) -> dict[str, Any]:
        return self.heard.get(timeout=10)
