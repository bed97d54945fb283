"""The server as a process: its start, a call fed to it, its end."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.recorded.recordings import RecordedCall
from tests.adapters.conftest import CALL, CATALOG, Client, Running

ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "RIGHTSELL_TOKEN"}


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "adapters", *map(str, arguments)]


@contextmanager
def serving(*arguments: str | Path) -> Generator[tuple[subprocess.Popen[str], str, str]]:
    """Start a server; yield it with its host and token."""
    process = subprocess.Popen(
        command("serve", "--catalog", CATALOG, "--port", "0", *arguments),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        found = re.search(r"http://(\S+)/#token=(\S+)", process.stdout.readline())
        assert found is not None
        yield process, found[1], found[2]
    finally:
        process.kill()
        process.communicate()


def test_a_server_prints_its_page_and_token_and_stops_cleanly_on_ctrl_c(tmp_path: Path) -> None:
    with serving("--journal", tmp_path / "journal", "--audiosocket-port", "0") as (process, host, token):
        running = Running(host, tmp_path)
        assert process.stdout is not None
        while "Asterisk's AudioSocket: 127.0.0.1:" not in process.stdout.readline():
            assert process.poll() is None
        with running.connect("/v1/agent", "rightsell.v1") as agent:
            agent.receive()
            agent.send(type="auth", token=token)
            assert agent.receive()["type"] == "ready"
            with running.connect("/v1/chat", "rightsell.chat.v1") as chat:
                chat.send(type="start", conversation="cut-off", token=token)
                assert chat.receive()["type"] == "started"
                process.send_signal(signal.SIGINT)
                stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Stopped." in stdout
    assert stderr == ""
    assert '"type":"ended"' in (tmp_path / "journal" / "cut-off.jsonl").read_text()


def test_a_call_that_is_played_reaches_the_agents_over_the_audio_socket(tmp_path: Path) -> None:
    with serving("--play", CALL) as (process, host, token):
        with Running(host, tmp_path).connect("/v1/agent", "rightsell.v1") as agent:
            agent.send(type="auth", token=token)
            agent.send(type="subscribe", topic="agent:me")
            assert "thank you" in said(agent).lower()
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Thank you" in stdout
    assert stderr == ""


def said(agent: Client) -> str:
    return agent.until("utterance")["event"]["data"]["text"]


@pytest.mark.parametrize("option", ["--port", "--audiosocket-port"])
def test_a_port_that_is_taken_is_a_clear_error(option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            command("serve", "--catalog", CATALOG, "--port", "0", option, str(port)),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert f"port {port} is taken" in done.stderr
    assert f"with {option}\n" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("sending", ["s16le", "mulaw"])
def test_feed_plays_a_recording_into_a_server_and_ends_the_call(
    server: Running, call: RecordedCall, sending: str, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("let-me-in\n")
    with server.agent(f"conversation:{call.id}") as agent:
        done = subprocess.run(
            command("feed", CALL, "--to", f"ws://{server.host}/v1/audio", "--speed", "max",
                    "--format", sending, "--token-file", tmp_path / "token"),
            capture_output=True, text=True, check=False, timeout=200,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert agent.until("started")["event"]["data"]["customer"] == call.background.customer["id"]
        assert agent.until("ended")["event"]["data"]["turns"] > 10
    assert f"{call.id}: " in done.stderr


@pytest.mark.parametrize(
    ("url", "says"),
    [("/v1/audio", "no token was given"), ("/v1/nowhere", "403"), ("/v1/audio?token=x", "token_in_url")],
)
def test_feed_says_why_a_server_does_not_take_the_call(server: Running, url: str, says: str) -> None:
    done = subprocess.run(
        command("feed", CALL, "--to", f"ws://{server.host}{url}"),
        capture_output=True, text=True, check=False, env=ENVIRONMENT, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
